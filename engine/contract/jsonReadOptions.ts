import type { OptionSpec } from "./options.js";

const flag = (name: string, doc: string, value: boolean): OptionSpec => ({ name, doc, kind: "boolean", default: String(value) });

/** Spark's options of its JSON reader, for sources and for `from_json`. */
export const jsonReadOptions: readonly OptionSpec[] = [
  {
    name: "mode",
    doc: "What becomes of a malformed record: PERMISSIVE makes its fields null, DROPMALFORMED drops it, FAILFAST ends the query.",
    kind: ["PERMISSIVE", "DROPMALFORMED", "FAILFAST"],
    default: "PERMISSIVE",
  },
  {
    name: "columnNameOfCorruptRecord",
    doc: "The string column that keeps the text of malformed records, if the schema has it.",
    kind: "text",
    default: "_corrupt_record",
  },
  flag("allowSingleQuotes", "Takes single quotes in place of double quotes.", true),
  flag("allowUnquotedFieldNames", "Takes field names without quotes.", false),
  flag("allowComments", "Takes comments in the style of Java and C++.", false),
  flag("allowNumericLeadingZeros", "Takes leading zeros in numbers (00012).", false),
  flag("allowNonNumericNumbers", "Takes NaN, Infinity and -Infinity (and +INF, -INF) as numbers.", true),
  flag("allowBackslashEscapingAnyCharacter", "Takes a backslash before any character.", false),
  flag("allowUnquotedControlChars", "Takes raw control characters in strings.", false),
  flag("primitivesAsString", "Only for inference: takes all primitive values as strings.", false),
  flag("prefersDecimal", "Only for inference: takes numbers with a fraction as decimals.", false),
  flag("multiLine", "One document a file, over several lines.", false),
  { name: "lineSep", doc: "What separates records; by default \\n, \\r and \\r\\n.", kind: "text" },
  { name: "encoding", doc: "The encoding of the text.", kind: "text" },
  { name: "charset", doc: "The same as `encoding`.", kind: "text" },
  { name: "timestampFormat", doc: "The pattern of timestamps; by default what CAST takes.", kind: "text" },
  { name: "timestampNTZFormat", doc: "The pattern of timestamps without time zone; by default what CAST takes.", kind: "text" },
  { name: "dateFormat", doc: "The pattern of dates; by default what CAST takes.", kind: "text" },
  flag("enableDateTimeParsingFallback", "Whether dates and timestamps that do not fit the pattern are read as CAST reads them.", false),
  { name: "timeZone", doc: "The zone of timestamps without one; by default the session's.", kind: "text" },
  { name: "locale", doc: "The language of names of months in patterns.", kind: "text", default: "en-US" },
];

/** What only inference looks at, beside those of the list above. */
export const jsonInferenceOptions: readonly OptionSpec[] = [
  { name: "samplingRatio", doc: "How much of the input inference looks at.", kind: "text" },
  flag("inferTimestamp", "Whether inference looks for timestamps.", false),
  flag("dropFieldIfAllNull", "Whether inference drops fields that are always null.", false),
];
