import type { ConditionTable } from "../condition.js";

/** Conditions that belong to no single part of the engine. */
export const generalConditions = {
  INTERNAL_ERROR: {
    sqlState: "XX000",
    message: "An invariant of Tidemark does not hold: <message>",
    advice: "This is a bug in Tidemark; please report it with the query and this text. Nothing of the batch was committed.",
  },
  NOT_YET_SUPPORTED: {
    sqlState: "0A000",
    message: "<feature> is not supported yet.",
    advice: "Leave it out or express it in another way; the roadmap says when it comes.",
  },
  UNKNOWN_OPTION: {
    sqlState: "42K0G",
    message: "<owner> has no option `<option>`.",
    advice: "<suggestion>",
  },
  INVALID_OPTION_VALUE: {
    sqlState: "22023",
    message: "`<value>` is no value for the option `<option>` of <owner>: it takes <expected>.",
    advice: "Give it such a value or leave it out.",
  },
  MISSING_OPTION: {
    sqlState: "42K0G",
    message: "<owner> needs the option `<option>`.",
    advice: 'Add .option("<option>", …).',
  },
} satisfies ConditionTable;
