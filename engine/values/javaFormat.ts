import { unreachable } from "../errors/assert.js";
import { divideHalfEven, divideHalfUp, parseDecimal, pow10 } from "./decimal.js";
import { doubleText } from "./numberText.js";

/** A value that a format writes: whole numbers of a width in bits, decimals by their digits. */
export type Formatted =
  | { readonly kind: "null" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "whole"; readonly value: bigint; readonly bits: number }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "decimal"; readonly unscaled: bigint; readonly scale: number };

const directive = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | null;
  readonly conversion: string;
}

/** A text with `%s`, `%d`, `%x`, `%f`, `%e` and their like filled in, as Java's Formatter does; null where a directive does not fit its value. */
export function javaFormat(format: string, values: readonly Formatted[]): string | null {
  let next = 0;
  let failed = false;
  const text = format.replace(
    directive,
    (_all, index: string | undefined, flags: string, width: string | undefined, precision, letter: string) => {
      const given: Directive = {
        flags,
        width: width === undefined ? 0 : Number(width),
        precision: precision === undefined ? null : Number(precision),
        conversion: letter,
      };
      if (letter === "n") return "\n";
      if (letter === "%") return padded("%", given);
      const value = values[index === undefined ? next++ : Number(index) - 1];
      const written = value === undefined ? null : textOf(value, given);
      if (written === null) failed = true;
      return written ?? "";
    },
  );
  return failed || /%(?![%])/.test(format.replace(directive, "")) ? null : text;
}

function textOf(value: Formatted, given: Directive): string | null {
  const { conversion } = given;
  const lower = conversion.toLowerCase();
  const body = bodyOf(value, lower, given);
  if (body === null) return null;
  return conversion === lower ? body : body.toUpperCase();
}

function bodyOf(value: Formatted, conversion: string, given: Directive): string | null {
  if (conversion === "b") return padded(cut(value.kind === "boolean" ? String(value.value) : String(value.kind !== "null"), given), given);
  if (value.kind === "null") return "sdxofegch".includes(conversion) ? padded(cut("null", given), given) : null;
  switch (conversion) {
    case "s":
      return padded(cut(plainText(value), given), given);
    case "c":
      return value.kind === "whole" ? padded(String.fromCodePoint(Number(value.value)), given) : null;
    case "d":
      return value.kind === "whole" ? signed(value.value < 0n, grouped(absolute(value.value), given), given) : null;
    case "x":
    case "o":
      return value.kind === "whole" ? radixText(value, conversion === "x" ? 16 : 8, given) : null;
    case "f":
    case "e":
    case "g":
      return fractionText(value, conversion, given);
    default:
      return null;
  }
}

function plainText(value: Formatted): string {
  switch (value.kind) {
    case "text":
      return value.text;
    case "whole":
    case "boolean":
      return String(value.value);
    case "number":
      return doubleText(value.value);
    case "decimal":
      return fixedText(value.unscaled < 0n ? -value.unscaled : value.unscaled, value.scale, value.unscaled < 0n);
    case "null":
      return "null";
    default:
      return unreachable(value);
  }
}

function absolute(value: bigint): string {
  return String(value < 0n ? -value : value);
}

function cut(text: string, { precision }: Directive): string {
  return precision === null ? text : Array.from(text).slice(0, precision).join("");
}

function padded(text: string, { width, flags }: Directive): string {
  const missing = " ".repeat(Math.max(0, width - Array.from(text).length));
  return flags.includes("-") ? text + missing : missing + text;
}

function grouped(digits: string, { flags }: Directive): string {
  return flags.includes(",") ? digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",") : digits;
}

/** Digits with their sign, filled up with zeros or blanks. */
function signed(isNegative: boolean, digits: string, given: Directive): string {
  const { flags, width } = given;
  const before = isNegative ? (flags.includes("(") ? "(" : "-") : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const after = isNegative && flags.includes("(") ? ")" : "";
  const zeros = flags.includes("0") ? "0".repeat(Math.max(0, width - before.length - digits.length - after.length)) : "";
  return padded(before + zeros + digits + after, given);
}

function radixText({ value, bits }: { readonly value: bigint; readonly bits: number }, radix: number, given: Directive): string {
  const digits = BigInt.asUintN(bits, value).toString(radix);
  const prefix = given.flags.includes("#") ? (radix === 16 ? "0x" : "0") : "";
  const zeros = given.flags.includes("0") ? "0".repeat(Math.max(0, given.width - prefix.length - digits.length)) : "";
  return padded(prefix + zeros + digits, given);
}

function fractionText(value: Formatted, conversion: "f" | "e" | "g", given: Directive): string | null {
  if (value.kind !== "number" && value.kind !== "decimal") return null;
  if (value.kind === "number" && !Number.isFinite(value.value)) {
    const word = Number.isNaN(value.value) ? "NaN" : "Infinity";
    return signed(value.value < 0, word, { ...given, flags: given.flags.replace(/[0,]/g, "") });
  }
  const { unscaled, scale } = value.kind === "decimal" ? value : parseDecimal(doubleText(value.value))!;
  const isNegative = value.kind === "decimal" ? unscaled < 0n : value.value < 0 || Object.is(value.value, -0);
  const size = unscaled < 0n ? -unscaled : unscaled;
  const precision = given.precision ?? 6;
  if (conversion === "e") return signed(isNegative, exponentText(size, scale, precision), given);
  if (conversion === "g") return signed(isNegative, generalText(size, scale, precision === 0 ? 1 : precision, given), given);
  const [whole, fraction] = fixedText(roundedTo(size, scale, precision), precision, false).split(".");
  return signed(isNegative, grouped(whole!, given) + (fraction === undefined ? "" : `.${fraction}`), given);
}

/** Rounded half up to `digits` digits behind the point. */
function roundedTo(size: bigint, scale: number, digits: number): bigint {
  return scale <= digits ? size * pow10(digits - scale) : divideHalfUp(size, pow10(scale - digits));
}

function fixedText(size: bigint, scale: number, isNegative: boolean): string {
  const digits = size.toString().padStart(scale + 1, "0");
  const text = scale <= 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return isNegative ? `-${text}` : text;
}

function exponentText(size: bigint, scale: number, precision: number): string {
  if (size === 0n) return `${fixedText(0n, precision, false)}e+00`;
  let exponent = size.toString().length - 1 - scale;
  let digits = String(roundedTo(size, scale + exponent, precision));
  if (digits.length > precision + 1) {
    exponent++;
    digits = digits.slice(0, -1);
  }
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${precision > 0 ? `.${digits.slice(1)}` : ""}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** `%g`: as many digits as the precision says, with an exponent outside of 10^-4 and 10^precision. */
function generalText(size: bigint, scale: number, precision: number, given: Directive): string {
  if (size === 0n) return fixedText(0n, precision - 1, false);
  const exponent = size.toString().length - 1 - scale;
  if (exponent < -4 || exponent >= precision) return exponentText(size, scale, precision - 1);
  const digits = Math.max(0, precision - exponent - 1);
  const [whole, fraction] = fixedText(roundedTo(size, scale, digits), digits, false).split(".");
  return grouped(whole!, given) + (fraction === undefined ? "" : `.${fraction}`);
}

/** Digits in groups of three, rounded half even to `digits` behind the point; what `format_number` writes. */
export function groupedText(unscaled: bigint, scale: number, digits: number): string {
  const size = unscaled < 0n ? -unscaled : unscaled;
  const rounded = scale <= digits ? size * pow10(digits - scale) : divideHalfEven(size, pow10(scale - digits));
  const [whole, fraction] = fixedText(rounded, digits, false).split(".");
  const text = whole!.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
  return unscaled < 0n ? `-${text}` : text;
}
