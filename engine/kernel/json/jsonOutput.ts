import { civilOfDays, dateText } from "../../arrow/civil.js";
import { dayTimeIntervalText, decimalText, yearMonthIntervalText } from "../../arrow/valueText.js";
import { doubleText, floatText } from "../../values/numberText.js";
import { timeZone } from "../../values/timeZone.js";
import { sortMembers } from "./jsonLayout.js";
import type { DateTimePattern } from "../text/dateTimePattern.js";

/** How values are written. */
export interface JsonForms {
  readonly zone: string;
  /** Null: ISO 8601 to the millisecond, with the zone's offset. */
  readonly timestampPattern: DateTimePattern | null;
  readonly timestampNtzPattern: DateTimePattern | null;
  readonly datePattern: DateTimePattern | null;
}

/** The most bytes that a value of fixed width takes. */
export const scalarBytes = 80;

/**
 * The bytes being written, and the writers of single values that the generated code calls: each writes at `at` and returns the end. Room for `scalarBytes` is
 * there; strings see to theirs.
 */
export class JsonOutput {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  /** Behind the last finished row. */
  at = 0;
  private offsetFrom = 0;
  private offsetTo = 0;
  private offsetSeconds = 0;

  constructor(private readonly forms: JsonForms) {}

  /** Makes room for `extra` bytes behind `at`. */
  grow(at: number, extra: number): Uint8Array {
    if (at + extra <= this.bytes.length) return this.bytes;
    let length = this.bytes.length;
    while (length < at + extra) length *= 2;
    const larger = new Uint8Array(length);
    larger.set(this.bytes.subarray(0, at));
    return (this.bytes = larger);
  }

  /** For generated code: see `sortMembers` of the layout. */
  sortMembers(starts: readonly number[], end: number): void {
    sortMembers(this.bytes, starts, end);
  }

  ascii(at: number, text: string): number {
    const bytes = this.grow(at, text.length);
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
    return at + text.length;
  }

  quoted(at: number, text: string): number {
    const encoded = new TextEncoder().encode(text);
    return this.string(at, encoded, 0, encoded.length);
  }

  /** A string with its quotes and escapes. */
  string(from: number, data: Uint8Array, start: number, end: number): number {
    const bytes = this.grow(from, 6 * (end - start) + 2 + scalarBytes);
    let at = from;
    bytes[at++] = 34;
    for (let p = start; p < end; p++) {
      const byte = data[p]!;
      if (byte >= 32 && byte !== 34 && byte !== 92) bytes[at++] = byte;
      else at = writeEscape(bytes, at, byte);
    }
    bytes[at++] = 34;
    return at;
  }

  /** A whole number within the safe integers. */
  integer(at: number, value: number): number {
    const { bytes } = this;
    let p = at;
    let rest = value;
    if (rest < 0) {
      bytes[p++] = 45;
      rest = -rest;
    }
    if (rest < 1e9) return writeDigits(bytes, p, rest | 0, 1);
    const high = Math.floor(rest / 1e9);
    p = high < 1e9 ? writeDigits(bytes, p, high, 1) : this.integer(p, high);
    return writeDigits(bytes, p, rest - high * 1e9, 9);
  }

  bigint(at: number, value: bigint): number {
    return this.ascii(at, value.toString());
  }

  double(at: number, value: number): number {
    const size = Math.abs(value);
    if (size >= 1e-3 && size < 1e7) {
      const text = String(value);
      return this.ascii(at, text.includes(".") ? text : `${text}.0`);
    }
    return Number.isFinite(value) ? this.ascii(at, doubleText(value)) : this.quoted(at, String(value));
  }

  float(at: number, value: number): number {
    return Number.isFinite(value) ? this.ascii(at, floatText(value)) : this.quoted(at, String(value));
  }

  decimal(at: number, unscaled: bigint, scale: number): number {
    return this.ascii(at, javaDecimalText(unscaled, scale));
  }

  date(at: number, days: number): number {
    const { datePattern } = this.forms;
    return this.quoted(at, datePattern === null ? dateText(days) : datePattern.formatDate(days));
  }

  /** @param micros within the safe integers */
  timestamp(at: number, micros: number): number {
    if (this.forms.timestampPattern !== null) return this.wideTimestamp(at, BigInt(micros));
    const seconds = Math.floor(micros / 1e6);
    const offset = this.offsetAt(seconds);
    const p = this.clock(at, seconds + offset, Math.floor((micros - seconds * 1e6) / 1000));
    if (offset !== 0) return this.ascii(p, `${offsetText(offset)}"`);
    this.bytes[p] = 90;
    this.bytes[p + 1] = 34;
    return p + 2;
  }

  wideTimestamp(at: number, micros: bigint): number {
    const { timestampPattern, zone } = this.forms;
    if (timestampPattern !== null) return this.quoted(at, timestampPattern.formatTimestamp(micros, zone));
    const ofSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
    const seconds = Number((micros - ofSecond) / 1_000_000n);
    const offset = timeZone(zone).offsetAt(seconds);
    return this.ascii(this.clock(at, seconds + offset, Number(ofSecond / 1000n)), `${offset === 0 ? "Z" : offsetText(offset)}"`);
  }

  timestampNtz(at: number, micros: number | bigint): number {
    const { timestampNtzPattern } = this.forms;
    if (timestampNtzPattern !== null) return this.quoted(at, timestampNtzPattern.formatTimestamp(BigInt(micros), "UTC"));
    const wide = BigInt(micros);
    const ofSecond = ((wide % 1_000_000n) + 1_000_000n) % 1_000_000n;
    return this.ascii(this.clock(at, Number((wide - ofSecond) / 1_000_000n), Number(ofSecond / 1000n)), '"');
  }

  dayTimeInterval(at: number, micros: number | bigint, units?: string): number {
    return this.quoted(at, dayTimeIntervalText(BigInt(micros), units));
  }

  yearMonthInterval(at: number, months: number, units?: string): number {
    return this.quoted(at, yearMonthIntervalText(months, units));
  }

  base64(from: number, data: Uint8Array, start: number, end: number): number {
    const bytes = this.grow(from, (end - start) * 2 + 8 + scalarBytes);
    let at = from;
    bytes[at++] = 34;
    for (let p = start; p < end; p += 3) {
      const left = end - p;
      const group = (data[p]! << 16) | ((left > 1 ? data[p + 1]! : 0) << 8) | (left > 2 ? data[p + 2]! : 0);
      bytes[at++] = base64Letters.charCodeAt(group >> 18);
      bytes[at++] = base64Letters.charCodeAt((group >> 12) & 63);
      bytes[at++] = left > 1 ? base64Letters.charCodeAt((group >> 6) & 63) : 61;
      bytes[at++] = left > 2 ? base64Letters.charCodeAt(group & 63) : 61;
    }
    bytes[at++] = 34;
    return at;
  }

  /** The opening quote, date and time of a clock. */
  private clock(at: number, localSeconds: number, millis: number): number {
    const days = Math.floor(localSeconds / 86_400);
    const ofDay = localSeconds - days * 86_400;
    const { year, month, day } = civilOfDays(days);
    if (year < 0 || year > 9999) return this.ascii(at, `"${dateText(days)}T${clockText(ofDay, millis)}`);
    const { bytes } = this;
    bytes[at] = 34;
    writeDigits(bytes, at + 1, year, 4);
    bytes[at + 5] = 45;
    writeDigits(bytes, at + 6, month, 2);
    bytes[at + 8] = 45;
    writeDigits(bytes, at + 9, day, 2);
    bytes[at + 11] = 84;
    writeDigits(bytes, at + 12, Math.floor(ofDay / 3600), 2);
    bytes[at + 14] = 58;
    writeDigits(bytes, at + 15, Math.floor(ofDay / 60) % 60, 2);
    bytes[at + 17] = 58;
    writeDigits(bytes, at + 18, ofDay % 60, 2);
    bytes[at + 20] = 46;
    return writeDigits(bytes, at + 21, millis, 3);
  }

  /** The zone's offset. Neighbouring rows are mostly of the same quarter of an hour, within which no zone changes its clocks. */
  private offsetAt(seconds: number): number {
    if (seconds >= this.offsetFrom && seconds < this.offsetTo) return this.offsetSeconds;
    const offset = timeZone(this.forms.zone).offsetAt(seconds);
    if (seconds >= 0) {
      this.offsetFrom = Math.floor(seconds / 900) * 900;
      this.offsetTo = this.offsetFrom + 900;
      this.offsetSeconds = offset;
    }
    return offset;
  }
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const upperHex = "0123456789ABCDEF";
const shortEscapes: Record<number, number | undefined> = { 8: 98, 9: 116, 10: 110, 12: 102, 13: 114, 34: 34, 92: 92 };

function writeEscape(bytes: Uint8Array, at: number, byte: number): number {
  let p = at;
  bytes[p++] = 92;
  const short = shortEscapes[byte];
  if (short !== undefined) {
    bytes[p++] = short;
    return p;
  }
  bytes[p++] = 117;
  bytes[p++] = 48;
  bytes[p++] = 48;
  bytes[p++] = upperHex.charCodeAt(byte >> 4);
  bytes[p++] = upperHex.charCodeAt(byte & 15);
  return p;
}

/** A number below 10^9 with at least `width` digits. */
function writeDigits(bytes: Uint8Array, at: number, value: number, width: number): number {
  let digits = width;
  for (let limit = 10 ** width; value >= limit; limit *= 10) digits++;
  let rest = value;
  for (let p = at + digits - 1; p >= at; p--) {
    const tenth = (rest / 10) | 0;
    bytes[p] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return at + digits;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function clockText(ofDay: number, millis: number): string {
  return `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}.${String(millis).padStart(3, "0")}`;
}

/** `+05:30`; seconds only where there are some. */
function offsetText(offset: number): string {
  const size = Math.abs(offset);
  const seconds = size % 60 === 0 ? "" : `:${two(size % 60)}`;
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}${seconds}`;
}

/** Java's BigDecimal.toString: with an exponent where there would be more than six zeros behind the point. */
function javaDecimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return decimalText(unscaled, scale);
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${unscaled < 0n ? "-" : ""}${mantissa}E${exponent}`;
}
