import type { ConditionTable } from "../condition.js";

export const sinkConditions = {
  LONG_BEYOND_SAFE_INTEGER: {
    sqlState: "22003",
    message: "The value <value> of the column `<column>` is no safe integer: a JavaScript number would lose digits.",
    advice: "Declare the column as t.bigint, or cast it to a string or decimal.",
  },
} satisfies ConditionTable;
