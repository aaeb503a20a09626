import { civilFromDays, dayOfYear, daysFromCivil, isValidDate } from "../../../values/calendar.js";
import type { Field, ParsedFields } from "./parse.js";

const bounds: Readonly<Partial<Record<Field, readonly [number, number]>>> = {
  year: [-999_999_999, 999_999_999],
  yearOfEra: [1, 1_000_000_000],
  month: [1, 12],
  day: [1, 31],
  dayOfYear: [1, 366],
  hour: [0, 23],
  hour24: [1, 24],
  hour12: [1, 12],
  hour11: [0, 11],
  minute: [0, 59],
  second: [0, 59],
};

/** The microseconds of the wall clock that fields mean; a year is 1970 and everything else the first where the text says none. Null where they contradict. */
export function localMicrosOf({ values }: ParsedFields): bigint | null {
  for (const [field, value] of values) {
    const bound = bounds[field];
    if (bound !== undefined && (value < bound[0] || value > bound[1])) return null;
  }
  const days = daysOf(values);
  const hour = hourOf(values);
  if (days === null || hour === null) return null;
  const seconds = hour * 3600 + (values.get("minute") ?? 0) * 60 + (values.get("second") ?? 0);
  return BigInt(days) * 86_400_000_000n + BigInt(seconds) * 1_000_000n + BigInt(values.get("micros") ?? 0);
}

function daysOf(values: ReadonlyMap<Field, number>): number | null {
  const yearOfEra = values.get("yearOfEra");
  const year = values.get("year") ?? (yearOfEra === undefined ? 1970 : values.get("era") === 0 ? 1 - yearOfEra : yearOfEra);
  const [month, day, ofYear] = [values.get("month"), values.get("day"), values.get("dayOfYear")];
  if (ofYear === undefined) return isValidDate(year, month ?? 1, day ?? 1) ? daysFromCivil(year, month ?? 1, day ?? 1) : null;
  const days = daysFromCivil(year, 1, 1) + ofYear - 1;
  const civil = civilFromDays(days);
  if (civil.year !== year || dayOfYear(days) !== ofYear) return null;
  return (month ?? civil.month) === civil.month && (day ?? civil.day) === civil.day ? days : null;
}

/** The hour of the day: of a 24-hour clock, or of half a day, which is the morning where nothing says it. Null where two clocks disagree. */
function hourOf(values: ReadonlyMap<Field, number>): number | null {
  const half = values.get("half");
  const [hour, hour24, hour12, hour11] = [values.get("hour"), values.get("hour24"), values.get("hour12"), values.get("hour11")];
  const ofHalf = hour12 === undefined ? hour11 : hour12 % 12;
  if (hour12 !== undefined && hour11 !== undefined && hour12 % 12 !== hour11) return null;
  const whole = hour ?? (hour24 === undefined ? undefined : hour24 % 24);
  if (hour !== undefined && hour24 !== undefined && hour !== hour24 % 24) return null;
  if (whole === undefined) return ofHalf === undefined ? (half === 1 ? 12 : 0) : ofHalf + (half ?? 0) * 12;
  if (half !== undefined && Math.floor(whole / 12) !== half) return null;
  return ofHalf !== undefined && whole % 12 !== ofHalf ? null : whole;
}
