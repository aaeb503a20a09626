import { types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { groupedText, javaFormat, type Formatted } from "../../values/javaFormat.js";
import { parseDecimal } from "../../values/decimal.js";
import { numberPattern, patternedNumber } from "../../values/decimalPattern.js";
import { valueText } from "../../values/valueText.js";
import { coerceTo } from "../types/coerce.js";
import { isNumeric, typeOf } from "../types/typeOf.js";
import { castArgs, unexpectedType, type FunctionEntry } from "./entry.js";

/** Numbers and texts put into patterns. */

const widths: Readonly<Record<string, number>> = { byte: 8, short: 16, int: 32, long: 64 };

function formatted(value: Value, type: DataType): Formatted {
  if (value === null) return { kind: "null" };
  switch (type.kind) {
    case "boolean":
      return { kind: "boolean", value: value as boolean };
    case "byte":
    case "short":
    case "int":
    case "long":
      return { kind: "whole", value: BigInt(value as number | bigint), bits: widths[type.kind]! };
    case "date":
      return { kind: "whole", value: BigInt(value as number), bits: 32 };
    case "timestamp":
    case "timestamp_ntz":
      return { kind: "whole", value: value as bigint, bits: 64 };
    case "float":
    case "double":
      return { kind: "number", value: value as number };
    case "decimal":
      return { kind: "decimal", unscaled: value as bigint, scale: type.scale };
    default:
      return { kind: "text", text: valueText(value, type, "UTC") };
  }
}

const formatString: FunctionEntry = {
  name: "format_string",
  aliases: ["printf"],
  doc: "A text with the values filled in where it says `%s`, `%d`, `%.2f` and the like, as Java's Formatter does.",
  arity: [1, Infinity],
  nulls: "own",
  resolve: (args, resolving) => ({
    args: [...castArgs(args.slice(0, 1), [types.string], resolving), ...args.slice(1)],
    type: types.string,
  }),
  eval: ([format, ...values], { args }) => {
    if (format === null) return null;
    const text = javaFormat(
      format as string,
      values.map((value, i) => formatted(value, typeOf(args[i + 1]!))),
    );
    if (text === null) throw new StreamingError("INVALID_FORMAT_STRING", { format: format as string });
    return text;
  },
};

const formatNumber: FunctionEntry = {
  name: "format_number",
  doc: "A number in groups of three digits with as many digits behind the point, rounded half even, or by a pattern of Java's DecimalFormat.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [number, digits] = args;
    if (!isNumeric(typeOf(number!)) && typeOf(number!).kind !== "null") throw unexpectedType(args, 0, '"NUMERIC"', resolving);
    const value = isNumeric(typeOf(number!)) ? number! : coerceTo(number!, types.double, resolving.context);
    const isPattern = typeOf(digits!).kind === "string";
    return {
      args: [value, ...castArgs([digits!], [isPattern ? types.string : types.int], resolving)],
      type: types.string,
      nullable: true,
    };
  },
  eval: ([value, digits], { args }) => {
    const number = formatted(value!, typeOf(args[0]!));
    if (typeof digits === "string") return patternText(number, digits);
    return (digits as number) < 0 ? null : numberText(number, digits as number);
  },
};

function numberText(number: Formatted, digits: number): string | null {
  if (number.kind === "whole") return groupedText(number.value, 0, digits);
  if (number.kind === "decimal") return groupedText(number.unscaled, number.scale, digits);
  if (number.kind !== "number") return null;
  if (!Number.isFinite(number.value)) return Number.isNaN(number.value) ? "NaN" : number.value < 0 ? "-∞" : "∞";
  // Beyond the digits of its text there are zeros; where these are cut the very value decides.
  const shown = parseDecimal(String(number.value))!;
  const { unscaled, scale } = digits >= shown.scale ? shown : exact(number.value);
  const text = groupedText(unscaled, scale, digits);
  return Object.is(number.value, -0) || (number.value < 0 && !text.startsWith("-")) ? `-${text}` : text;
}

/** All digits of a double: roundings look at its very value, not at the text that stands for it. */
function exact(value: number): { readonly unscaled: bigint; readonly scale: number } {
  if (Number.isInteger(value)) return { unscaled: BigInt(value), scale: 0 };
  let scaled = value;
  let twos = 0;
  while (!Number.isInteger(scaled) && twos < 1074) {
    scaled *= 2;
    twos++;
  }
  return Number.isInteger(scaled) ? { unscaled: BigInt(scaled) * 5n ** BigInt(twos), scale: twos } : parseDecimal(String(value))!;
}

/** By a pattern like `#,##0.00`. @throws INVALID_FORMAT_STRING */
function patternText(number: Formatted, text: string): string | null {
  if (text === "") return numberText(number, 0);
  const pattern = numberPattern(text);
  if (pattern === null) throw new StreamingError("INVALID_FORMAT_STRING", { format: text });
  if (number.kind === "whole") return patternedNumber(number.value, 0, number.value < 0n, pattern);
  if (number.kind === "decimal") return patternedNumber(number.unscaled, number.scale, number.unscaled < 0n, pattern);
  if (number.kind !== "number" || !Number.isFinite(number.value)) return numberText(number, 0);
  const { value } = number;
  // The digits of its text are all it shows; where they are cut the very value decides.
  const shown = parseDecimal(String(value))!;
  const isCut = pattern.exponent === 0 && pattern.mostFraction + pattern.shift < shown.scale;
  const { unscaled, scale } = isCut ? exact(value) : shown;
  return patternedNumber(unscaled, scale, value < 0 || Object.is(value, -0), pattern);
}

export const formattingFunctions: readonly FunctionEntry[] = [formatString, formatNumber];
