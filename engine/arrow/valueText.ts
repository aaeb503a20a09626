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

/** A double (or float) as Java and so Spark writes it: `1.0`, `1.0E10`, `NaN`. */
export function doubleText(value: number, isFloat = false): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const [mantissa, exponent] = shortestDigits(size, isFloat).split("e") as [string, string];
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (size === 0) return `${sign}0.0`;
  if (size >= 1e-3 && size < 1e7) return `${sign}${plainDigits(mantissa.replace(".", ""), Number(exponent))}`;
  return `${sign}${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

/** The fewest digits that give the value back, as `d.ddde±x`. */
function shortestDigits(value: number, isFloat: boolean): string {
  if (!isFloat) return value.toExponential();
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text.replace(/\.?0+e/, "e");
  }
  return value.toExponential();
}

function plainDigits(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 2, "0");
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`;
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
