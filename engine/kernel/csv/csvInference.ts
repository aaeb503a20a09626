import type { Batch } from "../../arrow/batch.js";
import { decodeText } from "../../arrow/reading.js";
import { field, types, type DataType, type Schema } from "../../arrow/types.js";
import { parseDate, parseTimestamp } from "../../values/dateTimeText.js";
import { decimalOf } from "../text/numberBytes.js";
import type { CsvOptions } from "./csvOptions.js";
import type { CsvParts } from "./csvDecoder.js";
import type { CsvRecordSink } from "./csvRecordSink.js";
import { fieldKind } from "./csvTokenizer.js";
import { MalformedTexts } from "../malformedTexts.js";
import { javaDouble } from "./javaNumbers.js";

/**
 * Infers the columns of CSV text from its records, by Spark's rules: names are those of the header, or `_c0`, `_c1` …; a column is of the narrowest of int,
 * bigint, decimal (whole numbers beyond bigint), double, date, timestamp and boolean that holds all its values, else a string.
 */
export class CsvInference implements CsvRecordSink {
  readonly malformedTexts = new MalformedTexts(false);
  readonly filters = [];
  readonly rowsRead = 0;
  readonly rowsUnasked = 0;
  private names: readonly string[] | null = null;
  private readonly columns: DataType[] = [];
  private records = 0;

  /**
   * @param infersTypes false: every column is a string
   * @param ratio how many of the records are looked at
   */
  constructor(
    private readonly parts: Omit<CsvParts, "records">,
    private readonly infersTypes: boolean,
    private readonly prefersDate: boolean,
    private readonly ratio: number,
  ) {}

  /** The columns; null when there was no record and no header. */
  schema(): Schema | null {
    const { names, columns } = this;
    if (names === null) return null;
    return types.struct(
      names.map((name, i) => {
        const type = columns[i] ?? types.null;
        const inferred = type.kind === "null" || !this.infersTypes ? types.string : type;
        return field(name, inferred);
      }),
    );
  }

  reset(): void {}

  header(): void {
    this.name(headerNames(this.texts(), this.parts.options));
  }

  add(): void {
    if (this.names === null) this.name(this.texts().map((_, i) => `_c${i}`));
    const index = this.records++;
    if (!this.infersTypes || Math.floor((index + 1) * this.ratio) === Math.floor(index * this.ratio)) return;
    const { tokens, memory } = this.parts;
    const count = Math.min(tokens.count, this.names!.length);
    for (let i = 0; i < count; i++) {
      const known = this.columns[i] ?? types.null;
      if (known.kind === "string" || tokens.kinds[i] !== fieldKind.text) continue;
      this.columns[i] = this.merged(known, decodeText(memory.bytes, tokens.starts[i]!, tokens.stops[i]!));
    }
  }

  addUnreadable(): void {}

  finish(): Batch | null {
    return null;
  }

  /** The longest of the files' headers counts: fields are known by their place. */
  private name(names: readonly string[]): void {
    if (this.names === null || names.length > this.names.length) this.names = names;
  }

  private texts(): string[] {
    const { tokens, memory } = this.parts;
    return Array.from({ length: tokens.count }, (_, i) => decodeText(memory.bytes, tokens.starts[i]!, tokens.stops[i]!));
  }

  private merged(known: DataType, text: string): DataType {
    const { options } = this.parts;
    if (text === "" || text === decodeText(options.nullText, 0, options.nullText.length)) return known;
    return compatible(known, this.typeOf(known, text));
  }

  /** The first type, from the known one on, that holds the text. */
  private typeOf(known: DataType, text: string): DataType {
    switch (known.kind) {
      case "null":
      case "int":
      case "long":
        return wholeNumber(text) ?? this.number(text);
      case "decimal":
        return wholeNumber(text, true) ?? this.number(text);
      case "double":
        return this.number(text);
      case "date":
        return this.date(text);
      case "timestamp":
        return this.timestamp(text);
      default:
        return boolean(text);
    }
  }

  private number(text: string): DataType {
    const { nan, positiveInfinity, negativeInfinity } = this.parts.options;
    if ([nan, positiveInfinity, negativeInfinity].includes(text) || javaDouble(text) !== null) return types.double;
    return this.prefersDate ? this.date(text) : this.timestamp(text);
  }

  private date(text: string): DataType {
    const { datePattern } = this.parts.options;
    const days = datePattern === null ? (/^\d{4}-\d{2}-\d{2}$/.test(text) ? parseDate(text) : undefined) : datePattern(text);
    return days === undefined ? this.timestamp(text) : types.date;
  }

  private timestamp(text: string): DataType {
    const { timestampPattern, zone } = this.parts.options;
    const micros = timestampPattern === null ? parseTimestamp(text, zone, 0) : timestampPattern(text);
    return micros === undefined ? boolean(text) : types.timestamp;
  }
}

function boolean(text: string): DataType {
  return /^(true|false)$/i.test(text) ? types.boolean : types.string;
}

/** int, bigint or a decimal without a fraction; null for what is no whole number. */
function wholeNumber(text: string, wide = false): DataType | null {
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text.replace("+", ""));
    if (!wide && BigInt.asIntN(32, value) === value) return types.int;
    if (!wide && BigInt.asIntN(64, value) === value) return types.long;
  }
  const decimal = decimalOf(text.replaceAll(",", ""));
  if (!(decimal.scale <= 0)) return null;
  const digits = String(decimal.unscaled).replace("-", "").length;
  return decimal.scale === 0 && digits <= 38 ? types.decimal(digits, 0) : null;
}

/** The type that holds values of both; a string when there is none. */
function compatible(a: DataType, b: DataType): DataType {
  if (a.kind === "null") return b;
  if (a.kind === b.kind && a.kind !== "decimal") return a;
  const kinds = new Set([a.kind, b.kind]);
  const isNumeric = [...kinds].every((kind) => kind === "int" || kind === "long" || kind === "decimal" || kind === "double");
  if (isNumeric) {
    if (kinds.has("double")) return types.double;
    if (!kinds.has("decimal")) return types.long;
    return types.decimal(Math.max(digitsOf(a), digitsOf(b)), 0);
  }
  return kinds.has("date") && kinds.has("timestamp") ? types.timestamp : types.string;
}

function digitsOf(type: DataType): number {
  return type.kind === "decimal" ? type.precision : type.kind === "int" ? 10 : 20;
}

/** The names of a header, made to differ as Spark does it: what occurs twice, in any case of letters, gets its place behind it; what is empty is `_c` and its place. */
function headerNames(texts: readonly string[], { nullText }: CsvOptions): readonly string[] {
  const nullValue = decodeText(nullText, 0, nullText.length);
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text.toLowerCase(), (counts.get(text.toLowerCase()) ?? 0) + 1);
  return texts.map((text, i) => {
    if (text === "" || text === nullValue) return `_c${i}`;
    return counts.get(text.toLowerCase())! > 1 ? `${text}${i}` : text;
  });
}
