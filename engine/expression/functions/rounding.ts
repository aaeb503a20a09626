import { types, type DataType, type DecimalType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import type { Call, Expression } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { isFractional, isIntegral, isInterval, typeOf } from "../types/typeOf.js";
import { divideHalfEven, divideHalfUp, parseDecimal, pow10 } from "../../values/decimal.js";
import { doubleText, floatText } from "../../values/numberText.js";
import { decimalResultValue } from "./decimalArithmetic.js";
import { negatedInterval } from "./intervalArithmetic.js";
import { anyNullable, castArgs, modeOf, unexpectedType, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";
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
  if (type.kind === "decimal") return -(value as bigint);
  return integralResult(-BigInt(value as number), type, call.evalMode, "");
}

function negateCode(g: Generator, a: Code, type: DataType, mode: Call["evalMode"]): string | Made | null {
  if (type.kind === "float" || type.kind === "double" || type.kind === "decimal") return `-${a.value}`;
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

/** Digits to keep: a literal, at most the type's own. */
function scaleOf(args: readonly Expression[], resolving: Resolving): number {
  const digits = args[1];
  if (digits === undefined) return 0;
  const folded = digits.kind === "call" && digits.name === "negative" ? digits.args[0]! : digits;
  if (folded.kind !== "literal" || typeof folded.value !== "number") throw unexpectedType(args, 1, 'foldable "INT"', resolving);
  return digits === folded ? folded.value : -folded.value;
}

function roundedDecimal(type: DecimalType, digits: number): DecimalType {
  const integerDigits = type.precision - type.scale + 1;
  if (digits < 0) return types.decimal(Math.min(38, Math.max(integerDigits, -digits + 1)), 0);
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
        type: type.kind === "decimal" ? roundedDecimal(type, digits) : type,
        evalMode: modeOf(resolving.context),
      };
    },
    eval: ([value, digits], call) => roundValue(value!, digits as number, call, divide),
    generate: (g, [a], call) => (isIntegral(call.type) && (g.literalOf(call.args[1]!) as number) >= 0 ? a!.value : null),
  };
}

function roundValue(value: Value, digits: number, call: Call, divide: Divide): Value {
  const from = typeOf(call.args[0]!);
  if (from.kind === "decimal" && call.type.kind === "decimal") {
    return decimalResultValue(roundUnscaled(value as bigint, from.scale, digits, divide), from.scale, call.type, call);
  }
  if (isIntegral(from)) {
    if (digits >= 0) return value;
    return integralResult(roundUnscaled(BigInt(value as number), 0, digits, divide), from, call.evalMode, "");
  }
  const number = value as number;
  if (!Number.isFinite(number)) return number;
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
        return decimalResultValue(
          roundUnscaled(value as bigint, from.scale, (digits as number | undefined) ?? 0, divide),
          from.scale,
          call.type,
          call,
        );
      }
      const whole = Math[step](value as number);
      if (Number.isNaN(whole)) return 0n;
      const bound = whole >= 2 ** 63 ? 2n ** 63n - 1n : whole <= -(2 ** 63) ? -(2n ** 63n) : BigInt(whole);
      return bound;
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
    const digits = scaleOf(args, resolving);
    const given = typeOf(args[0]!);
    const type = given.kind === "decimal" ? given : { kind: "decimal" as const, precision: 30, scale: 15 };
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
  if (type.kind === "decimal") return { args: [operand], type: roundedDecimal(type, 0), evalMode: modeOf(context) };
  return { args: [coerceTo(operand, types.double, context)], type: types.long, nullable: anyNullable(args) };
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
