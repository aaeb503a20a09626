const US_PER_DAY = 86_400_000_000n;

/** Year, month (1 to 12) and day of a day number since 1970-01-01, proleptic Gregorian. Counted in eras of 400 years that begin in March. */
export function civilOfDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The day number of a date; the day may lie outside its month. */
export function daysOfCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** `yyyy-MM-dd`; years beyond four digits carry a sign, as in ISO 8601. */
export function dateText(days: number): string {
  const { year, month, day } = civilOfDays(days);
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return `${sign}${String(Math.abs(year)).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** `yyyy-MM-ddTHH:mm:ss.SSS` of microseconds since the epoch, without a zone; six digits where three would lose something. */
export function dateTimeText(microseconds: bigint): string {
  const ofDay = ((microseconds % US_PER_DAY) + US_PER_DAY) % US_PER_DAY;
  const days = Number((microseconds - ofDay) / US_PER_DAY);
  const seconds = Number(ofDay / 1_000_000n);
  const fraction = String(ofDay % 1_000_000n).padStart(6, "0");
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${dateText(days)}T${time}.${fraction.endsWith("000") ? fraction.slice(0, 3) : fraction}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const datePattern = /^([+-]?\d{4,7})-(\d{2})-(\d{2})$/;

/** The day number of `yyyy-MM-dd`; null when it is no date. */
export function parseDate(text: string): number | null {
  const match = datePattern.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const days = daysOfCivil(year, month, day);
  const civil = civilOfDays(days);
  return civil.year === year && civil.month === month && civil.day === day ? days : null;
}

const dateTimePattern = /^([^T ]+)(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Microseconds of an ISO date and time, and whether it names a zone; null when it is none. */
export function parseDateTime(text: string): { microseconds: bigint; zoned: boolean } | null {
  const match = dateTimePattern.exec(text);
  const days = match && parseDate(match[1]!);
  if (!match || days === null) return null;
  const [hour, minute, second] = [Number(match[2] ?? 0), Number(match[3] ?? 0), Number(match[4] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const zone = match[6];
  let seconds = BigInt(days) * 86_400n + BigInt(hour * 3600 + minute * 60 + second);
  if (zone && zone !== "Z") {
    const offset = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60;
    seconds += BigInt(zone[0] === "-" ? offset : -offset);
  }
  return { microseconds: seconds * 1_000_000n + BigInt((match[5] ?? "").padEnd(6, "0")), zoned: zone !== undefined };
}
