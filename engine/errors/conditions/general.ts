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
    advice: "Leave it out, or express it in another way.",
  },
  NOT_EXPECTED_TYPE: {
    sqlState: "22023",
    message: "Argument <argument> of <owner> should be <expected>, got <given>.",
    advice: "<suggestion>",
  },
  UNSUPPORTED_STANDARD_SCHEMA: {
    sqlState: "0A000",
    message: "<place> <what>.",
    advice: "<instead>",
  },
  ATTRIBUTE_NOT_SUPPORTED: {
    sqlState: "0A000",
    message: "Spark's <attribute> is not here.",
    advice: "<instead>",
  },
  UNKNOWN_OPTION: {
    sqlState: "42K0G",
    message: "<owner> has no option `<option>`.",
    advice: "<suggestion>",
  },
  INVALID_OPTION_VALUE: {
    sqlState: "22023",
    message: "<owner> does not take `<value>` for the option `<option>`: it takes <expected>.",
    advice: "Give it such a value or leave it out.",
  },
  MISSING_OPTION: {
    sqlState: "42K0G",
    message: "<owner> needs the option `<option>`.",
    advice: 'Add .option("<option>", …).',
  },
  NOT_A_REGULAR_FILE: {
    sqlState: "42809",
    message: "<path> is a <kind>, not a file.",
    advice: "Give the path of a file or of a folder of files.",
  },
  TOO_MANY_OPEN_FILES: {
    sqlState: "53000",
    message: "<path> cannot be opened: this process, or the machine, has as many files open as it may.",
    advice: "Raise the limit (`ulimit -n`), or run fewer queries side by side.",
  },
} satisfies ConditionTable;
