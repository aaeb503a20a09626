import type { OptionSpec } from "./options.js";

const flag = (name: string, doc: string, value: boolean): OptionSpec => ({ name, doc, kind: "boolean", default: String(value) });
const text = (name: string, doc: string, value?: string): OptionSpec => ({
  name,
  doc,
  kind: "text",
  ...(value !== undefined && { default: value }),
});

/** How values are written in CSV text, for reading and writing. */
const csvFormOptions: readonly OptionSpec[] = [
  text("sep", "What stands between two fields, one character or several.", ","),
  text("delimiter", "The same as `sep`."),
  text("quote", "The character around fields that hold a separator; an empty text for none.", '"'),
  text("escape", "The character before a quote within quotes.", "\\"),
  text("charToEscapeQuoteEscaping", "The character before an escape; by default the escape itself where it is not the quote."),
  flag("header", "Whether the first line of a file names the columns.", false),
  text("nullValue", "The text of null.", ""),
  text("emptyValue", "The text of an empty string: what a quoted nothing is read as, and what is written for one."),
  text("lineSep", "What ends a line; by default \\n, \\r and \\r\\n, and \\n when writing."),
  text("encoding", "The encoding of the text; by default UTF-8."),
  text("charset", "The same as `encoding`."),
  text("dateFormat", "The pattern of dates; by default what CAST takes."),
  text("timestampFormat", "The pattern of timestamps; by default what CAST takes."),
  text("timestampNTZFormat", "The pattern of timestamps without time zone; by default what CAST takes."),
  text("timeZone", "The zone of timestamps without one; by default the session's."),
  text("locale", "The language of names of months in patterns.", "en-US"),
];

/** Spark's options of its CSV reader. */
export const csvReadOptions: readonly OptionSpec[] = [
  ...csvFormOptions,
  {
    name: "mode",
    doc: "What becomes of a malformed record: PERMISSIVE makes its fields null, DROPMALFORMED drops it, FAILFAST ends the query.",
    kind: ["PERMISSIVE", "DROPMALFORMED", "FAILFAST"],
    default: "PERMISSIVE",
  },
  text("columnNameOfCorruptRecord", "The string column that keeps the text of malformed records, if the schema has it.", "_corrupt_record"),
  flag("multiLine", "Whether a quoted field may hold line ends.", false),
  text("comment", "The character that lines to be left out begin with."),
  flag("ignoreLeadingWhiteSpace", "Whether blanks before a value are left out.", false),
  flag("ignoreTrailingWhiteSpace", "Whether blanks after a value are left out.", false),
  flag("enableDateTimeParsingFallback", "Whether dates and timestamps that do not fit the pattern are read as CAST reads them.", false),
  text("nanValue", "The text of NaN.", "NaN"),
  text("positiveInf", "The text of infinity.", "Inf"),
  text("negativeInf", "The text of negative infinity.", "-Inf"),
  flag("enforceSchema", "Whether the header is passed over; false: its names must be those of the schema.", true),
  flag(
    "columnPruning",
    "Whether a query that needs some columns passes over the others; false: a record with more or fewer fields is malformed all the same.",
    true,
  ),
  { name: "inputBufferSize", doc: "Ignored: it sizes a buffer of Spark's parser.", kind: "integer" },
  { name: "maxColumns", doc: "The most fields that a record may have.", kind: "integer", default: "20480" },
  { name: "maxCharsPerColumn", doc: "The most characters that a value may have; -1: any number.", kind: "integer", default: "-1" },
  {
    name: "unescapedQuoteHandling",
    doc: "What becomes of a value with a quote in it that is not escaped.",
    kind: ["STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "STOP_AT_DELIMITER", "SKIP_VALUE", "RAISE_ERROR"],
    default: "STOP_AT_DELIMITER",
  },
];

/** What only inference looks at, beside those of the list above. */
export const csvInferenceOptions: readonly OptionSpec[] = [
  flag("inferSchema", "Whether types are inferred; else every column is a string.", false),
  text("samplingRatio", "How much of the input inference looks at, from 0 to 1."),
  flag("preferDate", "Whether inference takes dates for dates, not for timestamps.", true),
];

/** Spark's options of its CSV writer. */
export const csvWriteOptions: readonly OptionSpec[] = [
  ...csvFormOptions,
  flag("quoteAll", "Whether every value is quoted.", false),
  flag("escapeQuotes", "Whether values with a quote in them are quoted.", true),
  flag("ignoreLeadingWhiteSpace", "Whether blanks before a value are left out.", true),
  flag("ignoreTrailingWhiteSpace", "Whether blanks after a value are left out.", true),
];
