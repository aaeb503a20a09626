import type { ConditionTable } from "../condition.js";

/** Of tables turned, and brought into another schema. */
export const reshapingConditions = {
  TRANSPOSE_INVALID_INDEX_COLUMN: {
    sqlState: "42804",
    message: "Invalid index column for TRANSPOSE because: <reason>",
    advice: "Name a column of numbers, texts, dates or the like.",
  },
  TRANSPOSE_NO_LEAST_COMMON_TYPE: {
    sqlState: "42K09",
    message: "Transpose requires non-index columns to share a least common type, but <dt1> and <dt2> do not.",
    advice: "Cast the columns to one type, or select those that have it.",
  },
  TRANSPOSE_EXCEED_ROW_LIMIT: {
    sqlState: "54006",
    message: "Number of rows exceeds the allowed limit of <maxValues> for TRANSPOSE.",
    advice: "Select the rows that are to be columns.",
  },
  AMBIGUOUS_COLUMN_OR_FIELD: {
    sqlState: "42702",
    message: "Column or field <name> is ambiguous and has <n> matches.",
    advice: "Give the columns names of their own.",
  },
  NULLABLE_COLUMN_OR_FIELD: {
    sqlState: "42000",
    message: "Column or field <name> is nullable while it's required to be non-nullable.",
    advice: "Let the schema take nulls, or say what stands for them: `coalesce`.",
  },
  INVALID_COLUMN_OR_FIELD_DATA_TYPE: {
    sqlState: "42000",
    message: "Column or field <name> is of type <type> while it's required to be <expectedType>.",
    advice: "Cast it.",
  },
} satisfies ConditionTable;
