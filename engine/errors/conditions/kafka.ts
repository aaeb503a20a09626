import type { ConditionTable } from "../condition.js";

export const kafkaConditions = {} satisfies ConditionTable;
