import type { ConditionTable } from "../condition.js";

export const sourceConditions = {} satisfies ConditionTable;
