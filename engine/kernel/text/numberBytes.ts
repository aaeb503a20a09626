/** Numbers as they stand in JSON text: where they end, and their exact values. Nothing here makes a string unless a double is hard. */

const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** The end of the JSON number at `at`; -1 when there is none. `leadingZeros` lets `007` pass. */
export function numberEnd(bytes: Uint8Array, at: number, end: number, leadingZeros = false): number {
  let p = at;
  if (p < end && bytes[p] === 45) p++;
  const first = p;
  while (p < end && (bytes[p]! - 48) >>> 0 < 10) p++;
  if (p === first || (bytes[first] === 48 && p > first + 1 && !leadingZeros)) return -1;
  if (p < end && bytes[p] === 46) {
    const fraction = ++p;
    while (p < end && (bytes[p]! - 48) >>> 0 < 10) p++;
    if (p === fraction) return -1;
  }
  if (p < end && (bytes[p]! | 32) === 101) {
    p++;
    if (p < end && (bytes[p] === 43 || bytes[p] === 45)) p++;
    const exponent = p;
    while (p < end && (bytes[p]! - 48) >>> 0 < 10) p++;
    if (p === exponent) return -1;
  }
  return p;
}

/** The integer [start, end); NaN when it is not all digits, or has more than 15 of them and so may not be exact. */
export function parseSafeInteger(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  const negative = bytes[p] === 45;
  if (negative) p++;
  if (end - p > 15 || p === end) return NaN;
  let value = 0;
  for (; p < end; p++) {
    const digit = (bytes[p]! - 48) >>> 0;
    if (digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? 0 - value : value;
}

/** The integer [start, end) at any length; null when it is not all digits. */
export function parseBigInteger(bytes: Uint8Array, start: number, end: number): bigint | null {
  const text = asciiText(bytes, start, end);
  return /^-?\d+$/.test(text) ? BigInt(text) : null;
}

/**
 * The double nearest to the JSON number [start, end), where one correctly rounded operation gives it: up to 2^53 times or over a power of ten up to 10^22. NaN for
 * others.
 */
export function shortDouble(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  const negative = bytes[p] === 45;
  if (negative) p++;
  let mantissa = 0;
  let exponent = 0;
  let fraction = false;
  for (; p < end; p++) {
    const byte = bytes[p]!;
    const digit = (byte - 48) >>> 0;
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;
      if (fraction) exponent--;
    } else if (byte === 46) {
      fraction = true;
    } else {
      break;
    }
  }
  if (p < end) exponent += parseSafeInteger(bytes, bytes[p + 1] === 43 ? p + 2 : p + 1, end);
  // A sum that was rounded on its way is above this bound too.
  if (mantissa > Number.MAX_SAFE_INTEGER || !(exponent >= -22 && exponent <= 22)) return NaN;
  const value = exponent < 0 ? mantissa / powersOfTen[-exponent]! : mantissa * powersOfTen[exponent]!;
  return negative ? -value : value;
}

/** The single-precision number nearest to the JSON number [start, end), of which `value` is the nearest double. */
export function singleOf(value: number, bytes: Uint8Array, start: number, end: number): number {
  const rounded = Math.fround(value);
  // Rounding twice goes wrong only where the double lies midway between two floats and the text a little beside it.
  return rounded === value || !isMidway(value, rounded) ? rounded : roundByText(value, rounded, asciiText(bytes, start, end));
}

const doubleBits = new Float64Array(1);
const doubleWords = new Uint32Array(doubleBits.buffer);

function isMidway(value: number, rounded: number): boolean {
  if (!Number.isFinite(rounded)) return false;
  doubleBits[0] = value;
  return (doubleWords[0]! & 0x0fffffff) === 0;
}

function roundByText(value: number, rounded: number, text: string): number {
  const exact = decimalOf(text);
  const midway = decimalOf(exactText(value));
  const order = compareDecimals(exact, midway);
  if (order === 0) return rounded;
  const other = Math.fround(value + (value - rounded) * 1.5);
  const [low, high] = rounded < other ? [rounded, other] : [other, rounded];
  return order < 0 ? low : high;
}

interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = a.unscaled * 10n ** BigInt(scale - a.scale) - b.unscaled * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Every digit of a double whose magnitude is that of a float. */
function exactText(value: number): string {
  let scale = 0;
  let scaled = value;
  while (!Number.isInteger(scaled) && scale < 1100) {
    scaled *= 2;
    scale++;
  }
  const digits = (BigInt(scaled) * 5n ** BigInt(scale)).toString();
  return `${digits}e-${scale}`;
}

/**
 * A number as text with Java's liberties (`1.`, `.5`, `+1`): its unscaled value and scale. The scale of what has an exponent too large to hold is
 * left to the caller's limits.
 */
export function decimalOf(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null || (match[2] === "" && !match[3])) return { unscaled: 0n, scale: NaN };
  const fraction = match[3] ?? "";
  const unscaled = BigInt(match[2]! + fraction);
  return { unscaled: match[1] === "-" ? -unscaled : unscaled, scale: fraction.length - Number(match[4] ?? 0) };
}

/**
 * The unscaled value at `scale` of the plain decimal [start, end) (`-12.50`), where it has at most 15 digits there and nothing is to be rounded; NaN for
 * others.
 */
export function shortUnscaled(bytes: Uint8Array, start: number, end: number, scale: number): number {
  let p = start;
  const negative = bytes[p] === 45;
  if (negative) p++;
  if (end - p > 16 || p === end) return NaN;
  let value = 0;
  let digits = 0;
  let point = -1;
  for (; p < end; p++) {
    const digit = (bytes[p]! - 48) >>> 0;
    if (digit < 10) {
      value = value * 10 + digit;
      digits++;
    } else if (bytes[p] === 46 && point < 0) {
      point = digits;
    } else {
      return NaN;
    }
  }
  const shift = scale - (point < 0 ? 0 : digits - point);
  if (digits === 0 || shift < 0 || digits + shift > 15) return NaN;
  const unscaled = value * powersOfTen[shift]!;
  return negative ? 0 - unscaled : unscaled;
}

/** The unscaled value at `scale`, rounded half up as Spark does; null when it is no number or has more than `precision` digits. */
export function parseDecimal(text: string, precision: number, scale: number): bigint | null {
  const decimal = decimalOf(text);
  if (Number.isNaN(decimal.scale)) return null;
  if (decimal.unscaled === 0n) return 0n;
  const shift = scale - decimal.scale;
  // Beyond these the number has more digits than fit, or none that count.
  if (shift > 40) return null;
  if (shift < -2000) return decimal.unscaled.toString().length + shift < 0 ? 0n : null;
  const unscaled = shift >= 0 ? decimal.unscaled * 10n ** BigInt(shift) : divideHalfUp(decimal.unscaled, 10n ** BigInt(-shift));
  return (unscaled < 0n ? -unscaled : unscaled) < 10n ** BigInt(precision) ? unscaled : null;
}

function divideHalfUp(value: bigint, divisor: bigint): bigint {
  const size = value < 0n ? -value : value;
  const rounded = (size + divisor / 2n) / divisor;
  return value < 0n ? -rounded : rounded;
}

/** A short run of ASCII as a string. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let p = start; p < end; p++) text += String.fromCharCode(bytes[p]!);
  return text;
}
