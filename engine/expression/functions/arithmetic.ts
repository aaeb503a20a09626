import { StreamingError } from "../../errors/streamingError.js";
import { sameType, sqlTypeName, types, type DataType, type DecimalType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import type { Call, Expression } from "../expression.js";
import type { EvalMode } from "../../values/evalMode.js";
import { coerceTo } from "../types/coerce.js";
import { commonType, decimalResult } from "../types/commonType.js";
import { describeCall } from "../types/describe.js";
import { decimalFor, isIntegral, isNumeric, typeOf } from "../types/typeOf.js";
import { addCode, addToDatetime, resolveDatetimeArithmetic } from "./datetimeArithmetic.js";
import { decimalArithmetic } from "./decimalArithmetic.js";
import { anyNullable, modeOf, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";
import { throwDivideByZero, throwRemainderByZero } from "../../values/evaluationErrors.js";
import { resolveIntervalQuotient } from "./intervalArithmetic.js";
import { integralCode, integralResult, type ArithmeticOperator } from "./integralArithmetic.js";

/** Operands as Spark brings them together: decimals keep their types, everything else meets in one. */
function numericOperands(
  args: readonly Expression[],
  resolving: Resolving,
  operator: ArithmeticOperator,
): { args: Expression[]; type: DataType } {
  const { context } = resolving;
  const operands = args.map((arg) => (context.ansi || typeOf(arg).kind !== "string" ? arg : coerceTo(arg, types.double, context)));
  const type = operandsType(operator, operands, resolving);
  if (type.kind === "null") return { args: operands.map((arg) => coerceTo(arg, types.double, context)), type: types.double };
  if (type.kind === "decimal") return { args: operands.map((arg) => coerceTo(arg, decimalOperand(arg), context)), type };
  return { args: operands.map((arg) => coerceTo(arg, type, context)), type };
}

/** The type in which both sides meet. @throws DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES, DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE */
function operandsType(operator: ArithmeticOperator, operands: readonly Expression[], resolving: Resolving): DataType {
  const [a, b] = operands.map(typeOf) as [DataType, DataType];
  const type = commonType(a, b, resolving.context.ansi);
  const fits = (given: DataType): boolean =>
    isNumeric(given) && (operator !== "div" || (given.kind !== "float" && given.kind !== "double"));
  if (type !== null && (type.kind === "null" || fits(type))) return type;
  const sqlExpr = `"${describeCall(resolving.name, operands)}"`;
  const alike = type !== null && (sameType(a, b) || (resolving.context.ansi && [a, b].some(({ kind }) => kind === "string")));
  if (!alike) {
    const [left, right] = [`"${sqlTypeName(a)}"`, `"${sqlTypeName(b)}"`];
    throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", { sqlExpr, left, right });
  }
  throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", {
    sqlExpr,
    inputType:
      operator === "div" ? '("DECIMAL", "INTEGRAL")' : '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
    actualDataType: `"${sqlTypeName(type)}"`,
  });
}

/** A whole literal beside a decimal has just the digits it needs. */
function decimalOperand(arg: Expression): DecimalType {
  const type = typeOf(arg);
  if (arg.kind === "literal" && isIntegral(type) && type.kind !== "byte" && arg.value !== null) {
    const digits = (arg.value as number | bigint).toString().replace("-", "").length;
    return types.decimal(digits, 0);
  }
  return type.kind === "null" ? types.decimal(1, 0) : decimalFor(type);
}

function resolveArithmetic(
  operator: ArithmeticOperator,
  args: readonly Expression[],
  resolving: Resolving,
  mode: EvalMode,
): Resolution | Expression {
  if (operator === "+" || operator === "-" || operator === "*" || operator === "/") {
    const datetime = resolveDatetimeArithmetic(operator, args, resolving, mode);
    if (datetime !== null) return datetime;
  }
  if (operator === "div") {
    const quotient = resolveIntervalQuotient(args, resolving, mode);
    if (quotient !== null) return quotient;
  }
  const { args: operands, type } = numericOperands(args, resolving, operator);
  const failing = operator === "/" || operator === "div" || operator === "%" || operator === "pmod" || mode === "try";
  if (type.kind === "decimal") {
    const [a, b] = operands.map(typeOf) as [DecimalType, DecimalType];
    const result =
      operator === "div" ? types.long : decimalResult(operator === "pmod" ? "%" : operator, a, b, resolving.context.keepsFractions);
    return { args: operands, type: result, nullable: failing || mode !== "ansi" || anyNullable(operands), evalMode: mode };
  }
  if (operator === "/") {
    const doubles = operands.map((arg) => coerceTo(arg, types.double, resolving.context));
    return { args: doubles, type: types.double, nullable: true, evalMode: mode };
  }
  if (operator === "div") {
    const longs = operands.map((arg) => coerceTo(arg, types.long, resolving.context));
    return { args: longs, type: types.long, nullable: true, evalMode: mode };
  }
  return { args: operands, type, nullable: failing || anyNullable(operands), evalMode: mode };
}

/** The names of the functions that tolerate overflow. */
const alternatives: Record<ArithmeticOperator, string> = {
  "+": "try_add",
  "-": "try_subtract",
  "*": "try_multiply",
  "/": "try_divide",
  "%": "try_mod",
  div: "try_divide",
  pmod: "try_mod",
};

function evalArithmetic(operator: ArithmeticOperator, [a, b]: readonly Value[], call: Call): Value {
  const type = typeOf(call.args[0]!);
  if (type.kind === "decimal") return decimalArithmetic(operator, a as bigint, b as bigint, call);
  if (type.kind === "float" || type.kind === "double") {
    const result = doubleArithmetic(operator, a as number, b as number, call.evalMode);
    return type.kind === "float" && result !== null ? Math.fround(result) : result;
  }
  if (!isNumeric(type)) return addToDatetime(operator, a!, b!, call);
  const [x, y] = [BigInt(a as number), BigInt(b as number)];
  if (y === 0n && (operator === "div" || operator === "%" || operator === "pmod")) return divisionByZero(operator, call.evalMode);
  return integralResult(integerOperation(operator, x, y), call.type, call.evalMode, alternatives[operator], operator, [a!, b!]);
}

function integerOperation(operator: ArithmeticOperator, x: bigint, y: bigint): bigint {
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "%":
      return x % y;
    case "pmod":
      return x % y < 0n ? ((x % y) + y) % y : x % y;
    default:
      return x / y;
  }
}

function divisionByZero(operator: ArithmeticOperator, mode: EvalMode): null {
  if (mode !== "ansi") return null;
  return operator === "%" || operator === "pmod" ? throwRemainderByZero() : throwDivideByZero();
}

function doubleArithmetic(operator: ArithmeticOperator, a: number, b: number, mode: EvalMode): number | null {
  if (b === 0 && (operator === "/" || operator === "%" || operator === "pmod")) return divisionByZero(operator, mode);
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "pmod":
      return a % b < 0 ? ((a % b) + b) % b : a % b;
    default:
      return Math.trunc(a / b);
  }
}

function arithmeticCode(operator: ArithmeticOperator, g: Generator, a: Code, b: Code, call: Call): string | Made | null {
  const type = typeOf(call.args[0]!);
  if (type.kind === "decimal") return null;
  if (!isNumeric(type)) return operator === "+" || operator === "-" ? addCode(g, operator, a, b, call) : null;
  const isDouble = type.kind === "float" || type.kind === "double";
  const divides = operator === "/" || operator === "div" || operator === "%" || operator === "pmod";
  let zero = "false";
  if (divides && !isNonZeroLiteral(b.value)) {
    const isZero = `${b.value} === ${b.representation === "long" && g.exact ? "0n" : "0"}`;
    const raise = operator === "%" || operator === "pmod" ? throwRemainderByZero : throwDivideByZero;
    if (call.evalMode === "ansi") g.emit(`if (${isZero}) ${g.runtime(raise)}();`);
    // Nothing is divided where the result is null: BigInts would throw.
    else zero = isZero;
  }
  const expression = operation(g, operator, a, b, type, call.evalMode);
  const guarded = zero !== "false" && b.representation === "long" && g.exact ? `${zero} ? 0n : ${expression}` : expression;
  if (isDouble) return { value: type.kind === "float" ? `Math.fround(${guarded})` : guarded, isNull: zero };
  const overflow = { mode: call.evalMode, alternative: alternatives[operator], symbol: operator, operands: [a.value, b.value] as const };
  if (zero !== "false" && !g.exact) {
    // NaN would count as an overflow.
    const made = integralCode(g, `${zero} ? 0 : ${expression}`, call.type, overflow);
    return { value: made.value, isNull: made.isNull === undefined ? zero : `${zero} || ${made.isNull}` };
  }
  const made = integralCode(g, guarded, call.type, overflow);
  return zero === "false" ? made : { value: made.value, isNull: made.isNull === undefined ? zero : `${zero} || ${made.isNull}` };
}

function isNonZeroLiteral(code: string): boolean {
  return /^\(?-?\d/.test(code) && !/^\(?-?0(\.0+)?n?\)?$/.test(code);
}

function operation(g: Generator, operator: ArithmeticOperator, a: Code, b: Code, type: DataType, mode: EvalMode): string {
  const isDouble = type.kind === "float" || type.kind === "double";
  const isBig = a.representation === "long" && g.exact;
  switch (operator) {
    case "div":
      return isBig ? `${a.value} / ${b.value}` : `Math.trunc(${a.value} / ${b.value})`;
    case "pmod":
      return `(${a.value} % ${b.value} < 0 ? (${a.value} % ${b.value} + ${b.value}) % ${b.value} : ${a.value} % ${b.value})`;
    case "*":
      // A wrapped product needs all of its low bits, which a double does not have.
      if (!isDouble && a.representation === "number" && mode === "legacy") return `Math.imul(${a.value}, ${b.value})`;
      return `${a.value} * ${b.value}`;
    default:
      return `${a.value} ${operator} ${b.value}`;
  }
}

/** Texts that are none of what the operator takes are null where it is tried. */
function withTriedTexts(args: readonly Expression[], resolution: Resolution): Resolution {
  const tried = (e: Expression): Expression =>
    e.kind === "cast" && !args.includes(e) ? { ...e, child: tried(e.child), evalMode: "try" } : e;
  return args.some((arg) => typeOf(arg).kind === "string") ? { ...resolution, args: resolution.args.map(tried) } : resolution;
}

function arithmetic(operator: ArithmeticOperator, name: string, aliases: string[], doc: string, tries: boolean): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [2, 2],
    nulls: "strict",
    lastFirst: operator === "/" || operator === "%" || operator === "div" || operator === "pmod",
    resolve: (args, resolving) => {
      const resolution = resolveArithmetic(operator, args, resolving, tries ? "try" : modeOf(resolving.context));
      return tries && !("kind" in resolution) ? withTriedTexts(args, resolution) : resolution;
    },
    eval: (args, call) => evalArithmetic(operator, args, call),
    generate: (g, [a, b], call) => arithmeticCode(operator, g, a!, b!, call),
  };
}

export const arithmeticFunctions: readonly FunctionEntry[] = [
  arithmetic("+", "+", [], "Sum.", false),
  arithmetic("-", "-", [], "Difference.", false),
  arithmetic("*", "*", [], "Product.", false),
  arithmetic("/", "/", [], "Quotient; of whole numbers too it is a double.", false),
  arithmetic("%", "%", ["mod"], "Remainder, with the sign of the dividend.", false),
  arithmetic("div", "div", [], "Whole part of the quotient.", false),
  arithmetic("pmod", "pmod", [], "Remainder that is not negative (for a positive divisor).", false),
  arithmetic("+", "try_add", [], "Sum; null on overflow.", true),
  arithmetic("-", "try_subtract", [], "Difference; null on overflow.", true),
  arithmetic("*", "try_multiply", [], "Product; null on overflow.", true),
  arithmetic("/", "try_divide", [], "Quotient; null when the divisor is 0.", true),
  arithmetic("%", "try_mod", [], "Remainder; null when the divisor is 0.", true),
];
