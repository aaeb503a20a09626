import { types, type DataType } from "../../arrow/types.js";
import type { IntervalValue, Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { EvalMode } from "../../values/evalMode.js";
import { throwDivideByZero } from "../../values/evaluationErrors.js";
import type { Call, Expression } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { spanningInterval } from "../types/intervalTypes.js";
import { isInterval, isNumeric, typeOf } from "../types/typeOf.js";
import { anyNullable, unexpectedType, type Resolution, type Resolving } from "./entry.js";

/** Intervals with each other and with numbers: sums, differences, multiples, parts. */

/** Arithmetic of which the first operand is an interval (or both are); null when it has no meaning. */
export function resolveIntervalArithmetic(
  operator: "+" | "-" | "*" | "/",
  args: readonly Expression[],
  resolving: Resolving,
  mode: EvalMode,
): Resolution | null {
  const { context } = resolving;
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const resolution = (operands: readonly Expression[], type: DataType): Resolution => ({
    args: operands,
    type,
    nullable: mode === "try" || anyNullable(operands),
    evalMode: mode,
  });
  if (operator === "+" || operator === "-") {
    if (isInterval(a) && b.kind === "null") return resolution([args[0]!, coerceTo(args[1]!, a, context)], a);
    if (a.kind === "null" && isInterval(b)) return resolution([coerceTo(args[0]!, b, context), args[1]!], b);
    const type = spanningInterval(a, b);
    if (type === null) throw unexpectedType(args, 0, '("TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE")', resolving);
    return resolution(args, type);
  }
  if (operator === "*" && isInterval(b) && !isInterval(a))
    return resolveIntervalArithmetic(operator, [args[1]!, args[0]!], resolving, mode);
  if (!isInterval(a) || !(isNumeric(b) || b.kind === "string" || b.kind === "null")) return null;
  const isExact = b.kind !== "float" && b.kind !== "string" && a.kind !== "interval";
  const by = isExact && b.kind !== "null" ? args[1]! : coerceTo(args[1]!, types.double, context);
  const whole: DataType =
    a.kind === "interval_daytime" ? types.intervalDayTime : a.kind === "interval_yearmonth" ? types.intervalYearMonth : a;
  return resolution([args[0]!, by], whole);
}

/** `interval div interval` of one sort: how often the second goes into the first. */
export function resolveIntervalQuotient(args: readonly Expression[], { context }: Resolving, mode: EvalMode): Resolution | null {
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const sort = isInterval(a) ? a.kind : b.kind;
  if (sort === "interval" || ![a, b].some(isInterval) || ![a, b].every(({ kind }) => kind === sort || kind === "null")) return null;
  const operands = args.map((arg) => (typeOf(arg).kind === "null" ? coerceTo(arg, isInterval(a) ? a : b, context) : arg));
  return { args: operands, type: types.long, nullable: true, evalMode: mode };
}

/** The value of such arithmetic. */
export function intervalResult(operator: string, a: Value, b: Value, call: Call): Value {
  const [left, right] = call.args.map(typeOf) as [DataType, DataType];
  if (left.kind === "interval") return calendarResult(operator, a as IntervalValue, b, call);
  const isMonths = left.kind === "interval_yearmonth";
  const x = BigInt(a as number | bigint);
  if (operator === "div") return BigInt(b as number | bigint) === 0n ? throwDivideByZero() : x / BigInt(b as number | bigint);
  if (operator === "+" || operator === "-") {
    const y = BigInt(b as number | bigint);
    return checked(operator === "+" ? x + y : x - y, isMonths, call.evalMode, operator === "+" ? "try_add" : "try_subtract");
  }
  if (right.kind === "double" || right.kind === "float") {
    const factor = b as number;
    if (operator === "/" && factor === 0) return call.evalMode === "try" ? null : throwIntervalDivideByZero();
    const result = operator === "*" ? Number(x) * factor : Number(x) / factor;
    if (!Number.isFinite(result)) return overflow(call.evalMode);
    return checked(BigInt(roundHalfUp(result)), isMonths, call.evalMode);
  }
  const scale = right.kind === "decimal" ? 10n ** BigInt(right.scale) : 1n;
  const y = BigInt(b as number | bigint);
  if (operator === "*") return checked(dividedHalfUp(x * y, scale), isMonths, call.evalMode);
  if (y === 0n) return call.evalMode === "try" ? null : throwIntervalDivideByZero();
  return checked(dividedHalfUp(x * scale, y), isMonths, call.evalMode);
}

function roundHalfUp(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** The quotient, rounded to the nearest whole number, halves away from zero. */
function dividedHalfUp(a: bigint, b: bigint): bigint {
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const quotient = (2n * x + y) / (2n * y);
  return a < 0n === b < 0n ? quotient : -quotient;
}

function checked(value: bigint, isMonths: boolean, mode: EvalMode, alternative?: string): Value {
  if (BigInt.asIntN(isMonths ? 32 : 64, value) !== value) return overflow(mode, alternative);
  return isMonths ? Number(value) : value;
}

function overflow(mode: EvalMode, alternative?: string): null {
  if (mode === "try") return null;
  if (alternative !== undefined)
    throw new StreamingError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", { functionName: `\`${alternative}\`` });
  throw new StreamingError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION");
}

function throwIntervalDivideByZero(): never {
  throw new StreamingError("INTERVAL_DIVIDED_BY_ZERO");
}

function calendarResult(operator: string, a: IntervalValue, b: Value, call: Call): Value {
  if (operator === "+" || operator === "-") {
    const sign = operator === "+" ? 1 : -1;
    const other = b as IntervalValue;
    const months = a.months + sign * other.months;
    const days = a.days + sign * other.days;
    const microseconds = a.microseconds + BigInt(sign) * other.microseconds;
    if ((months | 0) !== months || (days | 0) !== days || BigInt.asIntN(64, microseconds) !== microseconds) return overflow(call.evalMode);
    return { months, days, microseconds };
  }
  const factor = b as number;
  if (operator === "/" && factor === 0) {
    if (call.evalMode === "ansi") throwDivideByZero();
    return null;
  }
  const times = (amount: number): number => (operator === "*" ? amount * factor : amount / factor);
  // Parts of a day become microseconds; parts of a month are lost, as in Spark.
  const days = times(a.days);
  const microseconds = Math.round(times(Number(a.microseconds)) + (days - Math.trunc(days)) * 86_400_000_000);
  return { months: Math.trunc(times(a.months)), days: Math.trunc(days), microseconds: BigInt(microseconds) };
}

/** The other sign. */
export function negatedInterval(value: Value, call: Call): Value {
  switch (call.type.kind) {
    case "interval": {
      const { months, days, microseconds } = value as IntervalValue;
      return { months: -months, days: -days, microseconds: -microseconds };
    }
    case "interval_yearmonth":
      return checked(-BigInt(value as number), true, call.evalMode);
    default:
      return checked(-(value as bigint), false, call.evalMode);
  }
}
