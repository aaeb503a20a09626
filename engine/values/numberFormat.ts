import { unreachable } from "../errors/assert.js";
import { fitsPrecision, pow10, toDecimal } from "./decimal.js";

/**
 * Formats of numbers as `to_number` and `to_char` take them: `9` and `0` for digits, `.` or `D`, `,` or `G`, `$`, a sign (`S`, `MI`), `PR` for negative numbers in angle
 * brackets.
 */
export interface NumberFormat {
  readonly text: string;
  readonly tokens: readonly NumberToken[];
  readonly precision: number;
  readonly scale: number;
}

export type NumberToken =
  | {
      readonly kind: "digits";
      /** Between separators, the first the leftmost. */ readonly groups: readonly DigitGroup[];
      readonly text: string;
    }
  | { readonly kind: "point" | "dollar" | "sign" | "minus" | "open" | "close" };

interface DigitGroup {
  readonly count: number;
  /** Whether all of the digits must be there. */
  readonly exact: boolean;
}

/** What is wrong with a format, by the name of the condition (INVALID_FORMAT.…) and its parameters. */
export interface NumberFormatError {
  readonly condition:
    | "EMPTY"
    | "UNEXPECTED_TOKEN"
    | "WRONG_NUM_TOKEN"
    | "WRONG_NUM_DIGIT"
    | "CUR_MUST_BEFORE_DIGIT"
    | "CUR_MUST_BEFORE_DEC"
    | "THOUSANDS_SEPS_MUST_BEFORE_DEC"
    | "CONT_THOUSANDS_SEPS";
  readonly parameters: Readonly<Record<string, string>>;
}

const pattern = /[09,G]+|MI|PR|[.D$S]|[\s\S]/gu;

/** Reads a format. */
export function parseNumberFormat(given: string): NumberFormat | NumberFormatError {
  const text = given.toUpperCase();
  if (text === "") return { condition: "EMPTY", parameters: {} };
  const parts = text.match(pattern)!;
  if (!/[09]/.test(text)) return { condition: "WRONG_NUM_DIGIT", parameters: { format: text } };
  const wrong = parts.find((part) => !/^(?:[09,G]+|MI|PR|[.D$S])$/.test(part));
  if (wrong !== undefined) return unexpected(wrong, text);
  const tokens: NumberToken[] = [];
  let scale = 0;
  let isPastPoint = false;
  for (const part of parts) {
    const kind = kinds[part];
    if (kind === "point") isPastPoint = true;
    if (kind !== undefined) {
      tokens.push({ kind });
      continue;
    }
    if (part === "PR") continue;
    if (isPastPoint) scale += part.length;
    tokens.push(digitsOf(part, isPastPoint));
  }
  if (parts.at(-1) === "PR") {
    tokens.unshift({ kind: "open" });
    tokens.push({ kind: "close" });
  }
  const error = problemOf(parts, text);
  if (error !== null) return error;
  const precision = parts.flatMap((part) => part.match(/[09]/g) ?? []).length;
  return { text, tokens, precision, scale };
}

const kinds: Readonly<Record<string, Exclude<NumberToken["kind"], "digits">>> = {
  ".": "point",
  D: "point",
  $: "dollar",
  S: "sign",
  MI: "minus",
};

function digitsOf(part: string, isPastPoint: boolean): NumberToken {
  const groups = part.split(/[,G]/).map((digits) => ({ count: digits.length, exact: digits.startsWith("0") && !isPastPoint }));
  return { kind: "digits", groups, text: part };
}

function unexpected(token: string, format: string): NumberFormatError {
  return { condition: "UNEXPECTED_TOKEN", parameters: { token, format } };
}

/** The order is: sign, `$`, digits, point, digits, `$`, sign. */
const order = /^(?:(?:MI|S)?\$?[09,G]*(?:[.D][09,G]*)?\$?(?:MI|S|PR)?)$/;

function problemOf(parts: readonly string[], format: string): NumberFormatError | null {
  const shape = parts.join("");
  const [whole = "", fraction = ""] = shape.split(/[.D]/);
  const names: readonly (readonly [string, RegExp])[] = [
    [". or D", /[.D]/g],
    ["$", /\$/g],
    ["S", /S/g],
    ["MI", /MI/g],
    ["PR", /PR/g],
  ];
  for (const [token, sign] of names) {
    if ((shape.match(sign) ?? []).length > 1) return { condition: "WRONG_NUM_TOKEN", parameters: { token, format } };
  }
  if (/[,G]/.test(fraction)) return { condition: "THOUSANDS_SEPS_MUST_BEFORE_DEC", parameters: { format } };
  if (/(^|[^09])[,G]|[,G]([^09]|$)/.test(whole)) return { condition: "CONT_THOUSANDS_SEPS", parameters: { format } };
  const dollar = shape.indexOf("$");
  if (dollar >= 0 && /[.D]/.test(shape.slice(0, dollar))) return { condition: "CUR_MUST_BEFORE_DEC", parameters: { format } };
  if (dollar >= 0 && /[09]/.test(shape.slice(0, dollar))) return { condition: "CUR_MUST_BEFORE_DIGIT", parameters: { format } };
  return order.test(shape) ? null : unexpected(parts.find((part) => /S|MI|PR/.test(part)) ?? parts[0]!, format);
}

export function isNumberFormat(found: NumberFormat | NumberFormatError): found is NumberFormat {
  return "tokens" in found;
}

/** The number in a text of a format, scaled by the format's scale; null when the text is not of it. */
export function readNumber(text: string, { tokens, scale, precision }: NumberFormat): bigint | null {
  const reading: Reading = { text, at: 0, isPastPoint: false, isNegative: false, whole: "", fraction: "" };
  for (const token of tokens) if (!readToken(token, reading)) return null;
  if (reading.text.slice(reading.at).trim() !== "") return null;
  const digits = reading.whole + reading.fraction.padEnd(scale, "0");
  if (digits === "" || reading.whole + reading.fraction === "") return null;
  const value = BigInt(digits);
  return fitsPrecision(value, precision) ? (reading.isNegative ? -value : value) : null;
}

interface Reading {
  readonly text: string;
  at: number;
  isPastPoint: boolean;
  isNegative: boolean;
  whole: string;
  fraction: string;
}

function readToken(token: NumberToken, reading: Reading): boolean {
  const take = (mark: string): boolean => {
    if (reading.text[reading.at] !== mark) return false;
    reading.at++;
    return true;
  };
  switch (token.kind) {
    case "digits":
      return readDigits(token.groups, reading);
    case "point":
      reading.isPastPoint = take(".") || reading.isPastPoint;
      return true;
    case "dollar":
      return take("$");
    case "sign":
      if (!take("+")) reading.isNegative = take("-") !== reading.isNegative;
      return true;
    case "minus":
      reading.isNegative = take("-") !== reading.isNegative;
      return true;
    case "open":
      return take("<");
    case "close":
      reading.isNegative = !reading.isNegative;
      return take(">");
    default:
      return unreachable(token);
  }
}

function readDigits(groups: readonly DigitGroup[], reading: Reading): boolean {
  const rest = /^[\p{Nd}\s,]*/u.exec(reading.text.slice(reading.at))![0];
  reading.at += rest.length;
  const found = rest.replace(/\s/g, "").split(",").map(plainDigits);
  if (found.length > groups.length) return false;
  for (const [i, group] of groups.toReversed().entries()) {
    const digits = found.at(-1 - i) ?? "";
    if (group.exact ? digits.length !== group.count : digits.length > group.count) return false;
  }
  const all = found.join("");
  if (reading.isPastPoint) reading.fraction += all;
  else reading.whole += all;
  return true;
}

/** Digits of any script as ours. */
function plainDigits(text: string): string {
  return text.replace(/[^0-9]/gu, (digit) => String(digitValue(digit)));
}

/** The digits of a script stand in a row, from a code point that ends in 0 or 6. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0)!;
  const zero = [0, 6]
    .map((end) => code - ((code - end) & 15))
    .filter((first) => code - first < 10 && /\p{Nd}/u.test(String.fromCodePoint(first)));
  return code - zero[0]!;
}

/** A number (unscaled, of a scale) as a text of a format: `#` for digits when it does not fit. */
export function writeNumber(unscaled: bigint, from: number, format: NumberFormat): string {
  const isNegative = unscaled < 0n;
  const magnitude = isNegative ? -unscaled : unscaled;
  const digits = toDecimal(magnitude, from, 38, format.scale);
  const isExact = digits !== null && (from <= format.scale || digits * pow10(from - format.scale) === magnitude);
  const fits = isExact && fitsPrecision(digits, format.precision);
  const text = fits ? String(digits).padStart(format.scale + 1, "0") : null;
  const split = (text?.length ?? 0) - format.scale;
  const whole = text === null ? null : text.slice(0, split).replace(/^0+$/, "");
  const fraction = text === null ? null : text.slice(split);
  let isPastPoint = false;
  const parts = format.tokens.map((token) => {
    switch (token.kind) {
      case "digits":
        if (isPastPoint) return fraction ?? token.text.replace(/[09]/g, "#");
        // A point has a digit before it.
        return wholeText(token.text, whole === "" && format.scale > 0 ? "0" : whole);
      case "point":
        isPastPoint = true;
        return ".";
      case "dollar":
        return "$";
      case "sign":
        return isNegative ? "-" : "+";
      case "minus":
        return isNegative ? "-" : " ";
      case "open":
        return isNegative ? "<" : "";
      case "close":
        return isNegative ? ">" : "  ";
      default:
        return unreachable(token);
    }
  });
  return besideDigits(format, parts).join("");
}

/** A sign or bracket in front stands right before the first digit, behind the spaces. */
function besideDigits({ tokens }: NumberFormat, parts: readonly string[]): readonly string[] {
  const [first, second] = tokens;
  if ((first?.kind !== "sign" && first?.kind !== "minus" && first?.kind !== "open") || second?.kind !== "digits") return parts;
  const digits = parts[1]!.trimStart();
  return [" ".repeat(parts[1]!.length - digits.length), parts[0]!, digits, ...parts.slice(2)];
}

/** Digits before the point, from the right; spaces for what a `9` has none for. */
function wholeText(form: string, digits: string | null): string {
  if (digits === null) return form.replace(/[09]/g, "#").replace(/[G,]/g, " ");
  let at = digits.length;
  let out = "";
  const firstZero = form.indexOf("0");
  for (let i = form.length - 1; i >= 0; i--) {
    const isFilled = at > 0 || (firstZero >= 0 && i >= firstZero);
    if (form[i] === "," || form[i] === "G") out = (isFilled || at > 0 ? "," : " ") + out;
    else out = (at > 0 ? digits[--at]! : isFilled ? "0" : " ") + out;
  }
  return out;
}
