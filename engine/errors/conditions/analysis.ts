import type { ConditionTable } from "../condition.js";

export const analysisConditions = {} satisfies ConditionTable;
