import { types, type DataType, type DecimalType } from "../../arrow/types.js";
import { decimalText } from "../../arrow/valueText.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import type { Call, Expression } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { describe, describeCall } from "../types/describe.js";
import { decimalFor, isFractional, isIntegral, isInterval, typeOf } from "../types/typeOf.js";
import { divideHalfEven, divideHalfUp, fitsPrecision, parseDecimal, pow10 } from "../../values/decimal.js";
import { throwDecimalRange, throwOverflow } from "../../values/evaluationErrors.js";
import { doubleText, floatText } from "../../values/numberText.js";
import { decimalResultValue } from "./decimalArithmetic.js";
import { negatedInterval } from "./intervalArithmetic.js";
import { anyNullable, castArgs, modeOf, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";
import { integralCode, integralResult } from "./integralArithmetic.js";

/** Sign and rounding of numbers. */

function resolveSigned(args: readonly Expression[], resolving: Resolving): Resolution {
  if (isInterval(typeOf(args[0]!))) return { args, type: typeOf(args[0]!), evalMode: modeOf(resolving.context) };
  const operand = castArgs(args, ["numeric"], resolving);
  return { args: operand, type: typeOf(operand[0]!), evalMode: modeOf(resolving.context) };
}

function negate(value: Value, call: Call): Value {
  const { type } = call;
  if (type.kind === "float" || type.kind === "double") return -(value as number);
  if (type.kind === "decimal") return negatedDecimal(value as bigint, type);
  return integralResult(-BigInt(value as number), type, call.evalMode, "");
}

/** Spark negates decimals with that many digits; of longer ones the last digits are rounded, half to even. */
const negatedDigits = 34;

/** @throws NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION where the rounding leaves the type, in every mode */
function negatedDecimal(value: bigint, type: DecimalType): bigint {
  const surplus = (value < 0n ? -value : value).toString().length - negatedDigits;
  if (surplus <= 0) return -value;
  const unit = pow10(surplus);
  const result = divideHalfEven(-value, unit) * unit;
  if (fitsPrecision(result, type.precision)) return result;
  const [roundedValue, originalValue] = [decimalText(result, type.scale), decimalText(-value, type.scale)];
  throw new StreamingError("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", {
    roundedValue,
    originalValue,
    precision: String(type.precision),
    scale: String(type.scale),
  });
}

function negateCode(g: Generator, a: Code, type: DataType, mode: Call["evalMode"]): string | Made | null {
  if (type.kind === "float" || type.kind === "double") return `-${a.value}`;
  if (type.kind === "decimal") return type.precision > negatedDigits ? null : `-${a.value}`;
  // 0 - a, so that the negation of 0 is no -0.
  return integralCode(g, `${a.representation === "long" && g.exact ? "0n" : "0"} - ${a.value}`, type, { mode, alternative: "" });
}

const negative: FunctionEntry = {
  name: "negative",
  doc: "The number with the other sign.",
  arity: [1, 1],
  nulls: "strict",
  resolve: resolveSigned,
  eval: ([a], call) => (isInterval(call.type) ? negatedInterval(a!, call) : negate(a!, call)),
  generate: (g, [a], call) => (isInterval(call.type) ? null : negateCode(g, a!, call.type, call.evalMode)),
};

const abs: FunctionEntry = {
  name: "abs",
  doc: "The magnitude.",
  arity: [1, 1],
  nulls: "strict",
  resolve: resolveSigned,
  eval: ([a], call) =>
    isInterval(call.type)
      ? (a as number) < 0
        ? negatedInterval(a!, call)
        : a!
      : typeof a === "number" && isFractional(call.type)
        ? Math.abs(a)
        : (a as number) < 0
          ? negate(a!, call)
          : a!,
  generate: (g, [a], call) => {
    const { type } = call;
    if (isInterval(type)) return null;
    if (type.kind === "float" || type.kind === "double") return `Math.abs(${a!.value})`;
    if (type.kind === "decimal" && type.precision > negatedDigits) return null;
    const zero = a!.representation === "long" && !g.exact ? "0" : a!.representation === "number" ? "0" : "0n";
    const magnitude = `(${a!.value} < ${zero} ? -${a!.value} : ${a!.value})`;
    return type.kind === "decimal" ? magnitude : integralCode(g, magnitude, type, { mode: call.evalMode, alternative: "" });
  },
};

const positive: FunctionEntry = {
  name: "positive",
  doc: "The number itself.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => castArgs(args, [isInterval(typeOf(args[0]!)) ? "interval" : "numeric"], resolving)[0]!,
};

/** Digits to keep: a constant; null where it is a null. @throws DATATYPE_MISMATCH.NON_FOLDABLE_INPUT */
function scaleOf(args: readonly Expression[], resolving: Resolving): number | null {
  if (args[1] === undefined) return 0;
  const digits = castArgs([args[1]], [types.int], resolving)[0]!;
  const constant = resolving.fold(digits);
  if (constant.kind === "literal") return constant.value as number | null;
  throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    inputName: "`scale`",
    inputType: '"INT"',
    inputExpr: `"${describe(digits)}"`,
  });
}

function roundedDecimal(type: DecimalType, digits: number): DecimalType {
  const integerDigits = type.precision - type.scale + 1;
  // As an int of Java's, -2147483648 is its own negation.
  if (digits < 0) return types.decimal(Math.min(38, Math.max(integerDigits, (1 - digits) | 0)), 0);
  const scale = Math.min(type.scale, digits);
  return types.decimal(Math.min(38, integerDigits + scale), scale);
}

type Divide = (a: bigint, b: bigint) => bigint;

function rounding(name: string, doc: string, divide: Divide): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 2],
    nulls: "strict",
    resolve: (args, resolving) => {
      const digits = scaleOf(args, resolving);
      const operand = castArgs(args.slice(0, 1), ["numeric"], resolving)[0]!;
      const type = typeOf(operand);
      return {
        args: [operand, { kind: "literal", value: digits, type: types.int }],
        type: type.kind === "decimal" ? roundedDecimal(type, digits ?? 0) : type,
        evalMode: modeOf(resolving.context),
      };
    },
    eval: ([value, digits], call) => roundValue(value!, digits as number, call, divide),
    generate: (g, [a], call) => {
      const given = Number(g.literalOf(call.args[1]!) ?? -1);
      return isIntegral(call.type) && given >= 0 && given <= mostDigits ? a!.value : null;
    },
  };
}

/** An int without a negative of its own is no scale of a decimal. */
const noScale = -2147483648;

/** Spark brings a number to that many fraction digits before it rounds: with more, the whole number behind them leaves Java's range. */
const mostDigits = 646_456_992;

function roundValue(value: Value, digits: number, call: Call, divide: Divide): Value {
  const from = typeOf(call.args[0]!);
  if (from.kind === "decimal" && call.type.kind === "decimal") {
    if (digits === noScale && value !== 0n)
      throwDecimalRange(decimalText(value as bigint, from.scale), call.type.precision, call.type.scale);
    return decimalResultValue(roundUnscaled(value as bigint, from.scale, digits, divide), from.scale, call.type, call);
  }
  if (digits > mostDigits && Number(value) !== 0 && Number.isFinite(Number(value))) throwOverflow("");
  if (isIntegral(from)) {
    if (digits >= 0) return value;
    if (digits === noScale && Number(value) !== 0) throwOverflow("");
    return integralResult(roundUnscaled(BigInt(value as number), 0, digits, divide), from, call.evalMode, "");
  }
  const number = value as number;
  if (!Number.isFinite(number)) return number;
  if (digits === noScale && number !== 0) throwOverflow("");
  const { unscaled, scale } = parseDecimal(from.kind === "float" ? floatText(number) : doubleText(number))!;
  const rounded = Number(`${roundUnscaled(unscaled, scale, digits, divide)}e${-scale}`);
  return from.kind === "float" ? Math.fround(rounded) : rounded;
}

/** Rounded to `digits` fraction digits, at the scale it had. */
function roundUnscaled(unscaled: bigint, scale: number, digits: number, divide: Divide): bigint {
  if (digits >= scale) return unscaled;
  if (scale - digits > 400) return 0n;
  const unit = pow10(scale - digits);
  return divide(unscaled, unit) * unit;
}

const floorBig: Divide = (a, b) => (a % b < 0n ? a / b - 1n : a / b);
const ceilBig: Divide = (a, b) => (a % b > 0n ? a / b + 1n : a / b);

/** FLOOR and CEIL: to a whole number, or to a number of digits. */
function stepping(name: string, aliases: string[], doc: string, step: "floor" | "ceil"): FunctionEntry {
  const divide = step === "floor" ? floorBig : ceilBig;
  return {
    name,
    aliases,
    doc,
    arity: [1, 2],
    nulls: "strict",
    resolve: (args, resolving) => resolveStepping(args, resolving),
    eval: ([value, digits], call) => {
      const from = typeOf(call.args[0]!);
      if (from.kind === "decimal" && call.type.kind === "decimal") {
        if (digits === noScale && value !== 0n)
          throwDecimalRange(decimalText(value as bigint, from.scale), call.type.precision, call.type.scale);
        return decimalResultValue(
          roundUnscaled(value as bigint, from.scale, (digits as number | undefined) ?? 0, divide),
          from.scale,
          call.type,
          call,
        );
      }
      const whole = Math[step](value as number);
      if (Number.isNaN(whole)) return 0n;
      if (whole >= 2 ** 63 || whole < -(2 ** 63)) {
        if (call.evalMode === "ansi") throwOverflow("");
        return whole > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
      }
      return BigInt(whole);
    },
    generate: (g, [a], call) => {
      if (call.type.kind !== "long" || typeOf(call.args[0]!).kind !== "double" || g.exact) return null;
      const whole = g.local(`Math.${step}(${a!.value})`);
      g.emit(`if (!(${whole} <= 9007199254740991 && ${whole} >= -9007199254740991)) ${g.bail}`);
      return `${whole} + 0`;
    },
  };
}

function resolveStepping(args: readonly Expression[], resolving: Resolving): Resolution | Expression {
  const { context } = resolving;
  if (args.length === 2) {
    const digits = stepDigits(args[1]!, resolving);
    const given = typeOf(args[0]!);
    const type = given.kind === "string" || given.kind === "null" ? types.decimal(38, 18) : decimalFor(given);
    const operand = coerceTo(castArgs(args.slice(0, 1), ["numeric"], resolving)[0]!, type, context);
    return {
      args: [operand, { kind: "literal", value: digits, type: types.int }],
      type: roundedDecimal(type, digits),
      evalMode: modeOf(context),
    };
  }
  const operand = castArgs(args, ["numeric"], resolving)[0]!;
  const type = typeOf(operand);
  if (isIntegral(type)) return coerceTo(operand, types.long, context);
  if (type.kind === "decimal") {
    return { args: [operand], type: type.scale === 0 ? type : roundedDecimal(type, 0), evalMode: modeOf(context) };
  }
  return { args: [coerceTo(operand, types.double, context)], type: types.long, nullable: anyNullable(args), evalMode: modeOf(context) };
}

/** Digits of CEIL and FLOOR: an INT, and constant. @throws NON_FOLDABLE_ARGUMENT */
function stepDigits(digits: Expression, resolving: Resolving): number {
  const constant = typeOf(digits).kind === "int" ? resolving.fold(digits) : digits;
  if (constant.kind === "literal" && typeof constant.value === "number" && typeOf(constant).kind === "int") return constant.value;
  throw new StreamingError("NON_FOLDABLE_ARGUMENT", {
    funcName: `\`${resolving.name}\``,
    paramName: "`scale`",
    paramType: '"INT"',
  });
}

export const roundingFunctions: readonly FunctionEntry[] = [
  negative,
  positive,
  abs,
  rounding("round", "Rounded to a number of fraction digits (0), half away from zero.", divideHalfUp),
  rounding("bround", "Rounded to a number of fraction digits (0), half to even.", divideHalfEven),
  stepping("floor", [], "The largest whole number that is not above.", "floor"),
  stepping("ceil", ["ceiling"], "The smallest whole number that is not below.", "ceil"),
];
