import { buffers } from "../../arrow/buffers.js";
import type { Column, FixedArrays } from "../../arrow/column.js";
import type { DataType, DecimalType } from "../../arrow/types.js";
import { parseDate, parseTimestamp, parseTimestampNtz } from "../../values/dateTimeText.js";
import { grown, outcome, ScalarBuilder, type BuilderContext } from "./columnBuilder.js";
import { isoDate, isoTimestamp } from "../text/isoTime.js";
import { token } from "./jsonReader.js";
import { asciiText, parseBigInteger, parseDecimal, parseSafeInteger, shortUnscaled, singleOf } from "../text/numberBytes.js";
import { unescapeInto } from "./jsonStrings.js";

/** boolean */
export class BooleanBuilder extends ScalarBuilder {
  values: Uint8Array = buffers.bytes(0);

  convert(row: number, kind: number): number {
    if (kind !== token.true && kind !== token.false) return outcome.failed;
    this.values[row] = kind === token.true ? 1 : 0;
    return outcome.ok;
  }

  finish(length: number): Column {
    return { type: this.type, length, nulls: this.nullsOf(length), encoding: "u8", values: this.values.subarray(0, length) };
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, buffers.bytes(capacity));
  }
}

const integralRanges = {
  /** Jackson takes unsigned bytes too, and so does Spark: 128 to 255 wrap around. */
  byte: { min: -128, max: 255, encoding: "i8", allocate: (length: number) => buffers.int8(length) },
  short: { min: -32768, max: 32767, encoding: "i16", allocate: (length: number) => buffers.int16(length) },
  int: { min: -2147483648, max: 2147483647, encoding: "i32", allocate: (length: number) => buffers.int32(length) },
} as const;

/** byte, short, int */
export class IntegralBuilder extends ScalarBuilder {
  values: Int8Array | Int16Array | Int32Array;
  readonly min: number;
  readonly max: number;
  private readonly range: (typeof integralRanges)[keyof typeof integralRanges];

  constructor(type: DataType, context: BuilderContext) {
    super(type, context);
    this.range = integralRanges[type.kind as keyof typeof integralRanges];
    this.values = this.range.allocate(0);
    this.min = this.range.min;
    this.max = this.range.max;
  }

  convert(row: number, kind: number, start: number, stop: number): number {
    if (kind !== token.integer) return outcome.failed;
    let value = parseSafeInteger(this.context.memory.bytes, start, stop);
    if (Number.isNaN(value)) value = Number(asciiText(this.context.memory.bytes, start, stop));
    if (!(value >= this.min && value <= this.max)) return outcome.failed;
    this.values[row] = value;
    return outcome.ok;
  }

  finish(length: number): Column {
    const { encoding } = this.range;
    return { type: this.type, length, nulls: this.nullsOf(length), encoding, values: this.values.subarray(0, length) } as Column;
  }

  protected grow(capacity: number): void {
    this.values = grown<Int8Array | Int16Array | Int32Array>(this.values, this.range.allocate(capacity));
  }
}

/** Types of 64 bits: doubles as long as every value is a safe integer; a batch that has others becomes 64-bit integers when it is finished. */
abstract class LongLikeBuilder extends ScalarBuilder {
  values: Float64Array = buffers.float64(0);
  private readonly wide = new Map<number, bigint>();

  override reset(): void {
    super.reset();
    this.wide.clear();
  }

  /** Stores a value of any magnitude; false beyond 64 bits. */
  protected store(row: number, value: bigint): boolean {
    if (BigInt.asIntN(64, value) !== value) return false;
    this.values[row] = Number(value);
    if (Number.isSafeInteger(this.values[row])) this.wide.delete(row);
    else this.wide.set(row, value);
    return true;
  }

  finish(length: number): Column {
    const base = { type: this.type, length, nulls: this.nullsOf(length) };
    if (!this.hasWide(length)) return { ...base, encoding: "f64", values: this.values.subarray(0, length) };
    const values: FixedArrays["i64"] = buffers.int64(length);
    for (let row = 0; row < length; row++) if (Number.isSafeInteger(this.values[row])) values[row] = BigInt(this.values[row]!);
    for (const [row, value] of this.wide) if (row < length && !Number.isSafeInteger(this.values[row])) values[row] = value;
    return { ...base, encoding: "i64", values };
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, buffers.float64(capacity));
  }

  /** Rows may have been written again since, with a safe value or with null. */
  private hasWide(length: number): boolean {
    for (const row of this.wide.keys()) if (row < length && this.nulls[row] === 0 && !Number.isSafeInteger(this.values[row])) return true;
    return false;
  }
}

/** long */
export class LongBuilder extends LongLikeBuilder {
  convert(row: number, kind: number, start: number, stop: number): number {
    if (kind !== token.integer) return outcome.failed;
    const { bytes } = this.context.memory;
    const value = parseSafeInteger(bytes, start, stop);
    if (value === value) {
      this.values[row] = value;
      return outcome.ok;
    }
    const wide = parseBigInteger(bytes, start, stop);
    return wide !== null && this.store(row, wide) ? outcome.ok : outcome.failed;
  }
}

/** float, double */
export class FloatingBuilder extends ScalarBuilder {
  values: Float32Array | Float64Array;
  private readonly single: boolean;

  constructor(type: DataType, context: BuilderContext) {
    super(type, context);
    this.single = type.kind === "float";
    this.values = this.single ? buffers.float32(0) : buffers.float64(0);
  }

  convert(row: number, kind: number, start: number, stop: number): number {
    const { bytes } = this.context.memory;
    if (kind === token.integer || kind === token.decimal) {
      const value = this.context.memory.parseDouble(start, stop);
      this.values[row] = this.single ? singleOf(value, bytes, start, stop) : value;
      return outcome.ok;
    }
    if (kind !== token.notFinite && (kind !== token.string || !this.context.reader.syntax.allowNonNumericNumbers)) return outcome.failed;
    const value = stop - start > 9 ? undefined : notFinite[asciiText(bytes, start, stop)];
    if (value === undefined) return outcome.failed;
    this.values[row] = value;
    return outcome.ok;
  }

  finish(length: number): Column {
    const base = { type: this.type, length, nulls: this.nullsOf(length) };
    const values = this.values.subarray(0, length);
    return values instanceof Float32Array ? { ...base, encoding: "f32", values } : { ...base, encoding: "f64", values };
  }

  protected grow(capacity: number): void {
    this.values = grown<Float32Array | Float64Array>(this.values, this.single ? buffers.float32(capacity) : buffers.float64(capacity));
  }
}

const notFinite: Record<string, number | undefined> = {
  NaN,
  "+INF": Infinity,
  Infinity,
  "+Infinity": Infinity,
  "-INF": -Infinity,
  "-Infinity": -Infinity,
};

/** decimal: one 64-bit integer a row up to 18 digits, else two, the low half first */
export class DecimalBuilder extends ScalarBuilder {
  values: FixedArrays["i64"] = buffers.int64(0);
  private halves: Int32Array = new Int32Array(0);
  private readonly wide: boolean;
  private readonly limit: number;

  constructor(
    private readonly decimal: DecimalType,
    context: BuilderContext,
  ) {
    super(decimal, context);
    this.wide = decimal.precision > 18;
    this.limit = 10 ** decimal.precision;
  }

  convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number {
    if ((kind !== token.integer && kind !== token.decimal && kind !== token.string) || stop - start > 1000 || escaped)
      return outcome.failed;
    const { bytes } = this.context.memory;
    const short = this.wide ? NaN : shortUnscaled(bytes, start, stop, this.decimal.scale);
    if (short === short) {
      if (Math.abs(short) >= this.limit) return outcome.failed;
      // Two halves instead of a BigInt, which would be allocated.
      this.halves[2 * row] = short | 0;
      this.halves[2 * row + 1] = Math.floor(short / 4294967296);
      return outcome.ok;
    }
    const text = asciiText(bytes, start, stop);
    const unscaled = parseDecimal(text, this.decimal.precision, this.decimal.scale);
    if (unscaled === null) return outcome.failed;
    if (this.wide) {
      this.values[2 * row] = BigInt.asIntN(64, unscaled);
      this.values[2 * row + 1] = unscaled >> 64n;
    } else {
      this.values[row] = unscaled;
    }
    return outcome.ok;
  }

  finish(length: number): Column {
    const base = { type: this.type, length, nulls: this.nullsOf(length) };
    return this.wide
      ? { ...base, encoding: "i128", values: this.values.subarray(0, 2 * length) }
      : { ...base, encoding: "i64", values: this.values.subarray(0, length) };
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, buffers.int64(this.wide ? 2 * capacity : capacity));
    this.halves = new Int32Array(this.values.buffer, this.values.byteOffset, 2 * this.values.length);
  }
}

/** date */
export class DateBuilder extends ScalarBuilder {
  values: Int32Array = buffers.int32(0);
  /** Whether the option `dateFormat` leaves Spark's default form. */
  readonly usesDefaultForm = this.context.dateForm === null;

  convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number {
    if (kind !== token.string) return outcome.failed;
    const { memory, dateForm } = this.context;
    if (dateForm === null) {
      const iso = isoDate(memory.bytes, start, stop);
      if (iso === iso) {
        this.values[row] = iso;
        return outcome.ok;
      }
    }
    const text = stringText(memory.bytes, start, stop, escaped);
    const days = dateForm === null ? this.parse(text) : dateForm(text);
    if (days === undefined) return outcome.failed;
    this.values[row] = days;
    return outcome.ok;
  }

  /** Spark falls back to a number of days, as its first releases wrote dates. */
  private parse(text: string): number | undefined {
    const days = parseDate(text);
    if (days !== undefined || !/^[+-]?\d+$/.test(text)) return days;
    return Math.abs(Number(text)) <= 2147483647 ? Number(text) : undefined;
  }

  finish(length: number): Column {
    return { type: this.type, length, nulls: this.nullsOf(length), encoding: "i32", values: this.values.subarray(0, length) };
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, buffers.int32(capacity));
  }
}

/** timestamp, from text or from a number of seconds */
export class TimestampBuilder extends LongLikeBuilder {
  /** Whether a text without a zone is UTC. */
  readonly utc: boolean;
  readonly usesDefaultForm = this.context.timestampForm === null;

  constructor(type: DataType, context: BuilderContext) {
    super(type, context);
    this.utc = /^(UTC|GMT|Z|Etc\/UTC|UT)$/.test(context.zone);
  }

  convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number {
    const { bytes } = this.context.memory;
    if (kind === token.integer) {
      const near = parseSafeInteger(bytes, start, stop);
      if (Math.abs(near) <= 9e9) {
        this.values[row] = near * 1e6;
        return outcome.ok;
      }
      const seconds = parseBigInteger(bytes, start, stop);
      if (seconds === null || BigInt.asIntN(64, seconds) !== seconds) return outcome.failed;
      this.store(row, BigInt.asIntN(64, seconds * 1_000_000n));
      return outcome.ok;
    }
    if (kind !== token.string || stop === start) return outcome.failed;
    const { timestampForm, zone } = this.context;
    if (timestampForm === null) {
      const iso = isoTimestamp(bytes, start, stop, this.utc, true);
      if (iso === iso) {
        this.values[row] = iso;
        return outcome.ok;
      }
    }
    const text = stringText(bytes, start, stop, escaped);
    const micros = timestampForm === null ? parseTimestamp(text, zone, null) : timestampForm(text);
    return micros !== undefined && this.store(row, micros) ? outcome.ok : outcome.failed;
  }
}

/** timestamp_ntz: a text with a zone is refused */
export class TimestampNtzBuilder extends LongLikeBuilder {
  readonly usesDefaultForm = this.context.timestampNtzForm === null;

  convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number {
    if (kind !== token.string || stop === start) return outcome.failed;
    const { memory, timestampNtzForm } = this.context;
    if (timestampNtzForm === null) {
      const iso = isoTimestamp(memory.bytes, start, stop, true, false);
      if (iso === iso) {
        this.values[row] = iso;
        return outcome.ok;
      }
    }
    const text = stringText(memory.bytes, start, stop, escaped);
    if (timestampNtzForm === null && !/^\s*[+-]?[\d-]+([ T][\d:.]*)?\s*$/.test(text)) return outcome.failed;
    const micros = timestampNtzForm === null ? parseTimestampNtz(text) : timestampNtzForm(text);
    return micros !== undefined && this.store(row, micros) ? outcome.ok : outcome.failed;
  }
}

/** The text of a string token. */
export function stringText(bytes: Uint8Array, start: number, stop: number, escaped: boolean): string {
  const text = bytes.slice(start, stop);
  return new TextDecoder().decode(escaped ? text.subarray(0, unescapeInto(text, 0, text.length, 0)) : text);
}
