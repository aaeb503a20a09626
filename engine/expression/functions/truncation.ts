import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Call, Expression } from "../expression.js";
import { civilFromDays, daysFromCivil, floorDiv, floorMod, isoWeekday, microsPerDay } from "../../values/calendar.js";
import { localToMicros, microsToLocal } from "../../values/dateTimeText.js";
import { timeZone } from "../../values/timeZone.js";
import { castArgs, type FunctionEntry, type Resolving } from "./entry.js";

/** Dates and timestamps cut to a unit. */

/** Microseconds of the units that divide the day evenly whatever the zone. */
const smallUnits: Readonly<Record<string, bigint>> = { microsecond: 1n, millisecond: 1000n, second: 1_000_000n };
const clockUnits: Readonly<Record<string, bigint>> = { minute: 60_000_000n, hour: 3_600_000_000n, day: microsPerDay };

const unitNames: Readonly<Record<string, string>> = {
  year: "year",
  yyyy: "year",
  yy: "year",
  quarter: "quarter",
  month: "month",
  mon: "month",
  mm: "month",
  week: "week",
  day: "day",
  dd: "day",
  hour: "hour",
  minute: "minute",
  second: "second",
  millisecond: "millisecond",
  microsecond: "microsecond",
};

const dateUnits: ReadonlySet<string | undefined> = new Set(["year", "quarter", "month", "week"]);
const timeUnits: ReadonlySet<string | undefined> = new Set(Object.values(unitNames));

/** The unit; a null for a constant that is none, so that the time is not asked for then. */
function knownUnit(unit: Expression, { fold }: Resolving, units = timeUnits): Expression {
  const constant = fold(unit);
  if (constant.kind !== "literal" || constant.value === null) return unit;
  return units.has(unitNames[(constant.value as string).toLowerCase()]) ? unit : { kind: "literal", value: null, type: types.string };
}

/** The first day of the period that a day is in; null for units that are none. */
function truncatedDate(days: number, unit: string | undefined): number | null {
  const { year, month } = civilFromDays(days);
  switch (unit) {
    case "year":
      return daysFromCivil(year, 1, 1);
    case "quarter":
      return daysFromCivil(year, month - ((month - 1) % 3), 1);
    case "month":
      return daysFromCivil(year, month, 1);
    case "week":
      return days - isoWeekday(days) + 1;
    default:
      return null;
  }
}

const dateTrunc: FunctionEntry = {
  name: "date_trunc",
  doc: "A timestamp cut to a unit (year, quarter, month, week, day, hour, minute, second, …).",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([unit, time], resolving) => {
    const args = castArgs([unit!, time!], [types.string, types.timestamp], resolving);
    return { args: [knownUnit(args[0]!, resolving), args[1]!], type: types.timestamp, nullable: true };
  },
  eval: ([unit, time], call) => truncatedTime(unitNames[(unit as string).toLowerCase()], time as bigint, call),
  generate: (g, [, time], call) => {
    const unit = g.literalOf(call.args[0]!);
    const micros = typeof unit === "string" ? truncationMicros(unitNames[unit.toLowerCase()]) : null;
    const zone = timeZone(call.zone ?? "UTC");
    if (micros === null || g.exact || zone.fixedOffsetSeconds === null || zone.fixedOffsetSeconds % 60 !== 0) return null;
    const offset = zone.fixedOffsetSeconds * 1_000_000;
    return offset === 0
      ? `Math.floor(${time!.value} / ${micros}) * ${micros}`
      : `Math.floor((${time!.value} + ${offset}) / ${micros}) * ${micros} - ${offset}`;
  },
};

function truncationMicros(unit: string | undefined): bigint | null {
  return unit === undefined ? null : (smallUnits[unit] ?? clockUnits[unit] ?? null);
}

function truncatedTime(unit: string | undefined, micros: bigint, call: Call): Value {
  if (unit === undefined) return null;
  if (smallUnits[unit] !== undefined) return micros - floorMod(micros, smallUnits[unit]);
  const zone = timeZone(call.zone ?? "UTC");
  const local = microsToLocal(micros, zone);
  if (clockUnits[unit] !== undefined) return localToMicros(local - floorMod(local, clockUnits[unit]), zone);
  const days = truncatedDate(Number(floorDiv(local, microsPerDay)), unit);
  return days === null ? null : localToMicros(BigInt(days) * microsPerDay, zone);
}

const trunc: FunctionEntry = {
  name: "trunc",
  doc: "A date cut to a unit (year, quarter, month, week).",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([date, unit], resolving) => {
    const args = castArgs([date!, unit!], [types.date, types.string], resolving);
    return { args: [args[0]!, knownUnit(args[1]!, resolving, dateUnits)], type: types.date, nullable: true };
  },
  eval: ([date, unit]) => truncatedDate(date as number, unitNames[(unit as string).toLowerCase()]),
};

export const truncationFunctions: readonly FunctionEntry[] = [dateTrunc, trunc];
