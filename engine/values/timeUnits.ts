import { addMonths, civilFromDays, floorDiv, floorMod, microsPerDay } from "./calendar.js";

/** The units of TIMESTAMPADD and TIMESTAMPDIFF, over wall clocks. */

const microsOf: Readonly<Record<string, bigint>> = {
  MICROSECOND: 1n,
  MILLISECOND: 1000n,
  SECOND: 1_000_000n,
  MINUTE: 60_000_000n,
  HOUR: 3_600_000_000n,
};
const daysOf: Readonly<Record<string, bigint>> = { DAY: 1n, DAYOFYEAR: 1n, WEEK: 7n };
const monthsOf: Readonly<Record<string, bigint>> = { MONTH: 1n, QUARTER: 3n, YEAR: 12n };

/** The unit of a name in capitals: so many microseconds, days or months. Null when there is none. */
export function unitOf(name: string): { readonly micros: bigint } | { readonly days: bigint } | { readonly months: bigint } | null {
  const [micros, days, months] = [microsOf[name], daysOf[name], monthsOf[name]];
  if (micros !== undefined) return { micros };
  if (days !== undefined) return { days };
  return months === undefined ? null : { months };
}

/** A wall clock some days and months later; undefined where they do not fit. */
export function addToClock(local: bigint, months: bigint, days: bigint): bigint | undefined {
  if (BigInt.asIntN(32, months) !== months || BigInt.asIntN(32, days) !== days) return undefined;
  const date = BigInt(addMonths(Number(floorDiv(local, microsPerDay)), Number(months))) + days;
  return date * microsPerDay + floorMod(local, microsPerDay);
}

/** Whole units from one wall clock to another, cut towards zero. */
export function unitsBetween(name: string, start: bigint, end: bigint): bigint | null {
  const unit = unitOf(name);
  if (unit === null) return null;
  if ("micros" in unit) return (end - start) / unit.micros;
  if ("days" in unit) return (end - start) / (unit.days * microsPerDay);
  return monthsBetween(start, end) / unit.months;
}

function monthsBetween(start: bigint, end: bigint): bigint {
  const [startDays, endDays] = [Number(floorDiv(start, microsPerDay)), Number(floorDiv(end, microsPerDay))];
  const [startTime, endTime] = [floorMod(start, microsPerDay), floorMod(end, microsPerDay)];
  // A day that is not over counts only as far as its time of day.
  const last =
    endDays > startDays && endTime < startTime ? endDays - 1 : endDays < startDays && endTime > startTime ? endDays + 1 : endDays;
  return BigInt(Math.trunc((packed(last) - packed(startDays)) / 32));
}

function packed(days: number): number {
  const { year, month, day } = civilFromDays(days);
  return (year * 12 + month - 1) * 32 + day;
}
