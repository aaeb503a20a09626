import type { ConditionTable } from "../condition.js";

export const cliConditions = {} satisfies ConditionTable;
