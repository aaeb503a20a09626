import type { ConditionTable } from "../condition.js";

export const queryConditions = {} satisfies ConditionTable;
