/** Decimals as unscaled BigInts, for both evaluators' slow paths. */

const powers: bigint[] = [1n];

/** 10 to the power of n. */
export function pow10(n: number): bigint {
  while (powers.length <= n) powers.push(powers[powers.length - 1]! * 10n);
  return powers[n]!;
}

/** Divides, rounding half away from zero. */
export function divideHalfUp(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  const remainder = a % b;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  if (twice < (b < 0n ? -b : b)) return quotient;
  return a < 0n === b < 0n ? quotient + 1n : quotient - 1n;
}

/** Divides, rounding half to even. */
export function divideHalfEven(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  const remainder = a % b;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  const magnitude = b < 0n ? -b : b;
  if (twice < magnitude || (twice === magnitude && quotient % 2n === 0n)) return quotient;
  return a < 0n === b < 0n ? quotient + 1n : quotient - 1n;
}

/** The same number at another scale, rounded half up when digits go. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to === from) return unscaled;
  return to > from ? unscaled * pow10(to - from) : divideHalfUp(unscaled, pow10(from - to));
}

/** Whether an unscaled value has at most `precision` digits. */
export function fitsPrecision(unscaled: bigint, precision: number): boolean {
  const limit = pow10(precision);
  return unscaled < limit && unscaled > -limit;
}

/** The nearest double. */
export function decimalToDouble(unscaled: bigint, scale: number): number {
  return Number(`${unscaled}e-${scale}`);
}

/** A number in plain or scientific notation; null when the text is none. `scale` may be negative (`1e3`). */
export function parseDecimal(text: string): { unscaled: bigint; scale: number } | null {
  const match = /^([+-]?)(\p{Nd}*)(?:\.(\p{Nd}*))?(?:[eE]([+-]?\p{Nd}+))?$/u.exec(text);
  if (match === null) return null;
  const whole = asciiDigits(match[2]!);
  const fraction = asciiDigits(match[3] ?? "");
  if (whole === "" && fraction === "") return null;
  const exponent = Number(match[4] === undefined ? 0 : asciiDigits(match[4]));
  if (Math.abs(exponent) > 100_000) return null;
  const unscaled = BigInt(whole + fraction);
  return { unscaled: match[1] === "-" ? -unscaled : unscaled, scale: fraction.length - exponent };
}

/** Java takes every Unicode digit for a digit. Each block of them is ten code points that end on the nine. */
function asciiDigits(text: string): string {
  return text.replace(/[^\p{ASCII}]/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return String(value % 10);
  });
}

/** The number at `scale`, rounded half up; null when it needs more than `precision` digits. */
export function toDecimal(unscaled: bigint, from: number, precision: number, scale: number): bigint | null {
  if (unscaled !== 0n && from - scale > 400) return 0n;
  if (unscaled !== 0n && scale - from > 400) return null;
  const result = rescale(unscaled, from, scale);
  return fitsPrecision(result, precision) ? result : null;
}
