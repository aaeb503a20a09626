import type { ConditionTable } from "../condition.js";

const ansiAdvice = 'If necessary set <config> to "false" to bypass this error.';
const mismatch = "Cannot resolve <sqlExpr> due to data type mismatch: ";
const castArguments = "Cast the arguments to the types that the function takes.";

/** What resolving, coercing and evaluating expressions refuses. */
export const expressionConditions = {
  UNRESOLVED_ROUTINE: {
    sqlState: "42883",
    message: "Cannot resolve routine <routineName> on search path <searchPath>.",
    advice: "<suggestion>",
  },
  "WRONG_NUM_ARGS.WITHOUT_SUGGESTION": {
    sqlState: "42605",
    message: "The <functionName> requires <expectedNum> parameters but the actual number is <actualNum>.",
    advice: "docs/reference/functions.md says what it takes.",
  },
  "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES": {
    sqlState: "42K09",
    message: `${mismatch}the left and right operands of the binary operator have incompatible types (<left> and <right>).`,
    advice: "Cast one side to the type of the other.",
  },
  "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}the binary operator requires the input type <inputType>, not <actualDataType>.`,
    advice: "Cast the operands to such a type.",
  },
  "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}The <paramIndex> parameter requires the <requiredType> type, however <inputSql> has the type <inputType>.`,
    advice: castArguments,
  },
  "DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS": {
    sqlState: "42K09",
    message: `${mismatch}Cannot drop all fields in struct.`,
    advice: "Leave one field in, or drop the column.",
  },
  "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA": {
    sqlState: "42K09",
    message: `${mismatch}Input schema <schema> must be a struct, an array, a map or a variant.`,
    advice: "Put the value into a struct, which gives it a name: to_json(struct(…)).",
  },
  "DATATYPE_MISMATCH.DATA_DIFF_TYPES": {
    sqlState: "42K09",
    message: `${mismatch}Input to <functionName> should all be the same type, but it's <dataType>.`,
    advice: castArguments,
  },
  "DATATYPE_MISMATCH.UNEXPECTED_CLASS_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}class <className> not found.`,
    advice: castArguments,
  },
  "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}The <functionName> does not support ordering on type <dataType>.`,
    advice: "Compare parts of the value that have an order.",
  },
  "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}The key of map cannot be/contain <keyType>.`,
    advice: "Use keys that can be compared, for example an array of the map's sorted entries.",
  },
  "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}The input of <functionName> can't be <dataType> type data.`,
    advice: castArguments,
  },
  "DATATYPE_MISMATCH.HASH_MAP_TYPE": {
    sqlState: "42K09",
    message: `${mismatch}Input to the function <functionName> cannot contain elements of the "MAP" type: equal maps may have different hash codes.`,
    advice: "Hash an array of the map's sorted entries instead.",
  },
  "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION": {
    sqlState: "42K09",
    message: `${mismatch}cannot cast <srcType> to <targetType>.`,
    advice: "Convert through a type that both can be cast from and to.",
  },
  "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION": {
    sqlState: "42K09",
    message: `${mismatch}cannot cast <srcType> to <targetType> with ANSI mode on.`,
    advice: "If you have to cast <srcType> to <targetType>, you can set <config> as <configVal>.",
  },
  "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION": {
    sqlState: "42K09",
    message: `${mismatch}cannot cast <srcType> to <targetType>.`,
    advice: "To convert values from <srcType> to <targetType>, you can use the functions <functionNames> instead.",
  },
  "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING": {
    sqlState: "42K09",
    message: `${mismatch}Only foldable \`STRING\` expressions are allowed to appear at odd position, but they are <inputExprs>.`,
    advice: "Write the names of the fields as string literals.",
  },
  "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT": {
    sqlState: "42K09",
    message: `${mismatch}the input <inputName> should be a foldable <inputType> expression; however, got <inputExpr>.`,
    advice: "Give it a constant.",
  },
  "DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES": {
    sqlState: "42K09",
    message: `${mismatch}The given keys of function <functionName> should all be the same type, but they are <dataType>.`,
    advice: "Cast the keys to one type.",
  },
  "DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES": {
    sqlState: "42K09",
    message: `${mismatch}The given values of function <functionName> should all be the same type, but they are <dataType>.`,
    advice: "Cast the values to one type.",
  },
  FIELD_NOT_FOUND: {
    sqlState: "42704",
    message: "No such struct field <fieldName> in <fields>.",
    advice: "Use one of the fields it has.",
  },
  AMBIGUOUS_REFERENCE_TO_FIELDS: {
    sqlState: "42000",
    message: "Ambiguous reference to the field <field>. It appears <count> times in the schema.",
    advice: "Give the fields names that differ by more than case.",
  },
  INVALID_EXTRACT_BASE_FIELD_TYPE: {
    sqlState: "42000",
    message: "Can't extract a value from <base>. Need a complex type [STRUCT, ARRAY, MAP] but got <other>.",
    advice: "Parse or convert the column first (`from_json` makes a struct of JSON text).",
  },
  ARITHMETIC_OVERFLOW: {
    sqlState: "22003",
    message: "<message>.",
    advice: `<alternative> ${ansiAdvice}`,
  },
  "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION": {
    sqlState: "22015",
    message: "Integer overflow while operating with intervals.",
    advice: "Use <functionName> to tolerate overflow and return NULL instead.",
  },
  "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION": {
    sqlState: "22015",
    message: "Integer overflow while operating with intervals.",
    advice: "Choose the type or the limits so that the interval fits.",
  },
  INTERVAL_DIVIDED_BY_ZERO: {
    sqlState: "22012",
    message: "Division by zero of an interval.",
    advice: "Use `try_divide` to tolerate divisor being 0 and return NULL instead.",
  },
  BINARY_ARITHMETIC_OVERFLOW: {
    sqlState: "22003",
    message: "<value1> <symbol> <value2> caused overflow.",
    advice: "Use <functionName> to ignore the overflow and get NULL instead.",
  },
  DIVIDE_BY_ZERO: {
    sqlState: "22012",
    message: "Division by zero.",
    advice: `Use \`try_divide\` to tolerate divisor being 0 and return NULL instead. ${ansiAdvice}`,
  },
  REMAINDER_BY_ZERO: {
    sqlState: "22012",
    message: "Remainder by zero.",
    advice: `Use \`try_mod\` to tolerate divisor being 0 and return NULL instead. ${ansiAdvice}`,
  },
  CAST_INVALID_INPUT: {
    sqlState: "22018",
    message: "The value <expression> of the type <sourceType> cannot be cast to <targetType> because it is malformed.",
    advice:
      "Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead.",
  },
  CAST_OVERFLOW: {
    sqlState: "22003",
    message: "The value <value> of the type <sourceType> cannot be cast to <targetType> due to an overflow.",
    advice: "Use `try_cast` to tolerate overflow and return NULL instead.",
  },
  "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION": {
    sqlState: "22003",
    message: "<value> cannot be represented as Decimal(<precision>, <scale>).",
    advice: 'If necessary set <config> to "false" to bypass this error, and return NULL instead.',
  },
  INVALID_ARRAY_INDEX: {
    sqlState: "22003",
    message: "The index <indexValue> is out of bounds. The array has <arraySize> elements.",
    advice: "Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead.",
  },
  INVALID_ARRAY_INDEX_IN_ELEMENT_AT: {
    sqlState: "22003",
    message: "The index <indexValue> is out of bounds. The array has <arraySize> elements.",
    advice: "Use `try_element_at` to tolerate accessing element at invalid index and return NULL instead.",
  },
  INVALID_INDEX_OF_ZERO: {
    sqlState: "22003",
    message: "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).",
    advice: "Count from 1, or from -1 backwards from the end.",
  },
  "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION": {
    sqlState: "54000",
    message: "Cannot make an array of <numberOfElements> elements in <functionName>: <maxRoundedArrayLength> are the most.",
    advice: "Ask for fewer elements.",
  },
  STRING_TOO_LONG: {
    sqlState: "54000",
    message: "A string of <length> characters is longer than what one value can be (<limit>).",
    advice: "Check the count that it is repeated or padded to.",
  },
  BATCH_TOO_LARGE: {
    sqlState: "54000",
    message: "<what> take <size> together, and <limit> are the most that are held at once.",
    advice: "Shorten the values, read fewer of them at a time (maxFilesPerTrigger, maxBytesPerTrigger), or collect fewer in a group.",
  },
  CANNOT_DECODE_URL: {
    sqlState: "22546",
    message: "The provided URL cannot be decoded: <url>.",
    advice: "Give a text that url_encode wrote; try_url_decode gives NULL instead.",
  },
  INVALID_FORMAT_STRING: {
    sqlState: "22023",
    message: "The format <format> does not fit the values that it is given.",
    advice: "Give a value for each directive, of the kind that it writes: `%d` whole numbers, `%f` others, `%s` anything.",
  },
  INVALID_URL: {
    sqlState: "22P02",
    message: "The url is invalid: <url>.",
    advice: "Correct the address; try_parse_url gives NULL instead.",
  },
  INVALID_UTF8_STRING: {
    sqlState: "22029",
    message: "Invalid UTF8 byte sequence found in string: <str>.",
    advice: "Give bytes that are UTF-8; try_validate_utf8 gives NULL instead, make_valid_utf8 replaces what is not.",
  },
  NULL_MAP_KEY: {
    sqlState: "2200E",
    message: "Cannot use null as map key.",
    advice: "Filter out or replace the rows whose key is null.",
  },
  DUPLICATED_MAP_KEY: {
    sqlState: "23505",
    message: "Duplicate map key <key> was found.",
    advice: "Check the input data, or remove the duplicates first.",
  },
  "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION": {
    sqlState: "22023",
    message: "<rangeMessage>.",
    advice: "Give fields that make a date and a time of day; the `try_` form of the function gives NULL instead.",
  },
  INVALID_FRACTION_OF_SECOND: {
    sqlState: "22023",
    message: "Valid range for seconds is [0, 60] (inclusive), but the provided value is <secAndMicros>.",
    advice: "Use `try_make_timestamp` to tolerate such fields and return NULL instead.",
  },
  ILLEGAL_DAY_OF_WEEK: {
    sqlState: "22009",
    message: "Illegal input for day of week: <string>.",
    advice: "Give the English name of a day, or its first two or three letters.",
  },
  "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER": {
    sqlState: "22007",
    message: "Unrecognized datetime pattern: <pattern>. Illegal pattern character found in datetime pattern: <c>.",
    advice: "Use a letter that patterns of dates and times know (y, M, d, H, m, s, S …); letters that mean themselves stand in quotes.",
  },
  "INVALID_DATETIME_PATTERN.LENGTH": {
    sqlState: "22007",
    message: "Unrecognized datetime pattern: <pattern>. Too many letters in datetime pattern.",
    advice: "Write the letter less often.",
  },
  "INVALID_DATETIME_PATTERN.WITH_SUGGESTION": {
    sqlState: "22007",
    message: "Unrecognized datetime pattern: <pattern>.",
    advice: "Letters mean fields, other letters stand in quotes, `[` and `]` enclose what may be absent.",
  },
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION": {
    sqlState: "42K0B",
    message: "The datetime pattern <pattern> was understood by Spark before 3.0, and is not any more.",
    advice: "Write the pattern with the letters of DateTimeFormatter.",
  },
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN": {
    sqlState: "42K0B",
    message: "Week-based patterns are not supported, detected week-based character: <c>.",
    advice: "Use the SQL function EXTRACT instead.",
  },
  DATETIME_OVERFLOW: {
    sqlState: "22008",
    message: "Datetime operation overflow: <operation>.",
    advice: "Keep dates and timestamps within the range of the type.",
  },
  CANNOT_PARSE_TIMESTAMP: {
    sqlState: "22007",
    message: "Text <inputString> could not be parsed as a timestamp.",
    advice: "Use <func> to tolerate invalid input string and return NULL instead.",
  },
  "INVALID_PARAMETER_VALUE.CHARSET": {
    sqlState: "22023",
    message: "The value of parameter(s) <parameter> in <functionName> is invalid: expects one of the <charsets>, but got <charset>.",
    advice: "Name one of these character sets, or convert the texts first.",
  },
  MALFORMED_CHARACTER_CODING: {
    sqlState: "22000",
    message: "Invalid value found when performing <function> with <charset>.",
    advice: "Look whether the value is of that character set.",
  },
  CONVERSION_INVALID_INPUT: {
    sqlState: "22018",
    message: "The value <str> (<fmt>) cannot be converted to <targetType> because it is malformed.",
    advice:
      "Correct the value as per the syntax, or change its format. Use <suggestion> to tolerate malformed input and return NULL instead.",
  },
  "DATATYPE_MISMATCH.INVALID_ARG_VALUE": {
    sqlState: "42K09",
    message:
      "Cannot resolve <sqlExpr> due to data type mismatch: The <inputName> value must to be a <requireType> literal of <validValues>, but got <inputValue>.",
    advice: "Give one of these values.",
  },
  "INVALID_PARAMETER_VALUE.DATETIME_UNIT": {
    sqlState: "22023",
    message:
      "The value of parameter(s) <parameter> in <functionName> is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got <invalidValue>.",
    advice: "Write the unit as a word: timestampadd(MONTH, 2, ts).",
  },
  "INVALID_PARAMETER_VALUE.PATTERN": {
    sqlState: "22023",
    message: "The value of parameter(s) <parameter> in <functionName> is invalid: <value>.",
    advice: "Write a regular expression as Java's java.util.regex takes them.",
  },
  "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX": {
    sqlState: "22023",
    message:
      "The value of parameter(s) <parameter> in <functionName> is invalid: Expects group index between 0 and <groupCount>, but got <groupIndex>.",
    advice: "Use the number of a group that the pattern has.",
  },
  "INVALID_FORMAT.EMPTY": {
    sqlState: "42601",
    message: "The format is invalid: <format>. The number format string cannot be empty.",
    advice: "Write a digit for each that there may be: '999.99'.",
  },
  "INVALID_FORMAT.UNEXPECTED_TOKEN": {
    sqlState: "42601",
    message:
      "The format is invalid: <format>. Found the unexpected <token> in the format string; the structure of the format string must match: `[MI|S]` `[$]` `[0|9|G|,]*` `[.|D]` `[0|9]*` `[$]` `[PR|MI|S]`.",
    advice: "Put the parts in that order.",
  },
  "INVALID_FORMAT.WRONG_NUM_TOKEN": {
    sqlState: "42601",
    message: "The format is invalid: <format>. The format string requires at most one <token>.",
    advice: "Leave all but one out.",
  },
  "INVALID_FORMAT.WRONG_NUM_DIGIT": {
    sqlState: "42601",
    message: "The format is invalid: <format>. The format string requires at least one number digit.",
    advice: "Write a digit for each that there may be: '999.99'.",
  },
  "INVALID_FORMAT.CUR_MUST_BEFORE_DIGIT": {
    sqlState: "42601",
    message: "The format is invalid: <format>. Currency characters must appear before digits in the number format.",
    advice: "Begin with the currency: '$999'.",
  },
  "INVALID_FORMAT.CUR_MUST_BEFORE_DEC": {
    sqlState: "42601",
    message: "The format is invalid: <format>. Currency characters must appear before any decimal point in the number format.",
    advice: "Begin with the currency: '$99.99'.",
  },
  "INVALID_FORMAT.THOUSANDS_SEPS_MUST_BEFORE_DEC": {
    sqlState: "42601",
    message: "The format is invalid: <format>. Thousands separators (, or G) may not appear after the decimal point in the number format.",
    advice: "Separate the digits before the point only.",
  },
  "INVALID_FORMAT.CONT_THOUSANDS_SEPS": {
    sqlState: "42601",
    message: "The format is invalid: <format>. Thousands separators (, or G) must have digits in between them in the number format.",
    advice: "Write digits on both sides of a separator: '9,999'.",
  },
  "INVALID_FORMAT.MISMATCH_INPUT": {
    sqlState: "42601",
    message: "The format is invalid: <format>. The input <inputType> '<input>' does not match the format.",
    advice: "Use another format, or try_to_number.",
  },
  "INVALID_PARAMETER_VALUE.BINARY_FORMAT": {
    sqlState: "22023",
    message:
      "The value of parameter(s) <parameter> in <functionName> is invalid: expects one of binary formats 'base64', 'hex', 'utf-8', but got <invalidFormat>.",
    advice: "Name one of them.",
  },
  "INVALID_FORMAT.ESC_AT_THE_END": {
    sqlState: "42601",
    message: "The format is invalid: <format>. The escape character is not allowed to end with.",
    advice: "Escape the escape character, or remove it.",
  },
  "INVALID_FORMAT.ESC_IN_THE_MIDDLE": {
    sqlState: "42601",
    message: "The format is invalid: <format>. The escape character is not allowed to precede <char>.",
    advice: "Only `_`, `%` and the escape character itself can be escaped.",
  },
  COMPARATOR_RETURNS_NULL: {
    sqlState: "22004",
    message: "The comparator has returned a NULL for a comparison between <firstValue> and <secondValue>.",
    advice: "It should return a positive integer for greater than, 0 for equal and a negative integer for less than.",
  },
} satisfies ConditionTable;
