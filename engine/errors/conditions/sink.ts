import type { ConditionTable } from "../condition.js";

export const sinkConditions = {} satisfies ConditionTable;
