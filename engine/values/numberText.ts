/** Numbers as text, Java's way. */

/** Java's Double.toString, with the shortest digits. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const shortest = value.toExponential();
  // Of the doubles that one digit would do for, Java writes the nearest with two.
  return javaText(value, /^-?\de/.test(shortest) ? value.toExponential(1) : shortest);
}

/** Java's Float.toString. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return javaText(value, text);
  }
  return javaText(value, value.toExponential(9));
}

function javaText(value: number, exponential: string): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const sign = exponential.startsWith("-") ? "-" : "";
  const [mantissa, exponentText] = exponential.replace("-", sign === "-" ? "" : "-").split("e") as [string, string];
  const digits = mantissa.replace(".", "").replace(/0+$/, "") || "0";
  const exponent = Number(exponentText);
  if (exponent < -3 || exponent >= 7) return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${exponent}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits.slice(0, exponent + 1).padEnd(exponent + 1, "0")}.${digits.slice(exponent + 1) || "0"}`;
}

/** A double as Spark reads text: Java's grammar, plus the words for infinity and NaN in any case. Undefined when it is none. */
export function parseDouble(text: string): number | undefined {
  const trimmed = trimSpaces(text);
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ""));
  switch (trimmed.toLowerCase()) {
    case "inf":
    case "+inf":
    case "infinity":
    case "+infinity":
      return Infinity;
    case "-inf":
    case "-infinity":
      return -Infinity;
    case "nan":
      return NaN;
    default:
      return undefined;
  }
}

/** A whole number as Spark reads text; `fraction` lets a fraction follow, which is dropped (legacy casts). */
export function parseIntegral(text: string, fraction: boolean): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:(\.)(\d*))?$/.exec(trimSpaces(text));
  if (match === null || (match[3] !== undefined && !fraction)) return undefined;
  // Spark's legacy parser takes a bare point after digits only; a sign alone is nothing.
  if (match[2] === "" && match[4] === undefined) return undefined;
  if (match[2] === "" && match[4] === "") return undefined;
  const magnitude = BigInt(match[2] === "" ? "0" : match[2]!);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** Without leading and trailing whitespace and control characters: Spark's trimAll. */
export function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpaceOrControl(text.charCodeAt(start))) start++;
  while (end > start && isSpaceOrControl(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpaceOrControl(code: number): boolean {
  return code <= 32 || code === 127;
}
