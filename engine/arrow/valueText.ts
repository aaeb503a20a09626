/** A decimal of an unscaled value with exactly `scale` fraction digits. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The unscaled value of a number as text (`12.50`, `1e-3`); null when it is no number or has more than `scale` fraction digits. */
export function parseDecimal(text: string, scale: number): bigint | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match || (match[2] === "" && !match[3])) return null;
  const fraction = match[3] ?? "";
  const shift = scale + Number(match[4] ?? 0) - fraction.length;
  let digits = match[2]! + fraction;
  if (shift >= 0) digits += "0".repeat(shift);
  else {
    const kept = digits.padStart(-shift + 1, "0");
    if (/[1-9]/.test(kept.slice(shift))) return null;
    digits = kept.slice(0, shift);
  }
  return match[1] === "-" ? -BigInt(digits) : BigInt(digits);
}

/** Spark's text of a day-time interval. */
export function dayTimeIntervalText(microseconds: bigint, units = "day to second"): string {
  const size = microseconds < 0n ? -microseconds : microseconds;
  const fraction = (size % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  const [from, to = from] = units.split(" to ") as [DayTimeUnit, DayTimeUnit?];
  const parts = dayTimeUnits.slice(dayTimeUnits.indexOf(from), dayTimeUnits.indexOf(to) + 1).map((unit, i) => {
    const count = i === 0 ? size / unitUs[unit] : (size % unitUs[dayTimeUnits[dayTimeUnits.indexOf(unit) - 1]!]) / unitUs[unit];
    const digits = unit === "day" ? String(count) : two(count);
    const separator = i === 0 ? "" : unit === "hour" ? " " : ":";
    return `${separator}${digits}${unit === "second" && fraction !== "" ? `.${fraction}` : ""}`;
  });
  return `INTERVAL '${microseconds < 0n ? "-" : ""}${parts.join("")}' ${units.toUpperCase()}`;
}

export const dayTimeUnits = ["day", "hour", "minute", "second"] as const;
type DayTimeUnit = (typeof dayTimeUnits)[number];

/** Microseconds of a unit. */
export const unitUs: Readonly<Record<DayTimeUnit, bigint>> = {
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
};

/** Spark's text of a year-month interval. */
export function yearMonthIntervalText(months: number, units = "year to month"): string {
  const size = Math.abs(months);
  const text = units === "year" ? Math.floor(size / 12) : units === "month" ? size : `${Math.floor(size / 12)}-${size % 12}`;
  return `INTERVAL '${months < 0 ? "-" : ""}${text}' ${units.toUpperCase()}`;
}

function two(value: bigint): string {
  return value.toString().padStart(2, "0");
}
