/** Dates and timestamps in the form that machines write, straight from bytes; every other form goes to `engine/values`. */

const daysBeforeMonth = Int32Array.of(0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334);
const daysOfMonth = Int32Array.of(0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

function two(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! - 48) >>> 0;
  const low = (bytes[at + 1]! - 48) >>> 0;
  return high > 9 || low > 9 ? NaN : high * 10 + low;
}

/** Days of `yyyy-MM-dd`; NaN for any other text. */
export function isoDate(bytes: Uint8Array, start: number, stop: number): number {
  return stop - start === 10 ? isoDays(bytes, start) : NaN;
}

function isoDays(bytes: Uint8Array, at: number): number {
  const year = two(bytes, at) * 100 + two(bytes, at + 2);
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  // NaN fails each comparison.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth[month]!) || bytes[at + 4] !== 45 || bytes[at + 7] !== 45)
    return NaN;
  const leap = (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !leap) return NaN;
  const before = year - 1;
  const days = before * 365 + (before >> 2) - ((before / 100) | 0) + ((before / 400) | 0) + daysBeforeMonth[month]! + day;
  return days - 719_163 + (leap && month > 2 ? 1 : 0);
}

/**
 * Microseconds of `yyyy-MM-ddTHH:mm:ss[.fraction][Z|+hh:mm|-hh:mm]`, a space for the `T` allowed; NaN for any other text, and for years whose
 * microseconds are not safe integers.
 *
 * @param zoneless whether a text without a zone is taken (as UTC)
 * @param zoned whether a text with a zone is taken
 */
export function isoTimestamp(bytes: Uint8Array, start: number, stop: number, zoneless: boolean, zoned: boolean): number {
  if (stop - start < 19) return NaN;
  const separator = bytes[start + 10];
  if ((separator !== 84 && separator !== 32) || bytes[start + 13] !== 58 || bytes[start + 16] !== 58) return NaN;
  const days = isoDays(bytes, start);
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  const second = two(bytes, start + 17);
  if (!(days > -104_000 && days < 104_000 && hour < 24 && minute < 60 && second < 60)) return NaN;
  let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
  let micros = 0;
  let p = start + 19;
  if (p < stop && bytes[p] === 46) {
    p++;
    let unit = 100_000;
    const first = p;
    for (; p < stop; p++) {
      const digit = (bytes[p]! - 48) >>> 0;
      if (digit > 9) break;
      // Digits beyond the microsecond are cut off.
      micros += digit * unit;
      unit = (unit / 10) | 0;
    }
    if (p === first) return NaN;
  }
  if (p === stop) return zoneless ? seconds * 1e6 + micros : NaN;
  if (!zoned) return NaN;
  const sign = bytes[p]!;
  if (sign === 90) {
    if (p + 1 !== stop) return NaN;
  } else {
    if ((sign !== 43 && sign !== 45) || stop - p !== 6 || bytes[p + 3] !== 58) return NaN;
    const offset = two(bytes, p + 1) * 3600 + two(bytes, p + 4) * 60;
    if (!(offset <= 64_800 && bytes[p + 4]! < 54)) return NaN;
    seconds += sign === 43 ? -offset : offset;
  }
  return seconds * 1e6 + micros;
}
