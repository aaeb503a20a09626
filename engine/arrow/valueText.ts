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
export function dayTimeIntervalText(microseconds: bigint): string {
  const size = microseconds < 0n ? -microseconds : microseconds;
  const seconds = size / 1_000_000n;
  const fraction = (size % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  const time = `${two((seconds / 3600n) % 24n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction && `.${fraction}`}`;
  return `INTERVAL '${microseconds < 0n ? "-" : ""}${seconds / 86_400n} ${time}' DAY TO SECOND`;
}

/** Spark's text of a year-month interval. */
export function yearMonthIntervalText(months: number): string {
  const size = Math.abs(months);
  return `INTERVAL '${months < 0 ? "-" : ""}${Math.floor(size / 12)}-${size % 12}' YEAR TO MONTH`;
}

function two(value: bigint): string {
  return value.toString().padStart(2, "0");
}
