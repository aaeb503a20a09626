import type { ConditionTable } from "../condition.js";

/** The output mode `changes`. */
export const changeRowsConditions = {
  CHANGES_UNSUPPORTED_OPERATION: {
    sqlState: "0A000",
    message: "<operation> takes no rows back, as the output mode changes asks for where what is below gives rows that change.",
    advice: "<suggestion>",
  },
  CHANGES_COLUMN_TAKEN: {
    sqlState: "42711",
    message: "The result has a column <column> already, where the output mode changes puts the kind of each change.",
    advice: "Give the column another name.",
  },
} satisfies ConditionTable;
