import type { ConditionTable } from "../condition.js";

const interval = "Error parsing '<input>' to interval. ";
const intervalAdvice = "Write it as `10 seconds`, `1 hour 30 minutes` or `interval 2 days`.";

/** Text that cannot be read. */
export const parseConditions = {
  PARSE_SYNTAX_ERROR: {
    sqlState: "42601",
    message: "Syntax error at or near <error><hint>. (line <line>, pos <position>)<context>\n",
    advice: "Correct the text at that place.",
  },
  UNCLOSED_BRACKETED_COMMENT: {
    sqlState: "42601",
    message: "Found an unclosed bracketed comment. (line <line>, pos <position>)<context>\n",
    advice: "Append */ at the end of the comment.",
  },
  "INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN": {
    sqlState: "42000",
    message: "Invalid SQL syntax: Expected something between '(' and ')'.",
    advice: "Give LIKE ALL, ANY or SOME at least one pattern.",
  },
  "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE": {
    sqlState: "42000",
    message: "Invalid SQL syntax: IN predicate requires at least one value.",
    advice: "Use `false` for a condition that never holds, or give at least one value.",
  },
  "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION": {
    sqlState: "42000",
    message: "Invalid SQL syntax: The definition of window <windowName> is repetitive.",
    advice: "Give each window of the WINDOW clause a name of its own.",
  },
  "INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE": {
    sqlState: "42000",
    message: "Invalid SQL syntax: Cannot resolve window reference <windowName>.",
    advice: "Name a window that the WINDOW clause defines.",
  },
  "INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE": {
    sqlState: "42000",
    message: "Invalid SQL syntax: Window reference <windowName> is not a window specification.",
    advice: "Name a window that is defined in brackets.",
  },
  INVALID_TYPED_LITERAL: {
    sqlState: "42604",
    message: "The value of the typed literal <valueType> is invalid: <value>.",
    advice: "Write a value of that type between the quotes.",
  },
  INVALID_NUMERIC_LITERAL_RANGE: {
    sqlState: "22003",
    message:
      "Numeric literal <rawStrippedQualifier> is outside the valid range for <typeName> with minimum value of <minValue> and maximum value of <maxValue>.",
    advice: "Adjust the value accordingly, or leave out the suffix.",
  },
  DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION: {
    sqlState: "42KD5",
    message: "Decimal precision <precision> exceeds max precision <maxPrecision>.",
    advice: "Use at most <maxPrecision> digits, or a double.",
  },
  DECIMAL_SCALE_EXCEEDS_PRECISION: {
    sqlState: "42KD5",
    message: "Decimal scale (<scale>) cannot be greater than precision (<precision>).",
    advice: "Raise the precision or lower the scale.",
  },
  UNSUPPORTED_DATATYPE: {
    sqlState: "0A000",
    message: "Unsupported data type <typeName>.",
    advice:
      "Use one of boolean, tinyint, smallint, int, bigint, float, double, decimal, string, binary, date, timestamp, timestamp_ntz, array, map, struct.",
  },
  UNSUPPORTED_TIME_TYPE: {
    sqlState: "0A000",
    message: "The data type TIME is not supported.",
    advice: "Keep times of day as strings, or as microseconds.",
  },
  INTERVAL_MIXES_MONTHS_AND_TIME: {
    sqlState: "42601",
    message: "Cannot mix year-month and day-time fields: <literal>.",
    advice: "Write two intervals, one of years and months, one of days and smaller units.",
  },
} satisfies ConditionTable;

/** Intervals that cannot be read. */
export const intervalConditions = {
  "INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY": {
    sqlState: "22006",
    message: `${interval}Interval string cannot be empty.`,
    advice: intervalAdvice,
  },
  "INVALID_INTERVAL_FORMAT.INVALID_PREFIX": {
    sqlState: "22006",
    message: `${interval}Invalid interval prefix <prefix>.`,
    advice: intervalAdvice,
  },
  "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER": {
    sqlState: "22006",
    message: `${interval}Unrecognized number <number>.`,
    advice: intervalAdvice,
  },
  "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION": { sqlState: "22006", message: `${interval}It is too large.`, advice: intervalAdvice },
  "INVALID_INTERVAL_FORMAT.INVALID_PRECISION": {
    sqlState: "22006",
    message: `${interval}Interval can only support nanosecond precision, <value> is out of range.`,
    advice: intervalAdvice,
  },
  "INVALID_INTERVAL_FORMAT.INVALID_VALUE": { sqlState: "22006", message: `${interval}Invalid value <value>.`, advice: intervalAdvice },
  "INVALID_INTERVAL_FORMAT.INVALID_FRACTION": {
    sqlState: "22006",
    message: `${interval}<unit> cannot have fractional part.`,
    advice: "Only seconds can have a fraction: use a smaller unit.",
  },
  "INVALID_INTERVAL_FORMAT.INVALID_UNIT": {
    sqlState: "22006",
    message: `${interval}Invalid unit <unit>.`,
    advice: "The units are year, month, week, day, hour, minute, second, millisecond, microsecond.",
  },
  "INVALID_INTERVAL_FORMAT.MISSING_NUMBER": {
    sqlState: "22006",
    message: `${interval}Expect a number after <word> but hit EOL.`,
    advice: intervalAdvice,
  },
  "INVALID_INTERVAL_FORMAT.MISSING_UNIT": {
    sqlState: "22006",
    message: `${interval}Expect a unit name after <word> but hit EOL.`,
    advice: intervalAdvice,
  },
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE": {
    sqlState: "22006",
    message: `${interval}Interval string does not match the format of <intervalStr>.`,
    advice: "Write for example INTERVAL '1 02:03:04' DAY TO SECOND or INTERVAL '90' MINUTE.",
  },
  "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING": {
    sqlState: "22006",
    message: `${interval}Error parsing interval <interval> string.`,
    advice: "Behind years there are at most 11 months, behind days 23 hours, behind those 59 minutes and 59 seconds.",
  },
  "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION": {
    sqlState: "22006",
    message: `${interval}Cannot support (interval '<input>' <from> to <to>) expression.`,
    advice: "The units are YEAR TO MONTH, or two of DAY, HOUR, MINUTE and SECOND, the larger one first.",
  },
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING": {
    sqlState: "22006",
    message: `${interval}Interval string does not match the format of <intervalStr>.`,
    advice: "Write for example INTERVAL '1 02:03:04' DAY TO SECOND or INTERVAL '1-2' YEAR TO MONTH.",
  },
} satisfies ConditionTable;
