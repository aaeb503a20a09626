const dayUs = 86_400_000_000n;

/** `yyyy-MM-dd` of a number of days since 1970-01-01, proleptic Gregorian. */
export function civilDate(days: number): string {
  // The era is 400 years; years begin in March, so that the leap day is the last of its year.
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** `yyyy-MM-dd HH:mm:ss[.ffffff]` of microseconds since 1970-01-01T00:00:00, without trailing zeros of the fraction. */
export function civilTime(microseconds: bigint): string {
  let days = microseconds / dayUs;
  if (microseconds % dayUs < 0n) days--;
  const inDay = Number(microseconds - days * dayUs);
  const fraction =
    inDay % 1_000_000 === 0
      ? ""
      : `.${String(inDay % 1_000_000)
          .padStart(6, "0")
          .replace(/0+$/, "")}`;
  return `${civilDate(Number(days))} ${two(inDay / 3_600_000_000)}:${two((inDay / 60_000_000) % 60)}:${two((inDay / 1_000_000) % 60)}${fraction}`;
}

function two(n: number): string {
  return String(Math.floor(n)).padStart(2, "0");
}
