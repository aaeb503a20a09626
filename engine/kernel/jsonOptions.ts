import { Options, type OptionSpec } from "../contract/options.js";
import { notYetSupported, StreamingError } from "../errors/streamingError.js";
import { compilePattern } from "./dateTimePattern.js";
import type { JsonSyntax } from "./jsonReader.js";
import type { TextConversions } from "./textConversions.js";

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
  { name: "timeZone", doc: "The zone of timestamps without one; by default the session's.", kind: "text" },
  { name: "locale", doc: "The language of names of months in patterns.", kind: "text", default: "en-US" },
];

export type ParseMode = "PERMISSIVE" | "DROPMALFORMED" | "FAILFAST";

/** The options, understood. */
export interface JsonOptions {
  readonly mode: ParseMode;
  readonly corruptColumn: string;
  readonly syntax: JsonSyntax;
  /** Null: LF, CR and CRLF. */
  readonly lineSeparator: Uint8Array | null;
  readonly zone: string;
  readonly parseTimestamp: ((text: string) => bigint | undefined) | null;
  readonly parseTimestampNtz: ((text: string) => bigint | undefined) | null;
  readonly parseDate: ((text: string) => number | undefined) | null;
}

/**
 * Understands the options of a JSON reader. Options of others (`path` …) are not looked at.
 *
 * @param zone the session's, where the options name none
 * @throws NOT_YET_SUPPORTED, INVALID_OPTION_VALUE
 */
export function parseJsonOptions(given: Readonly<Record<string, string>>, zone: string, conversions: TextConversions): JsonOptions {
  const known = new Set(jsonReadOptions.map((spec) => spec.name.toLowerCase()));
  const own = Object.entries(given).filter(([name]) => known.has(name.toLowerCase()));
  const options = new Options("the JSON reader", jsonReadOptions, Object.fromEntries(own));
  refuseUnsupported(options);
  const timeZone = options.get("timeZone") ?? zone;
  const pattern = (name: string): ReturnType<typeof compilePattern> | null => {
    const text = options.get(name);
    return text === undefined ? null : compilePattern(text);
  };
  const [timestamp, timestampNtz, date] = [pattern("timestampFormat"), pattern("timestampNTZFormat"), pattern("dateFormat")];
  const separator = options.get("lineSep");
  return {
    mode: options.get("mode")!.toUpperCase() as ParseMode,
    corruptColumn: options.get("columnNameOfCorruptRecord")!,
    syntax: {
      allowSingleQuotes: options.boolean("allowSingleQuotes"),
      allowUnquotedFieldNames: options.boolean("allowUnquotedFieldNames"),
      allowComments: options.boolean("allowComments"),
      allowNumericLeadingZeros: options.boolean("allowNumericLeadingZeros"),
      allowNonNumericNumbers: options.boolean("allowNonNumericNumbers"),
      allowBackslashEscapingAnyCharacter: options.boolean("allowBackslashEscapingAnyCharacter"),
      allowUnquotedControlChars: options.boolean("allowUnquotedControlChars"),
    },
    lineSeparator: separator === undefined ? null : new TextEncoder().encode(separator),
    zone: timeZone,
    parseTimestamp: timestamp && ((text) => timestamp.parseTimestamp(text, timeZone, conversions)),
    parseTimestampNtz: timestampNtz && ((text) => timestampNtz.parseLocal(text)),
    parseDate: date && ((text) => date.parseDate(text)),
  };
}

function refuseUnsupported(options: Options): void {
  if (options.boolean("multiLine")) throw notYetSupported("the JSON option `multiLine`");
  const encoding = options.get("encoding") ?? options.get("charset") ?? "UTF-8";
  if (!/^utf-?8$/i.test(encoding)) throw notYetSupported(`the encoding ${encoding} of JSON text`);
  if (!/^en([-_]|$)/i.test(options.get("locale")!)) throw notYetSupported(`the locale ${options.get("locale")} of JSON text`);
  if (options.get("lineSep") === "") {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      option: "lineSep",
      owner: options.owner,
      value: "",
      expected: "at least one character",
    });
  }
}

/** The name of the column that keeps malformed records, whether the schema has it or not. */
export function corruptColumnOf(given: Readonly<Record<string, string>>): string {
  const name = Object.keys(given).find((key) => key.toLowerCase() === "columnnameofcorruptrecord");
  return name === undefined ? "_corrupt_record" : given[name]!;
}
