import type { ConditionTable } from "../condition.js";

export const jsonConditions = {} satisfies ConditionTable;
