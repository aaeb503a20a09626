import type { Arena } from "./arena.js";
import { daysOfCivil } from "../../../arrow/civil.js";
import { isRealDate, packedDate } from "./dates.js";

/** Reading and writing numbers and times as bytes in generated loops. What is not in the common form gives NaN: the slow way then decides. */

const powersOfTen = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** A number of up to 15 digits without exponent, exactly; NaN else. A fraction only where it is allowed. */
export function parseNumberBytes(data: Uint8Array, start: number, length: number, fraction: boolean): number {
  let i = start;
  const end = start + length;
  const negative = data[i] === 45;
  if (i < end && (negative || data[i] === 43)) i++;
  let value = 0;
  let digits = 0;
  let decimals = -1;
  for (; i < end; i++) {
    const byte = data[i]!;
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + byte - 48;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === 46 && fraction && decimals < 0) decimals = 0;
    else return NaN;
  }
  if (digits === 0 || digits > 15) return NaN;
  if (decimals > 0) value /= powersOfTen[decimals]!;
  return negative ? -value : value;
}

function twoDigits(data: Uint8Array, at: number): number {
  const [tens, ones] = [data[at]! - 48, data[at + 1]! - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** `yyyy-MM-dd`, nothing else. */
export function parseDateBytes(data: Uint8Array, start: number, length: number): number {
  if (length !== 10) return NaN;
  return dateAt(data, start);
}

function dateAt(data: Uint8Array, start: number): number {
  if (data[start + 4] !== 45 || data[start + 7] !== 45) return NaN;
  const year = twoDigits(data, start) * 100 + twoDigits(data, start + 2);
  const month = twoDigits(data, start + 5);
  const day = twoDigits(data, start + 8);
  return isRealDate(year, month, day) ? daysOfCivil(year, month, day) : NaN;
}

/** `yyyy-MM-dd[T ]HH:mm:ss[.fraction][Z]` as microseconds; without a Z the clock is `offsetSeconds` ahead of UTC. */
export function parseTimestampBytes(data: Uint8Array, start: number, length: number, offsetSeconds: number, zoned: boolean): number {
  if (length < 19) return NaN;
  const days = dateAt(data, start);
  const separator = data[start + 10];
  if ((separator !== 84 && separator !== 32) || data[start + 13] !== 58 || data[start + 16] !== 58) return NaN;
  const [hour, minute, second] = [twoDigits(data, start + 11), twoDigits(data, start + 14), twoDigits(data, start + 17)];
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
  let end = start + length;
  let offset = zoned ? offsetSeconds : 0;
  if (data[end - 1] === 90) {
    end--;
    offset = 0;
  }
  let micros = 0;
  if (end > start + 19) {
    if (data[start + 19] !== 46 || end - start - 20 > 6) return NaN;
    let unit = 1_000_000;
    for (let i = start + 20; i < end; i++) {
      const digit = data[i]! - 48;
      if (!(digit >= 0 && digit <= 9)) return NaN;
      unit /= 10;
      micros += digit * unit;
    }
  }
  const seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
  const result = seconds * 1_000_000 + micros;
  return result <= 9007199254740991 ? result : NaN;
}

/** `yyyy-MM-dd` into the arena; years beyond four digits with a sign. Returns the length. */
export function putDate(arena: Arena, days: number): number {
  const packed = packedDate(days);
  const year = Math.floor(packed / 512);
  if (year < 0 || year > 9999)
    return arena.putText(
      `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(4, "0")}-${twoText(Math.floor(packed / 32) & 15)}-${twoText(packed & 31)}`,
    );
  const at = arena.claim(10);
  writeDate(arena.data, at, packed, year);
  return 10;
}

function twoText(value: number): string {
  return String(value).padStart(2, "0");
}

function writeDate(data: Uint8Array, at: number, packed: number, year: number): void {
  writeTwo(data, at, Math.floor(year / 100));
  writeTwo(data, at + 2, year % 100);
  data[at + 4] = 45;
  writeTwo(data, at + 5, Math.floor(packed / 32) & 15);
  data[at + 7] = 45;
  writeTwo(data, at + 8, packed & 31);
}

function writeTwo(data: Uint8Array, at: number, value: number): void {
  const tens = Math.floor(value / 10);
  data[at] = 48 + tens;
  data[at + 1] = 48 + value - tens * 10;
}

/** `yyyy-MM-dd HH:mm:ss[.fraction]` of microseconds of a wall clock into the arena. Returns the length. */
export function putTimestamp(arena: Arena, local: number): number {
  const days = Math.floor(local / 86_400_000_000);
  const microsOfDay = local - days * 86_400_000_000;
  const seconds = Math.floor(microsOfDay / 1_000_000);
  let fraction = microsOfDay - seconds * 1_000_000;
  let digits = fraction === 0 ? 0 : 6;
  while (digits > 0 && fraction % 10 === 0) {
    fraction /= 10;
    digits--;
  }
  const packed = packedDate(days);
  const year = Math.floor(packed / 512);
  if (year < 0 || year > 9999) {
    const text = `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(4, "0")}-${twoText(Math.floor(packed / 32) & 15)}-${twoText(packed & 31)} ${twoText(Math.floor(seconds / 3600))}:${twoText(Math.floor(seconds / 60) % 60)}:${twoText(seconds % 60)}`;
    return arena.putText(digits === 0 ? text : `${text}.${String(fraction).padStart(digits, "0")}`);
  }
  const length = 19 + (digits === 0 ? 0 : digits + 1);
  const at = arena.claim(length);
  const { data } = arena;
  writeDate(data, at, packed, year);
  data[at + 10] = 32;
  writeTwo(data, at + 11, Math.floor(seconds / 3600));
  data[at + 13] = 58;
  writeTwo(data, at + 14, Math.floor(seconds / 60) % 60);
  data[at + 16] = 58;
  writeTwo(data, at + 17, seconds % 60);
  if (digits > 0) {
    data[at + 19] = 46;
    for (let i = digits; i > 0; i--) {
      const rest = Math.floor(fraction / 10);
      data[at + 19 + i] = 48 + fraction - rest * 10;
      fraction = rest;
    }
  }
  return length;
}
