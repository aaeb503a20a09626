import { daysOfCivil } from "../../../arrow/civil.js";

/** Calendar arithmetic of generated loops, by the days-from-civil method with years that begin in March. Numbers only. */

/** Days of 400 years times a number that makes every date a positive one; and that many years. */
const shiftDays = 146097 * 3670;
const shiftYears = 400 * 3670;

/**
 * Year, month and day in one number: `(year * 16 + month) * 32 + day`. All steps but the last are on 32-bit integers, which divide by constants
 * without a division; dates that would leave them go through doubles.
 */
export function packedDate(days: number): number {
  if (days > 1_600_000_000 || days < -500_000_000) return packedFarDate(days);
  const shifted = (days + (719468 + shiftDays)) | 0;
  const era = (shifted / 146097) | 0;
  const dayOfEra = (shifted - Math.imul(era, 146097)) | 0;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = (dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))) | 0;
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const day = (dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = (yearOfEra + Math.imul(era, 400) + (month <= 2 ? 1 : 0) - shiftYears) | 0;
  return (year * 16 + month) * 32 + day;
}

function packedFarDate(days: number): number {
  const eras = Math.floor(days / 146097);
  return packedDate(days - eras * 146097) + eras * 400 * 512;
}

export function yearOf(days: number): number {
  return Math.floor(packedDate(days) / 512);
}

export function monthOf(days: number): number {
  return Math.floor(packedDate(days) / 32) & 15;
}

export function dayOf(days: number): number {
  return packedDate(days) & 31;
}

export function isRealDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return day <= 28 || daysOfCivil(year, month, day) < daysOfCivil(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1);
}
