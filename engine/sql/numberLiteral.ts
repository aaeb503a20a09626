import { StreamingError } from "../errors/streamingError.js";
import { types } from "../arrow/types.js";
import { literal, type Literal } from "../expression/expression.js";

const ranges = {
  Y: { type: types.byte, name: "tinyint", bits: 7 },
  S: { type: types.short, name: "smallint", bits: 15 },
  L: { type: types.long, name: "bigint", bits: 63 },
} as const;

/**
 * A number as Spark reads it: whole numbers are int, else long, else decimal; with a point decimal; with an exponent double; a suffix says so
 * (`Y S L F D BD`).
 *
 * @throws INVALID_NUMERIC_LITERAL_RANGE, DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION
 */
export function numberLiteral(text: string, negative: boolean): Literal {
  const suffix = /(?:BD|[LSYFD])$/i.exec(text)?.[0].toUpperCase() ?? "";
  const digits = (negative ? "-" : "") + text.slice(0, text.length - suffix.length);
  switch (suffix) {
    case "Y":
    case "S":
    case "L":
      return integerLiteral(digits, suffix);
    case "F":
      return literal(withinRange(digits, Math.fround(Number(digits)), "float", "3.4028234663852886E+38"), types.float);
    case "D":
      return doubleLiteral(digits);
    case "BD":
      return decimalLiteral(digits);
    default:
      return plainNumber(digits);
  }
}

function doubleLiteral(digits: string): Literal {
  return literal(withinRange(digits, Number(digits), "double", "1.7976931348623157E+308"), types.double);
}

/** @throws INVALID_NUMERIC_LITERAL_RANGE beyond the largest number of the type */
function withinRange(digits: string, value: number, typeName: string, largest: string): number {
  if (Number.isFinite(value)) return value;
  const parameters = { rawStrippedQualifier: digits, minValue: `-${largest}`, maxValue: largest, typeName };
  throw new StreamingError("INVALID_NUMERIC_LITERAL_RANGE", parameters);
}

/** More digits are no long. */
const longestWhole = 40;

function plainNumber(digits: string): Literal {
  if (/e/i.test(digits)) return doubleLiteral(digits);
  if (digits.includes(".") || digits.length > longestWhole) return decimalLiteral(digits);
  const value = BigInt(digits);
  if (BigInt.asIntN(32, value) === value) return literal(Number(value), types.int);
  if (BigInt.asIntN(64, value) === value) return literal(value, types.long);
  return decimalLiteral(digits);
}

function integerLiteral(digits: string, suffix: keyof typeof ranges): Literal {
  const { type, name, bits } = ranges[suffix];
  const limit = 1n << BigInt(bits);
  const value = /^-?\d+$/.test(digits) ? BigInt(digits) : limit;
  if (value < -limit || value >= limit) {
    throw new StreamingError("INVALID_NUMERIC_LITERAL_RANGE", {
      rawStrippedQualifier: digits,
      minValue: String(-limit),
      maxValue: String(limit - 1n),
      typeName: name,
    });
  }
  return literal(suffix === "L" ? value : Number(value), type);
}

function decimalLiteral(digits: string): Literal {
  const [mantissa, exponent = "0"] = digits.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa!.replace("-", "").split(".");
  let scale = fraction.length - Number(exponent);
  // Counted before the number is made: a short text may stand for ten million digits.
  const significant = (whole + fraction).replace(/^0+/, "");
  const written = significant === "" ? 1 : significant.length + Math.max(0, -scale);
  const precision = Math.max(written, scale);
  if (precision > 38) {
    throw new StreamingError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", { precision: String(precision), maxPrecision: "38" });
  }
  let unscaled = BigInt(significant);
  if (scale < 0) {
    if (unscaled !== 0n) unscaled *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return literal(digits.startsWith("-") ? -unscaled : unscaled, types.decimal(precision, scale));
}
