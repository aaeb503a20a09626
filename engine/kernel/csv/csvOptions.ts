import { csvInferenceOptions, csvReadOptions } from "../../contract/csvOptions.js";
import { Options } from "../../contract/options.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { dateTimeForms, type DateTimeForms } from "../text/dateTimeForms.js";

/**
 * What becomes of a quoted value with a quote in it that is not escaped. `STOP_AT_DELIMITER`: all up to the separator is part of the value; `STOP_AT_CLOSING_QUOTE`:
 * up to a closing quote; `BACK_TO_DELIMITER`: what was read is values, by the separators and line ends in it, and the rest a value of its own; `SKIP_VALUE`: null.
 */
export type UnescapedQuoteHandling = "STOP_AT_CLOSING_QUOTE" | "BACK_TO_DELIMITER" | "STOP_AT_DELIMITER" | "SKIP_VALUE" | "RAISE_ERROR";

/** How records are cut into fields. Characters are bytes; −1: none. */
export interface CsvSyntax {
  readonly separator: Uint8Array;
  readonly quote: number;
  readonly escape: number;
  readonly escapeEscape: number;
  readonly trimLeading: boolean;
  readonly trimTrailing: boolean;
  readonly unescapedQuotes: UnescapedQuoteHandling;
  readonly maxColumns: number;
}

/** The options, understood. */
export interface CsvOptions extends DateTimeForms {
  readonly syntax: CsvSyntax;
  readonly mode: "PERMISSIVE" | "DROPMALFORMED" | "FAILFAST";
  readonly corruptColumn: string;
  readonly multiLine: boolean;
  readonly header: boolean;
  readonly enforceSchema: boolean;
  /** The byte that begins a comment; −1: none. */
  readonly comment: number;
  /** Null: LF, CR and CRLF. */
  readonly lineSeparator: Uint8Array | null;
  readonly nullText: Uint8Array;
  readonly emptyText: Uint8Array;
  readonly nan: string;
  readonly positiveInfinity: string;
  readonly negativeInfinity: string;
  readonly maxChars: number;
  readonly zone: string;
  /** False: a record must have as many fields as the file has columns also where only some of them are wanted. */
  readonly columnPruning: boolean;
}

/**
 * Understands the options of a CSV reader. Options of others (`path` …) are not looked at.
 *
 * @param zone the session's, where the options name none
 * @throws INVALID_OPTION_VALUE, NOT_YET_SUPPORTED
 */
export function parseCsvOptions(given: Readonly<Record<string, string>>, zone: string): CsvOptions {
  const specs = [...csvReadOptions, ...csvInferenceOptions];
  const known = new Set(specs.map((spec) => spec.name.toLowerCase()));
  const options = new Options(
    "the CSV reader",
    specs,
    Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name.toLowerCase()))),
  );
  if (!/^en([-_]|$)/i.test(options.get("locale")!)) throw notYetSupported(`the locale ${options.get("locale")} of CSV text`);
  const timeZone = options.get("timeZone") ?? zone;
  const separator = options.get("lineSep");
  if (separator !== undefined && (separator === "" || separator.length > 2)) throw options.invalid("lineSep", "one or two characters");
  return {
    syntax: syntaxOf(options),
    mode: options.get("mode")!.toUpperCase() as CsvOptions["mode"],
    corruptColumn: options.get("columnNameOfCorruptRecord")!,
    multiLine: options.boolean("multiLine"),
    header: options.boolean("header"),
    enforceSchema: options.boolean("enforceSchema"),
    comment: character(options, "comment"),
    lineSeparator: separator === undefined ? null : encoder.encode(separator),
    nullText: encoder.encode(options.get("nullValue")),
    emptyText: encoder.encode(options.get("emptyValue") ?? ""),
    nan: options.get("nanValue")!,
    positiveInfinity: options.get("positiveInf")!,
    negativeInfinity: options.get("negativeInf")!,
    maxChars: options.integer("maxCharsPerColumn")!,
    zone: timeZone,
    columnPruning: options.boolean("columnPruning"),
    ...dateTimeForms(options, timeZone),
  };
}

const encoder = new TextEncoder();

function syntaxOf(options: Options): CsvSyntax {
  const separator = separatorText(options.get("sep") === "," ? (options.get("delimiter") ?? ",") : options.get("sep")!);
  if (separator === "") throw options.invalid("sep", "at least one character");
  const quote = character(options, "quote");
  const escape = character(options, "escape");
  return {
    separator: encoder.encode(separator),
    quote,
    escape,
    escapeEscape:
      options.get("charToEscapeQuoteEscaping") === undefined
        ? quote === escape
          ? -1
          : escape
        : character(options, "charToEscapeQuoteEscaping"),
    trimLeading: options.boolean("ignoreLeadingWhiteSpace"),
    trimTrailing: options.boolean("ignoreTrailingWhiteSpace"),
    unescapedQuotes: options.get("unescapedQuoteHandling")!.toUpperCase() as UnescapedQuoteHandling,
    maxColumns: options.integer("maxColumns")!,
  };
}

/** Escapes of the separator, as Spark takes them: `\t` and its like. */
export function separatorText(text: string): string {
  return text.replaceAll(/\\([\\tbfrn"'0])/g, (_, letter: string) => escapes[letter]!);
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  t: "\t",
  b: "\b",
  f: "\f",
  r: "\r",
  n: "\n",
  '"': '"',
  "'": "'",
  "0": "\0",
};

/** An option of one character: its byte, −1 when it is empty or not given. */
export function character(options: Options, name: string): number {
  const text = options.get(name) ?? "";
  if (text === "" || text === "\0") return -1;
  const bytes = encoder.encode(text);
  if (bytes.length !== 1) throw options.invalid(name, "one ASCII character");
  return bytes[0]!;
}
