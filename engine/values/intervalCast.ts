import type { DataType } from "../arrow/types.js";
import { dayTimeUnits, unitUs } from "../arrow/valueText.js";
import { StreamingError } from "../errors/streamingError.js";
import { divideHalfUp } from "./decimal.js";

/** Casts of day-time and year-month intervals: from texts, and from and to numbers of their last unit. */

export type AnsiInterval = Extract<DataType, { kind: "interval_daytime" | "interval_yearmonth" }>;

const allUnits = ["year", "month", ...dayTimeUnits] as const;
type Unit = (typeof allUnits)[number];

/** What a unit is, in months or in microseconds. */
const sizes: Readonly<Record<Unit, bigint>> = { year: 12n, month: 1n, ...unitUs };

/** The most that a unit counts behind a larger one. */
const limits: Readonly<Record<Unit, bigint>> = { year: -1n, month: 11n, day: -1n, hour: 23n, minute: 59n, second: 59n };

/** The units of a type, from the largest to the smallest: all that lie between. */
export function unitsOf(type: AnsiInterval): readonly Unit[] {
  const named = type.units ?? (type.kind === "interval_daytime" ? "day to second" : "year to month");
  const [from, to = from] = named.split(" to ") as [Unit, Unit?];
  return allUnits.slice(allUnits.indexOf(from), allUnits.indexOf(to) + 1);
}

/** The size of the smallest unit of a type: what a whole number counts. */
export function lastUnit(type: AnsiInterval): bigint {
  return sizes[unitsOf(type).at(-1)!];
}

const fraction = "(?:\\.\\d{1,9})?";

/** `1`, `1-2`, `1 02:03:04.5`: the shape of the units. */
function shapeOf(units: readonly Unit[]): RegExp {
  const parts = units.map((unit, i) => {
    const digits = i === 0 ? "\\d+" : "\\d{1,2}";
    const separator = i === 0 ? "" : unit === "month" ? "-" : unit === "hour" ? " " : ":";
    return `${separator}(${digits}${unit === "second" ? fraction : ""})`;
  });
  return new RegExp(`^([+-]?)${parts.join("")}$`);
}

/**
 * The interval that a text says, in months or microseconds: in the shape of the type's units, or as a literal of them (`INTERVAL '1-2' YEAR TO MONTH`).
 *
 * @throws INVALID_INTERVAL_FORMAT.…
 */
export function intervalOfText(input: string, type: AnsiInterval): bigint {
  const units = unitsOf(type);
  const name = units.length === 1 ? units[0]! : `${units[0]!} to ${units.at(-1)!}`;
  const literal = new RegExp(`^interval\\s+([+-]?)'(.*)'\\s+${name.replaceAll(" ", "\\s+")}$`, "i").exec(input.trim());
  const text = literal === null ? input.trim() : literal[2]!.trim();
  const match = shapeOf(units).exec(text);
  if (match === null) throw unmatched(input, name, type);
  let sum = 0n;
  for (const [i, unit] of units.entries()) {
    const [whole, rest = ""] = match[i + 2]!.split(".");
    const count = BigInt(whole!);
    if (i > 0 && count > limits[unit]) throw new StreamingError("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", { input, interval: name });
    sum += count * sizes[unit] + (rest === "" ? 0n : BigInt(rest.padEnd(9, "0").slice(0, 6)));
  }
  return (match[1] === "-") === (literal?.[1] === "-") ? sum : -sum;
}

function unmatched(input: string, intervalStr: string, type: AnsiInterval): StreamingError {
  const notice = type.kind === "interval_daytime" ? "_WITH_NOTICE" : "";
  return new StreamingError(`INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING${notice}`, { input, intervalStr });
}

/** A number of the type's smallest unit, given without its decimal point, as an interval. */
export function intervalOfNumber(unscaled: bigint, scale: number, type: AnsiInterval): bigint {
  return divideHalfUp(unscaled * lastUnit(type), 10n ** BigInt(scale));
}

/** An interval as a whole number of the type's smallest unit; what is less is lost. */
export function numberOfInterval(value: bigint, type: AnsiInterval): bigint {
  return value / lastUnit(type);
}
