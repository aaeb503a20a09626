import { types, type DataType } from "../../arrow/types.js";

const dayTimeUnits = ["day", "hour", "minute", "second"];
const yearMonthUnits = ["year", "month"];

/** The type of an interval over all of its units; for those of one sort the units that both span. */
export function spanningInterval(a: DataType, b: DataType): DataType | null {
  if (a.kind === "interval_daytime" && b.kind === "interval_daytime")
    return { ...types.intervalDayTime, units: spannedUnits(a.units ?? "day to second", b.units ?? "day to second", dayTimeUnits) };
  if (a.kind === "interval_yearmonth" && b.kind === "interval_yearmonth") {
    return { ...types.intervalYearMonth, units: spannedUnits(a.units ?? "year to month", b.units ?? "year to month", yearMonthUnits) };
  }
  return a.kind === "interval" && b.kind === "interval" ? a : null;
}

function spannedUnits(a: string, b: string, all: readonly string[]): string {
  const places = [a, b].flatMap((units) => units.split(" to ").map((unit) => all.indexOf(unit)));
  const [from, to] = [all[Math.min(...places)]!, all[Math.max(...places)]!];
  return from === to ? from : `${from} to ${to}`;
}

/** Whether an interval of the type has a number of such units. */
export function hasUnit(type: DataType, unit: string): boolean {
  const [all, units] =
    type.kind === "interval_daytime"
      ? [dayTimeUnits, type.units ?? "day to second"]
      : type.kind === "interval_yearmonth"
        ? [yearMonthUnits, type.units ?? "year to month"]
        : [[], ""];
  const [from, to = from] = units.split(" to ");
  return all.includes(unit) && all.indexOf(from!) <= all.indexOf(unit) && all.indexOf(unit) <= all.indexOf(to!);
}
