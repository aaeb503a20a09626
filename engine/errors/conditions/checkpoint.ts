import type { ConditionTable } from "../condition.js";

export const checkpointConditions = {} satisfies ConditionTable;
