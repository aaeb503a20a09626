import { jsonReadOptions } from "../../contract/jsonReadOptions.js";
import { Options } from "../../contract/options.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { dateTimeForms, type DateTimeForms } from "../text/dateTimeForms.js";
import type { JsonSyntax } from "./jsonReader.js";

export type ParseMode = "PERMISSIVE" | "DROPMALFORMED" | "FAILFAST";

/** The options, understood. */
export interface JsonOptions extends DateTimeForms {
  readonly mode: ParseMode;
  readonly corruptColumn: string;
  /** A file is one document. */
  readonly multiLine: boolean;
  readonly syntax: JsonSyntax;
  /** Null: LF, CR and CRLF. */
  readonly lineSeparator: Uint8Array | null;
  readonly zone: string;
}

/**
 * Understands the options of a JSON reader. Options of others (`path` …) are not looked at.
 *
 * @param zone the session's, where the options name none
 * @throws NOT_YET_SUPPORTED, INVALID_OPTION_VALUE
 */
export function parseJsonOptions(given: Readonly<Record<string, string>>, zone: string): JsonOptions {
  const known = new Set(jsonReadOptions.map((spec) => spec.name.toLowerCase()));
  const own = Object.entries(given).filter(([name]) => known.has(name.toLowerCase()));
  const options = new Options("the JSON reader", jsonReadOptions, Object.fromEntries(own));
  refuseUnsupported(options);
  const timeZone = options.get("timeZone") ?? zone;
  const separator = options.get("lineSep");
  return {
    mode: options.get("mode")!.toUpperCase() as ParseMode,
    corruptColumn: options.get("columnNameOfCorruptRecord")!,
    multiLine: options.boolean("multiLine"),
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
    ...dateTimeForms(options, timeZone),
  };
}

function refuseUnsupported(options: Options): void {
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
