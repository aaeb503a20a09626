import { plainColumn, readValue } from "../../arrow/columns.js";
import type { Batch } from "../../arrow/batch.js";
import type { DataType, Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { csvWriteOptions } from "../../contract/csvOptions.js";
import { Options } from "../../contract/options.js";
import { valueText } from "../../values/valueText.js";
import { compilePattern } from "../text/dateTimePattern.js";
import { character, separatorText } from "./csvOptions.js";

/** Writes batches as CSV, as Spark does. */
export interface CsvWriter {
  /** The first line of a file; an empty text without one. */
  readonly header: string;
  /** The lines of a batch. */
  lines(batch: Batch): string;
}

/** How values become fields. */
interface FieldForm {
  readonly separator: string;
  readonly quote: string;
  readonly escape: string;
  readonly escapeEscape: string;
  readonly lineEnd: string;
  readonly nullText: string;
  readonly emptyText: string;
  readonly quotesAll: boolean;
  /** Whether a value is quoted because a quote is in it. */
  readonly quotesQuotes: boolean;
  readonly trimLeading: boolean;
  readonly trimTrailing: boolean;
}

/** @throws INVALID_OPTION_VALUE */
export function createCsvWriter({ fields }: Schema, given: Readonly<Record<string, string>>, zone: string): CsvWriter {
  const known = new Set(csvWriteOptions.map((spec) => spec.name.toLowerCase()));
  const own = Object.entries(given).filter(([name]) => known.has(name.toLowerCase()));
  const options = new Options("the CSV writer", csvWriteOptions, Object.fromEntries(own));
  const form = formOf(options);
  const texts = fields.map(({ type }) => textOf(type, options, zone));
  const record = (values: readonly (string | null)[]): string => {
    return values.map((value, i) => fieldText(value, form, i === 0)).join(form.separator) + form.lineEnd;
  };
  return {
    header: options.boolean("header") ? record(fields.map(({ name }) => name)) : "",
    lines(batch) {
      const columns = batch.columns.map((column) => plainColumn(column));
      let lines = "";
      for (let row = 0; row < batch.length; row++) {
        lines += record(columns.map((column, i) => textAt(readValue(column, row), texts[i]!)));
      }
      return lines;
    },
  };
}

function lineEndOf(options: Options): string {
  const end = options.get("lineSep") ?? "\n";
  if (end === "" || end.length > 2) throw options.invalid("lineSep", "one or two characters");
  return end;
}

function textAt(value: Value, text: (value: Exclude<Value, null>) => string): string | null {
  return value === null ? null : text(value);
}

function formOf(options: Options): FieldForm {
  const byte = (name: string): string => {
    const code = character(options, name);
    return code < 0 ? "" : String.fromCharCode(code);
  };
  const [quote, escape] = [byte("quote"), byte("escape")];
  return {
    separator: separatorText(options.get("sep") === "," ? (options.get("delimiter") ?? ",") : options.get("sep")!),
    quote,
    escape,
    escapeEscape:
      options.get("charToEscapeQuoteEscaping") === undefined ? (escape === quote ? "" : escape) : byte("charToEscapeQuoteEscaping"),
    lineEnd: lineEndOf(options),
    nullText: options.get("nullValue")!,
    emptyText: options.get("emptyValue") ?? '""',
    quotesAll: options.boolean("quoteAll"),
    quotesQuotes: options.boolean("escapeQuotes"),
    trimLeading: options.boolean("ignoreLeadingWhiteSpace"),
    trimTrailing: options.boolean("ignoreTrailingWhiteSpace"),
  };
}

/** What the value of a column is as text. */
function textOf(type: DataType, options: Options, sessionZone: string): (value: Exclude<Value, null>) => string {
  const zone = options.get("timeZone") ?? sessionZone;
  switch (type.kind) {
    case "date": {
      const pattern = compilePattern(options.get("dateFormat") ?? "yyyy-MM-dd", "format");
      return (days) => pattern.formatDate(days as number);
    }
    case "timestamp": {
      const pattern = compilePattern(options.get("timestampFormat") ?? "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "format");
      return (micros) => pattern.formatTimestamp(micros as bigint, zone);
    }
    case "timestamp_ntz": {
      const pattern = compilePattern(options.get("timestampNTZFormat") ?? "yyyy-MM-dd'T'HH:mm:ss.SSS", "format");
      return (micros) => pattern.formatTimestamp(micros as bigint, "UTC");
    }
    case "binary":
      return (bytes) => `[${Array.from(bytes as Uint8Array, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}]`;
    default:
      return (value) => valueText(value, type, zone, { nullText: options.get("nullValue")! });
  }
}

function fieldText(value: string | null, form: FieldForm, isFirst: boolean): string {
  if (value === null) return form.quotesAll ? form.quote + form.nullText + form.quote : form.nullText;
  const start = form.trimLeading ? trimmed(value, /^[\0- ]+/) : value;
  const text = form.trimTrailing ? trimmed(start, /[\0- ]+$/) : start;
  if (text === "") return form.emptyText;
  // Blanks at the end count for that, although they go.
  return isQuoted(start, form, isFirst) ? form.quote + escapedText(text, form) + form.quote : text;
}

function trimmed(text: string, blanks: RegExp): string {
  return text.replace(blanks, "");
}

function isQuoted(text: string, form: FieldForm, isFirst: boolean): boolean {
  if (form.quote === "") return false;
  if (form.quotesAll || text.includes(form.separator) || /[\n\r]/.test(text)) return true;
  if (isFirst && text.startsWith("#")) return true;
  return form.quotesQuotes ? text.includes(form.quote) : text.startsWith(form.quote);
}

function escapedText(text: string, { quote, escape, escapeEscape }: FieldForm): string {
  let result = "";
  for (const letter of text) {
    if (letter === quote) result += escape;
    else if (letter === escape && escapeEscape !== "") result += escapeEscape;
    result += letter;
  }
  return result;
}
