import type { ConditionTable } from "../condition.js";

export const expressionConditions = {} satisfies ConditionTable;
