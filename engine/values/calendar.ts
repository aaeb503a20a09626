/**
 * The proleptic Gregorian calendar, for the interpreter: years count astronomically (0 is 1 BC). By another method than the calendar of the generated
 * loops (`engine/arrow/civil.ts`, `compile/runtime/dates.ts`), so that the two can check each other.
 */

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 to January 1st of `year`. */
function daysToYear(year: number): number {
  const before = year - 1;
  return before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 719162;
}

export function daysFromCivil(year: number, month: number, day: number): number {
  return daysToYear(year) + daysBefore[month - 1]! + (month > 2 && isLeapYear(year) ? 1 : 0) + day - 1;
}

/** 1 to 366. */
export function dayOfYear(days: number): number {
  return days - daysToYear(civilFromDays(days).year) + 1;
}

export function civilFromDays(days: number): CivilDate {
  let year = Math.floor(days / 365.2425) + 1970;
  while (daysToYear(year) > days) year--;
  while (daysToYear(year + 1) <= days) year++;
  let month = 12;
  while (daysFromCivil(year, month, 1) > days) month--;
  return { year, month, day: days - daysFromCivil(year, month, 1) + 1 };
}

/** Whether the fields name a day that exists. */
export function isValidDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Months later, the day cut to the month's length. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days);
  const total = year * 12 + month - 1 + months;
  const newYear = Math.floor(total / 12);
  const newMonth = total - newYear * 12 + 1;
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** ISO day of the week, 1 = Monday. */
export function isoWeekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

/** ISO week and the year it belongs to. */
export function isoWeek(days: number): { year: number; week: number } {
  const thursday = days + 4 - isoWeekday(days);
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

export const microsPerDay = 86_400_000_000n;
export const microsPerSecond = 1_000_000n;

/** Floored quotient and remainder. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

export function floorMod(a: bigint, b: bigint): bigint {
  const remainder = a % b;
  return remainder < 0n ? remainder + b : remainder;
}
