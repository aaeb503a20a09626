import { divideHalfEven, pow10 } from "./decimal.js";

/** Numbers by patterns of Java's DecimalFormat (`#,##0.00`, `00.0%`, `0.###E0`, `#;(#)`), with the signs of English. Pure. */

interface NumberPattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly negativePrefix: string;
  readonly negativeSuffix: string;
  readonly leastWhole: number;
  readonly mostWhole: number;
  readonly leastFraction: number;
  readonly mostFraction: number;
  /** Digits between two commas; 0 without commas. */
  readonly group: number;
  /** Digits of the exponent at least; 0 without an exponent. */
  readonly exponent: number;
  /** How many places the number moves to the left: 2 of per cent. */
  readonly shift: number;
}

/** Texts around digits: what stands between quotes is taken as it is. */
const around = String.raw`(?:'[^']*'|[^#0,.;'])*`;
const whole = new RegExp(`^(${around})([#,]*[0,]*)(?:(\\.)(0*)(#*))?(?:E(0+))?(${around})$`, "s");

/** The pattern; null for what is none. */
export function numberPattern(text: string): NumberPattern | null {
  const [positive, negative] = halves(text);
  const parts = whole.exec(positive);
  if (parts === null || parts[2]!.endsWith(",")) return null;
  const [, before = "", integer = "", point, zeros = "", hashes = "", exponent = "", after = ""] = parts;
  const negativeParts = negative === null ? null : whole.exec(negative);
  if (negative !== null && negativeParts === null) return null;
  const digits = integer.replaceAll(",", "");
  const given = digits.replaceAll("#", "").length;
  // Java takes one of the digits before a point as one that always stands.
  const isBare = given === 0 && point !== undefined && zeros === "";
  const texts = { prefix: unquoted(before), suffix: unquoted(after) };
  return {
    ...texts,
    negativePrefix: negativeParts === null ? `-${texts.prefix}` : unquoted(negativeParts[1]!),
    negativeSuffix: negativeParts === null ? texts.suffix : unquoted(negativeParts[7]!),
    leastWhole: isBare && digits !== "" ? 1 : given,
    mostWhole: digits.length,
    leastFraction: isBare && digits === "" ? 1 : zeros.length,
    mostFraction: zeros.length + hashes.length,
    group: integer.includes(",") ? integer.length - integer.lastIndexOf(",") - 1 : 0,
    exponent: exponent.length,
    shift: /%/.test(positive) ? 2 : /‰/.test(positive) ? 3 : 0,
  };
}

/** The pattern of positive numbers and, behind a semicolon, that of negative ones. */
function halves(text: string): [string, string | null] {
  const match = /^((?:'[^']*'|[^;'])*);(.*)$/s.exec(text);
  return match === null ? [text, null] : [match[1]!, match[2]!];
}

function unquoted(text: string): string {
  return text.replace(/'([^']*)'/g, (_whole, inner: string) => (inner === "" ? "'" : inner));
}

/** A number (its unscaled value and its scale) by the pattern, rounded half to even. */
export function patternedNumber(unscaled: bigint, scale: number, isNegative: boolean, pattern: NumberPattern): string {
  const size = unscaled < 0n ? -unscaled : unscaled;
  const body = pattern.exponent > 0 ? scientific(size, scale - pattern.shift, pattern) : plain(size, scale - pattern.shift, pattern);
  return isNegative ? pattern.negativePrefix + body + pattern.negativeSuffix : pattern.prefix + body + pattern.suffix;
}

function plain(size: bigint, scale: number, pattern: NumberPattern): string {
  const { leastWhole, leastFraction, mostFraction, group } = pattern;
  const digits = rounded(size, scale, mostFraction)
    .toString()
    .padStart(mostFraction + 1, "0");
  const cut = digits.length - mostFraction;
  let [integer, fraction] = [digits.slice(0, cut).replace(/^0+/, ""), digits.slice(cut)];
  fraction = withoutZeros(fraction, leastFraction);
  integer = integer.padStart(leastWhole, "0");
  if (integer === "" && fraction === "") integer = "0";
  if (group > 0) integer = integer.replace(new RegExp(`\\B(?=(\\d{${group}})+(?!\\d))`, "g"), ",");
  return fraction === "" ? integer : `${integer}.${fraction}`;
}

function scientific(size: bigint, scale: number, pattern: NumberPattern): string {
  const { leastWhole, mostWhole, leastFraction, mostFraction, exponent } = pattern;
  // Of more digits than there must be, the exponent is a multiple of their number, and digits are counted on both sides of the point.
  const isEngineering = mostWhole > 1 && mostWhole > leastWhole;
  const step = isEngineering ? mostWhole : 1;
  const before = isEngineering ? 1 : Math.max(1, leastWhole);
  const at = (length: number): { shown: number; places: number; digits: string } => {
    const shown = size === 0n ? 0 : Math.floor((length - scale - before) / step) * step;
    const places = isEngineering ? Math.max(0, mostWhole + mostFraction - (length - scale - shown)) : mostFraction;
    return { shown, places, digits: rounded(size, scale + shown, places).toString() };
  };
  const { length } = size.toString();
  let made = at(length);
  // What was rounded up to another digit has the next exponent.
  if (!isEngineering && made.digits.length > before + made.places) made = at(length + 1);
  const digits = made.digits.padStart(made.places + leastWhole, "0").padStart(made.places + 1, "0");
  const cut = digits.length - made.places;
  const fraction = withoutZeros(digits.slice(cut), leastFraction);
  const power = `${made.shown < 0 ? "-" : ""}${String(Math.abs(made.shown)).padStart(exponent, "0")}`;
  return `${digits.slice(0, cut)}${fraction === "" ? "" : `.${fraction}`}E${power}`;
}

/** As a whole number of that many fraction digits. */
function rounded(size: bigint, scale: number, places: number): bigint {
  return places >= scale ? size * pow10(places - scale) : divideHalfEven(size, pow10(scale - places));
}

function withoutZeros(fraction: string, least: number): string {
  let end = fraction.length;
  while (end > least && fraction[end - 1] === "0") end--;
  return fraction.slice(0, end);
}
