import type { ConditionTable } from "../condition.js";

const permissive = "To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.";

/** What reading JSON text refuses. */
export const jsonConditions = {
  "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION": {
    sqlState: "22023",
    message: "Malformed records are detected in record parsing: <badRecord>. Parse Mode: <failFastMode>.",
    advice: permissive,
  },
  "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS": {
    sqlState: "22023",
    message:
      "Malformed records are detected in record parsing: <badRecord>. Parse Mode: <failFastMode>. Parsing JSON arrays as structs is forbidden.",
    advice: permissive,
  },
  "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_STRING_AS_DATATYPE": {
    sqlState: "22023",
    message:
      "Malformed records are detected in record parsing: <badRecord>. Parse Mode: <failFastMode>. Cannot parse the value <fieldValue> of the field <fieldName> as target spark data type <targetType> from the input type <inputType>.",
    advice: permissive,
  },
  CANNOT_PARSE_JSON_FIELD: {
    sqlState: "2203G",
    message:
      "Cannot parse the field name <fieldName> and the value <fieldValue> of the JSON token type <jsonType> to target Spark data type <dataType>.",
    advice: `Give the field another type. ${permissive}`,
  },
  EMPTY_JSON_FIELD_VALUE: {
    sqlState: "42604",
    message: "Failed to parse an empty string for data type <dataType>.",
    advice: permissive,
  },
  INVALID_JSON_ROOT_FIELD: {
    sqlState: "22032",
    message: "Cannot convert JSON root field to target Spark type.",
    advice: permissive,
  },
  "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION": {
    sqlState: "22003",
    message: "The <roundedValue> rounded half up from <originalValue> cannot be represented as Decimal(<precision>, <scale>).",
    advice: "Give the field a type with more digits.",
  },
  PARSE_MODE_UNSUPPORTED: {
    sqlState: "42601",
    message: "The function <funcName> doesn't support the <mode> mode.",
    advice: "Acceptable modes are PERMISSIVE and FAILFAST.",
  },
  "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN": {
    sqlState: "0A000",
    message:
      "The feature is not supported: a query of JSON files that reads only the column of malformed records (`<column>`): which records are malformed depends on the columns that are read.",
    advice: "Read the columns that matter too: select them with it, also where only the malformed records are counted.",
  },
  INVALID_CORRUPT_RECORD_TYPE: {
    sqlState: "42804",
    message: "The column <columnName> for corrupt records must have the nullable STRING type, but got <actualType>.",
    advice: "Give it the type STRING, or name another column with the option `columnNameOfCorruptRecord`.",
  },
  CSV_HEADER_MISMATCH: {
    sqlState: "42KDG",
    message: "The header of a CSV file (<header>) is not the schema (<schema>).",
    advice: "Give the schema the names of the header in its order, or leave the option `enforceSchema` on.",
  },
  MALFORMED_CSV_RECORD: {
    sqlState: "KD000",
    message: "A CSV record has more than <maxColumns> fields, or a field of more than <maxChars> characters: <badRecord>.",
    advice: "Look whether the separator and the quotes are those of the file, or raise the options `maxColumns` and `maxCharsPerColumn`.",
  },
  RECORD_TOO_LARGE: {
    sqlState: "54000",
    message: "A record and what is made of it take <size> bytes of memory, beyond the limit of <limit>.",
    advice: "Check that records are separated by newlines (the option `lineSep` names another separator).",
  },
} satisfies ConditionTable;
