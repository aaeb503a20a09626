import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { civilFromDays, daysInMonth, floorDiv, floorMod, isoWeekday, microsPerDay } from "../../values/calendar.js";
import { localToMicros, microsToLocal } from "../../values/dateTimeText.js";
import { addToClock, unitOf, unitsBetween } from "../../values/timeUnits.js";
import { timeZone, type TimeZone } from "../../values/timeZone.js";
import { literal, type Call } from "../expression.js";
import { coerceTo, implicitCast } from "../types/coerce.js";
import { typeOf } from "../types/typeOf.js";
import { castArgs, fixed, modeOf, unexpectedType, type FunctionEntry } from "./entry.js";

/** Steps and distances in units of time: TIMESTAMPADD, TIMESTAMPDIFF, next_day, months_between. */

function zoneOf(call: Call, argument: number): TimeZone {
  return timeZone(typeOf(call.args[argument]!).kind === "timestamp" ? (call.zone ?? "UTC") : "UTC");
}

/** @throws INVALID_PARAMETER_VALUE.DATETIME_UNIT */
function throwUnit(functionName: string, unit: string): never {
  throw new StreamingError("INVALID_PARAMETER_VALUE.DATETIME_UNIT", {
    functionName: `\`${functionName}\``,
    parameter: "`unit`",
    invalidValue: `'${unit}'`,
  });
}

const timestampAdd: FunctionEntry = {
  name: "timestampadd",
  doc: "A timestamp some units later: `timestampadd(MONTH, 2, ts)`.",
  arity: [3, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [unit, quantity, time] = args;
    const clock = implicitCast(time!, "datetime", resolving.context);
    if (clock === null) throw unexpectedType(args, 2, '("TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE")', resolving);
    const at = typeOf(clock).kind === "timestamp_ntz" ? clock : coerceTo(clock, types.timestamp, resolving.context);
    return { args: [...castArgs([unit!, quantity!], [types.string, types.long], resolving), at], type: typeOf(at) };
  },
  eval: ([name, quantity, time], call) => {
    const unit = unitOf((name as string).toUpperCase()) ?? throwUnit(call.name, name as string);
    const zone = zoneOf(call, 2);
    const n = quantity as bigint;
    let result: bigint | undefined;
    if ("micros" in unit) result = (time as bigint) + n * unit.micros;
    else {
      const local = microsToLocal(time as bigint, zone);
      const moved = "days" in unit ? addToClock(local, 0n, n * unit.days) : addToClock(local, n * unit.months, 0n);
      result = moved === undefined ? undefined : localToMicros(moved, zone);
    }
    if (result !== undefined && BigInt.asIntN(64, result) === result) return result;
    throw new StreamingError("DATETIME_OVERFLOW", { operation: `add ${n} '${name as string}' to a timestamp` });
  },
};

const timestampDiff: FunctionEntry = {
  name: "timestampdiff",
  doc: "Whole units from one timestamp to another: `timestampdiff(HOUR, start, end)`.",
  arity: [3, 3],
  nulls: "strict",
  resolve: fixed([types.string, types.timestamp], types.long),
  eval: ([name, start, end], call) => {
    const zone = zoneOf(call, 1);
    const units = unitsBetween((name as string).toUpperCase(), microsToLocal(start as bigint, zone), microsToLocal(end as bigint, zone));
    return units ?? throwUnit(call.name, name as string);
  },
};

const dayNames = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

const nextDay: FunctionEntry = {
  name: "next_day",
  doc: "The first day of that name after a date.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => ({
    args: castArgs(args, [types.date, types.string], resolving),
    type: types.date,
    nullable: true,
    evalMode: modeOf(resolving.context),
  }),
  eval: ([days, name], call): Value => {
    const wanted = (name as string).toUpperCase();
    const weekday = dayNames.findIndex((day) => [day, day.slice(0, 3), day.slice(0, 2)].includes(wanted)) + 1;
    if (weekday > 0) return (days as number) + ((weekday - isoWeekday(days as number) + 6) % 7) + 1;
    if (call.evalMode !== "ansi") return null;
    throw new StreamingError("ILLEGAL_DAY_OF_WEEK", { string: name as string });
  },
};

const monthsBetween: FunctionEntry = {
  name: "months_between",
  doc: "The months between two timestamps, of a month of 31 days; rounded to eight digits unless the third argument is false.",
  arity: [2, 3],
  nulls: "strict",
  resolve: ([end, start, rounded = literal(true, types.boolean)], resolving) => ({
    args: castArgs([end!, start!, rounded], [types.timestamp, types.timestamp, types.boolean], resolving),
    type: types.double,
  }),
  eval: ([end, start, rounded], call) => {
    const zone = timeZone(call.zone ?? "UTC");
    const [a, b] = [end, start].map((time) => microsToLocal(time as bigint, zone)) as [bigint, bigint];
    const [first, second] = [civilFromDays(Number(floorDiv(a, microsPerDay))), civilFromDays(Number(floorDiv(b, microsPerDay)))];
    const months = first.year * 12 + first.month - (second.year * 12 + second.month);
    const bothLast = first.day === daysInMonth(first.year, first.month) && second.day === daysInMonth(second.year, second.month);
    if (first.day === second.day || bothLast) return months;
    const difference = (first.day - second.day) * 86_400 + secondsOfDay(a) - secondsOfDay(b);
    const result = months + difference / (31 * 86_400);
    return rounded === true ? Math.round(result * 1e8) / 1e8 : result;
  },
};

function secondsOfDay(local: bigint): number {
  return Number(floorMod(local, microsPerDay) / 1_000_000n);
}

const fromUnixDate: FunctionEntry = {
  name: "date_from_unix_date",
  doc: "The date that many days after 1970-01-01.",
  arity: [1, 1],
  nulls: "strict",
  total: true,
  resolve: fixed([types.int], types.date),
  eval: ([days]) => days!,
  generate: (_g, [days]) => days!.value,
};

export const timeUnitFunctions: readonly FunctionEntry[] = [timestampAdd, timestampDiff, nextDay, monthsBetween, fromUnixDate];
