import type { ConditionTable } from "../condition.js";

export const sourceConditions = {
  ARROW_TYPE_MISMATCH: {
    sqlState: "42K09",
    message: "An Arrow column of type <actual> cannot be read as <expected>.",
    advice: "Give the column's own type in the schema and cast it afterwards.",
  },
  VALUE_NOT_OF_TYPE: {
    sqlState: "42K09",
    message: "`<value>` (<valueType>) is no value for the column `<column>` of type <type>.",
    advice: "Give a value of that type, or another type in the schema.",
  },
  UNKNOWN_FIELD: {
    sqlState: "42703",
    message: "A row has a field `<field>` that the schema does not have.",
    advice: "<suggestion>",
  },
  SOURCE_HAS_OWN_SCHEMA: {
    sqlState: "42K03",
    message: "The <source> source has a schema of its own and takes no other.",
    advice: "Leave .schema(…) out.",
  },
  UNBOUNDED_SOURCE: {
    sqlState: "0A000",
    message: "The <source> source has no end, so it cannot be read as a bounded table.",
    advice: "Read it with readStream.",
  },
} satisfies ConditionTable;
