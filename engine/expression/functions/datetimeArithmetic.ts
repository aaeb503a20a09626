import { StreamingError } from "../../errors/streamingError.js";
import { types, type DataType } from "../../arrow/types.js";
import type { IntervalValue, Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import type { Call, Expression } from "../expression.js";
import type { EvalMode } from "../../values/evalMode.js";
import { coerceTo } from "../types/coerce.js";
import { isInterval, typeOf } from "../types/typeOf.js";
import { addMonths, floorDiv, floorMod, microsPerDay } from "../../values/calendar.js";
import { localToMicros, microsToLocal } from "../../values/dateTimeText.js";
import { timeZone } from "../../values/timeZone.js";
import { intervalResult, resolveIntervalArithmetic } from "./intervalArithmetic.js";
import { assert } from "../../errors/assert.js";
import { anyNullable, callOf, unexpectedType, type Resolution, type Resolving } from "./entry.js";
import { throwOverflow } from "../../values/evaluationErrors.js";
import { integralCode } from "./integralArithmetic.js";

const isTimestamp = (type: DataType): boolean => type.kind === "timestamp" || type.kind === "timestamp_ntz";
const isDateLike = (type: DataType): boolean => type.kind === "date" || type.kind === "string" || type.kind === "null";
const isDays = (type: DataType): boolean => type.kind === "int" || type.kind === "short" || type.kind === "byte";

/** `date + 1`, `ts + interval`, `ts - ts` and their like; null when no operand is a date, a timestamp or an interval. */
export function resolveDatetimeArithmetic(
  operator: "+" | "-" | "*" | "/",
  args: readonly Expression[],
  resolving: Resolving,
  mode: EvalMode,
): Resolution | Expression | null {
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const concerned = [a, b].some((t) => t.kind === "date" || isTimestamp(t) || isInterval(t));
  if (!concerned) return null;
  if (operator === "+" && !isInterval(b) && b.kind !== "null" && (isInterval(a) || (isDays(a) && b.kind === "date"))) {
    return resolveDatetimeArithmetic("+", [args[1]!, args[0]!], resolving, mode);
  }
  const resolution = (operands: readonly Expression[], type: DataType): Resolution => ({
    args: operands,
    type,
    nullable: mode === "try" || anyNullable(operands),
    evalMode: mode,
  });
  if (
    operator === "*" ||
    operator === "/" ||
    (isInterval(a) && (isInterval(b) || b.kind === "null")) ||
    (a.kind === "null" && isInterval(b))
  ) {
    return resolveIntervalArithmetic(operator, args, resolving, mode);
  }
  const ofNull = withNull(operator, args, resolving, resolution);
  if (ofNull !== null) return ofNull;
  if (a.kind === "string" && isInterval(b)) return shiftedText(operator, args, resolving, mode);
  requireTimes(operator, args, a, b, resolving);
  if (a.kind === "date" && isDays(b)) {
    const name = operator === "+" ? "date_add" : "date_sub";
    return callOf(name, [args[0]!, coerceTo(args[1]!, types.int, resolving.context)], types.date, anyNullable(args), mode);
  }
  if (isTimestamp(a) && isInterval(b)) return resolution(args, a);
  if (a.kind === "date" && (b.kind === "interval_yearmonth" || b.kind === "interval")) return resolution(args, types.date);
  if (a.kind === "date" && b.kind === "interval_daytime") {
    // Of whole days a date comes.
    if (b.units === "day") return resolution(args, types.date);
    return resolution([coerceTo(args[0]!, types.timestamp, resolving.context), args[1]!], types.timestamp);
  }
  if (operator === "-" && a.kind !== "date" && isTimestamp(a) && (isTimestamp(b) || b.kind === "date" || b.kind === "string")) {
    return resolution([args[0]!, coerceTo(args[1]!, a, resolving.context)], types.intervalDayTime);
  }
  if (operator !== "-") return null;
  if (isDateLike(a) && isDateLike(b)) {
    const dates = args.map((arg) => coerceTo(arg, types.date, resolving.context));
    return resolution(dates, { ...types.intervalDayTime, units: "day" });
  }
  if (isDateLike(a) && isTimestamp(b)) return resolution([coerceTo(args[0]!, b, resolving.context), args[1]!], types.intervalDayTime);
  return null;
}

/** A time and a null: a null timestamp, or the interval between them. */
function withNull(
  operator: "+" | "-",
  args: readonly Expression[],
  { context }: Resolving,
  resolution: (operands: readonly Expression[], type: DataType) => Resolution,
): Resolution | null {
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const time = a.kind === "null" ? b : a;
  if ((a.kind === "null") === (b.kind === "null") || !(isTimestamp(time) || time.kind === "date")) return null;
  if (operator === "-") {
    if (time.kind === "date") return null;
    return resolution(
      args.map((arg) => coerceTo(arg, time, context)),
      types.intervalDayTime,
    );
  }
  const at = time.kind === "date" ? types.timestamp : time;
  const interval: Expression = { kind: "literal", value: null, type: types.intervalDayTime };
  return resolution([coerceTo(a.kind === "null" ? args[1]! : args[0]!, at, context), interval], at);
}

/** `'2024-01-01' + INTERVAL …`: a timestamp later, as a text again. */
function shiftedText(operator: "+" | "-", args: readonly Expression[], resolving: Resolving, mode: EvalMode): Expression {
  const { context } = resolving;
  const time = coerceTo(args[0]!, types.timestamp, context);
  const moved = resolveDatetimeArithmetic(operator, [time, args[1]!], resolving, mode);
  assert(moved !== null && !("kind" in moved), "a timestamp and an interval have a sum");
  const { zone } = context;
  const call: Call = { ...callOf(operator, moved.args, moved.type, moved.nullable ?? true, mode), zone };
  return { kind: "cast", child: call, type: types.string, evalMode: mode, zone };
}

/** @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE where a time meets what cannot be added to it, or taken from it */
function requireTimes(operator: "+" | "-", args: readonly Expression[], a: DataType, b: DataType, resolving: Resolving): void {
  const [time, other] = [a, b].some((t) => t.kind === "date") && a.kind !== "date" && operator === "+" ? [1, 0] : [0, 1];
  const [first, second] = [[a, b][time]!, [a, b][other]!];
  const isTime = (t: DataType): boolean => isTimestamp(t) || t.kind === "date";
  // Months and what is no time are two operands that do not fit; for other intervals Spark misses the time.
  const months = [a, b].some((t) => t.kind === "interval_yearmonth") && ![a, b].some((t) => t.kind === "string");
  if (months && !(isInterval(a) ? isInterval(b) || isTime(b) : isTime(a))) return;
  if (isInterval(a) && !isInterval(b)) throw unexpectedType(args, operator === "+" ? 1 : 0, timeNames, resolving);
  if (isInterval(b)) {
    if (!isTime(a) && !isInterval(a)) throw unexpectedType(args, 0, timeNames, resolving);
    return;
  }
  const textAgainstTime = resolving.context.ansi && operator === "-" && (a.kind === "string" || b.kind === "string");
  if (textAgainstTime || (operator === "-" && isTime(a) && isTime(b))) return;
  if (operator === "+" && ![a, b].some((t) => t.kind === "date")) return;
  if (operator === "-" && [a, b].some((t) => t.kind === "null")) return;
  if (first.kind === "date" && isDays(second)) return;
  if (first.kind !== "date" && !isTimestamp(first)) throw unexpectedType(args, time, timeNames, resolving);
  throw unexpectedType(args, other, first.kind === "date" ? '("INT" or "SMALLINT" or "TINYINT")' : timeNames, resolving);
}

const timeNames = '("TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE")';

/** The interpreter's `+` and `-` where the left side is a date or a timestamp. */
export function addToDatetime(operator: string, a: Value, b: Value, call: Call): Value {
  const sign = operator === "-" ? -1 : 1;
  const [left, right] = call.args.map(typeOf) as [DataType, DataType];
  if (isInterval(left)) return intervalResult(operator, a, b, call);
  if (left.kind === "date" && right.kind === "date") return BigInt((a as number) - (b as number)) * microsPerDay;
  if (left.kind === "date" && right.kind === "interval_daytime")
    return checkedDays((a as number) + sign * Number((b as bigint) / microsPerDay));
  if (right.kind === "interval_yearmonth" && left.kind === "date") return checkedDays(addMonths(a as number, (b as number) * sign));
  if (right.kind === "interval" && left.kind === "date") return dateLater(a as number, b as IntervalValue, sign, call.evalMode);
  const zone = timeZone(left.kind === "timestamp" ? (call.zone ?? "UTC") : "UTC");
  // Between timestamps lies what their wall clocks differ by.
  if (!isInterval(right)) return checked(microsToLocal(a as bigint, zone) - microsToLocal(b as bigint, zone), call.evalMode);
  const interval = intervalOf(b, right);
  let local = microsToLocal(a as bigint, zone);
  if (interval.months !== 0 || interval.days !== 0) {
    const days = addMonths(Number(floorDiv(local, microsPerDay)), interval.months * sign) + interval.days * sign;
    local = BigInt(days) * microsPerDay + floorMod(local, microsPerDay);
    return checked(localToMicros(local, zone) + interval.microseconds * BigInt(sign), call.evalMode);
  }
  return checked((a as bigint) + interval.microseconds * BigInt(sign), call.evalMode);
}

/** A date some months and days later. @throws INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION where the interval has a time of day (outside of ANSI mode that counts in whole days) */
function dateLater(date: number, { months, days, microseconds }: IntervalValue, sign: number, mode: EvalMode): number {
  if (microseconds !== 0n && mode === "ansi") throw new StreamingError("INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION");
  return checkedDays(addMonths(date, months * sign) + days * sign + Number((microseconds * BigInt(sign)) / microsPerDay));
}

function checkedDays(days: number): number {
  if ((days | 0) !== days) throw new StreamingError("DATETIME_OVERFLOW", { operation: "adding months to a date" });
  return days;
}

function intervalOf(value: Value, type: DataType): IntervalValue {
  if (type.kind === "interval_yearmonth") return { months: value as number, days: 0, microseconds: 0n };
  if (type.kind === "interval") return value as IntervalValue;
  const micros = value as bigint;
  return { months: 0, days: Number(micros / microsPerDay), microseconds: micros % microsPerDay };
}

function checked(value: bigint, mode: EvalMode): Value {
  if (BigInt.asIntN(64, value) === value) return value;
  return mode === "try" ? null : throwOverflow("", "long overflow");
}

/** The same of an interval of calendar fields that is known and has none, or days only, in a zone without summer time. */
function addIntervalCode(g: Generator, operator: string, { value }: Code, call: Call): string | Made | null {
  const interval = g.literalOf(call.args[1]!) as IntervalValue | undefined;
  if (interval === undefined || interval.months !== 0) return null;
  const isWallClock = typeOf(call.args[0]!).kind === "timestamp_ntz";
  if (interval.days !== 0 && !isWallClock && timeZone(call.zone ?? "UTC").fixedOffsetSeconds === null) return null;
  const micros = BigInt(interval.days) * microsPerDay + interval.microseconds;
  if (!Number.isSafeInteger(Number(micros))) return null;
  return integralCode(g, `${value} ${operator} ${micros}${g.exact ? "n" : ""}`, types.long, { mode: call.evalMode, alternative: "" });
}

/** Generated code for what is a plain addition of microseconds: no calendar fields, or a zone without summer time. */
export function addCode(g: Generator, operator: string, a: Code, b: Code, call: Call): string | Made | null {
  const [left, right] = call.args.map(typeOf) as [DataType, DataType];
  if (left.kind === "date" || isInterval(left) || right.kind === "interval_yearmonth") return null;
  if (right.kind === "interval") return addIntervalCode(g, operator, a, call);
  if (left.kind === "timestamp" && right.kind === "timestamp" && timeZone(call.zone ?? "UTC").fixedOffsetSeconds === null) return null;
  if (right.kind === "interval_daytime" && left.kind === "timestamp") {
    const days = g.literalOf(call.args[1]!);
    const withinDay = typeof days === "bigint" && days / microsPerDay === 0n;
    if (!withinDay && timeZone(call.zone ?? "UTC").fixedOffsetSeconds === null) return null;
  }
  return integralCode(g, `${a.value} ${operator} ${b.value}`, types.long, { mode: call.evalMode, alternative: "" });
}
