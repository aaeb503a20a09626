import { civilFromDays, dayOfYear, isoWeekday } from "../../../values/calendar.js";
import type { TimeZone } from "../../../values/timeZone.js";
import { dayNames, eraNames, halves, monthNames, quarterNames, shortDays, shortEras, shortMonths } from "./names.js";
import type { Part } from "./parts.js";
import { zoneName } from "./zones.js";

/** A wall clock, and the zone that it hangs in. */
export interface Clock {
  readonly days: number;
  readonly secondOfDay: number;
  readonly microOfSecond: number;
  readonly offsetSeconds: number;
  readonly epochSeconds: number;
  readonly zone: TimeZone;
  readonly zoneId: string;
}

/** A clock written by a pattern. With an era in the pattern years count in it; otherwise they have signs. */
export function formatParts(parts: readonly Part[], clock: Clock, hasEra: boolean): string {
  let text = "";
  for (const part of parts) {
    if (part.kind === "literal") text += part.text;
    else if (part.kind === "optional") text += formatParts(part.parts, clock, hasEra);
    else text += field(part.letter, part.count, clock, hasEra);
  }
  return text;
}

function field(letter: string, count: number, clock: Clock, hasEra: boolean): string {
  const { days, secondOfDay } = clock;
  const pad = (value: number): string => String(value).padStart(count, "0");
  const hour = Math.floor(secondOfDay / 3600);
  switch (letter) {
    case "y":
      return yearText(civilFromDays(days).year, count, hasEra);
    case "G": {
      const era = civilFromDays(days).year > 0 ? 1 : 0;
      return count === 4 ? eraNames[era] : shortEras[era];
    }
    case "M":
    case "L":
      return named(civilFromDays(days).month, count, shortMonths, monthNames);
    case "Q":
    case "q": {
      const quarter = Math.ceil(civilFromDays(days).month / 3);
      return named(quarter, count, ["Q1", "Q2", "Q3", "Q4"], quarterNames);
    }
    case "d":
      return pad(civilFromDays(days).day);
    case "D":
      return pad(dayOfYear(days));
    case "F":
      return String(((civilFromDays(days).day - 1) % 7) + 1);
    case "E":
      return count === 4 ? dayNames[isoWeekday(days) - 1]! : shortDays[isoWeekday(days) - 1]!;
    case "a":
      return halves[hour < 12 ? 0 : 1];
    case "H":
      return pad(hour);
    case "k":
      return pad(hour === 0 ? 24 : hour);
    case "K":
      return pad(hour % 12);
    case "h":
      return pad(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return pad(Math.floor(secondOfDay / 60) % 60);
    case "s":
      return pad(secondOfDay % 60);
    case "S":
      return String(clock.microOfSecond).padStart(6, "0").padEnd(9, "0").slice(0, count);
    default:
      return zoneText(letter, count, clock);
  }
}

function named(value: number, count: number, short: readonly string[], long: readonly string[]): string {
  if (count < 3) return String(value).padStart(count, "0");
  return (count === 3 ? short : long)[value - 1]!;
}

function yearText(year: number, count: number, hasEra: boolean): string {
  const shown = hasEra && year <= 0 ? 1 - year : year;
  if (count === 2) return String(Math.abs(shown) % 100).padStart(2, "0");
  const digits = String(Math.abs(shown)).padStart(count, "0");
  if (shown < 0) return `-${digits}`;
  return count > 3 && digits.length > count ? `+${digits}` : digits;
}

function zoneText(letter: string, count: number, clock: Clock): string {
  const { offsetSeconds: offset } = clock;
  switch (letter) {
    case "V":
      return clock.zoneId;
    case "z":
      return zoneName(clock.zone, clock.zoneId, clock.epochSeconds, count === 4 ? "long" : "short");
    case "O":
      return localizedOffset(offset, count === 4);
    case "Z":
      if (count === 4) return localizedOffset(offset, true);
      return count === 5 ? (offset === 0 ? "Z" : offsetText(offset, 5)) : offsetText(offset, 2);
    default:
      return letter === "X" && offset === 0 ? "Z" : offsetText(offset, count);
  }
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function fieldsOf(offset: number): readonly [sign: string, hours: string, minutes: string, seconds: string] {
  const size = Math.abs(offset);
  return [offset < 0 ? "-" : "+", two(Math.floor(size / 3600)), two(Math.floor(size / 60) % 60), two(size % 60)];
}

/** `+01`, `+0100`, `+01:00`, `+010000`, `+01:00:00` by `count`; from four on seconds only where there are some. */
function offsetText(offset: number, count: number): string {
  const [sign, hours, minutes, seconds] = fieldsOf(offset);
  if (count === 1 && minutes === "00") return `${sign}${hours}`;
  const colon = count === 3 || count === 5 ? ":" : "";
  return `${sign}${hours}${colon}${minutes}${seconds === "00" || count < 4 ? "" : `${colon}${seconds}`}`;
}

/** `GMT+8`, `GMT+08:00`. */
function localizedOffset(offset: number, full: boolean): string {
  if (offset === 0) return "GMT";
  const [sign, hours, minutes, seconds] = fieldsOf(offset);
  if (full) return `GMT${sign}${hours}:${minutes}${seconds === "00" ? "" : `:${seconds}`}`;
  const rest = seconds === "00" ? (minutes === "00" ? "" : `:${minutes}`) : `:${minutes}:${seconds}`;
  return `GMT${sign}${Number(hours)}${rest}`;
}
