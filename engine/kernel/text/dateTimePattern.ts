import { civilOfDays, daysOfCivil } from "../../arrow/civil.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { localToInstant, timeZone } from "../../values/timeZone.js";

/** Dates and times by a pattern of Java's DateTimeFormatter, as the options `timestampFormat` and `dateFormat` give it. Slow and exact; no hot path. */
export interface DateTimePattern {
  parseDate(text: string): number | undefined;
  /** Microseconds of a wall clock. A zone in the pattern is not taken. */
  parseLocal(text: string): bigint | undefined;
  parseTimestamp(text: string, zone: string): bigint | undefined;
  formatDate(days: number): string;
  /** @param micros since the epoch */
  formatTimestamp(micros: bigint, zone: string): string;
}

type Letter = "y" | "M" | "d" | "H" | "m" | "s" | "S" | "X" | "x" | "Z";

/** A run of one letter, or a literal. `optional` is the depth of brackets around it. */
type Part = { readonly letter: Letter; readonly count: number } | { readonly literal: string } | { readonly bracket: "[" | "]" };

const letters = new Set<string>(["y", "M", "d", "H", "m", "s", "S", "X", "x", "Z"]);

/** @throws NOT_YET_SUPPORTED for the letters that are not built */
export function compilePattern(pattern: string): DateTimePattern {
  const parts = partsOf(pattern);
  const regex = new RegExp(`^${parts.map(partRegex).join("")}$`);
  const groups = parts.flatMap((part) => ("letter" in part ? [part.letter] : []));
  const match = (text: string): Map<Letter, string> | undefined => {
    const found = regex.exec(text);
    if (found === null) return undefined;
    return new Map(groups.flatMap((letter, i) => (found[i + 1] === undefined ? [] : [[letter, found[i + 1]!] as const])));
  };
  return {
    parseDate(text) {
      const fields = match(text);
      return fields && daysOf(fields);
    },
    parseLocal(text) {
      const fields = match(text);
      return fields && offsetOf(fields) === null ? localMicros(fields) : undefined;
    },
    parseTimestamp(text, zone) {
      const fields = match(text);
      const micros = fields && localMicros(fields);
      if (micros === undefined) return undefined;
      const offset = offsetOf(fields!);
      if (offset !== null) return micros - BigInt(offset) * 1_000_000n;
      const ofSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
      return BigInt(localToInstant(timeZone(zone), Number((micros - ofSecond) / 1_000_000n))) * 1_000_000n + ofSecond;
    },
    formatDate: (days) => parts.map((part) => formatPart(part, days, 0, 0, 0)).join(""),
    formatTimestamp(micros, zone) {
      const ofSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
      const seconds = Number((micros - ofSecond) / 1_000_000n);
      const offset = timeZone(zone).offsetAt(seconds);
      const days = Math.floor((seconds + offset) / 86_400);
      const ofDay = seconds + offset - days * 86_400;
      return parts.map((part) => formatPart(part, days, ofDay, Number(ofSecond), offset)).join("");
    },
  };
}

function localMicros(fields: Map<Letter, string>): bigint | undefined {
  const days = daysOf(fields);
  const time = timeOf(fields);
  return days === undefined || time === undefined ? undefined : BigInt(days) * 86_400_000_000n + BigInt(time);
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < pattern.length;) {
    const character = pattern[i]!;
    if (character === "'") {
      let close = pattern.indexOf("'", i + 1);
      if (close < 0) close = pattern.length;
      parts.push({ literal: pattern.slice(i + 1, close) || "'" });
      i = close + 1;
    } else if (/[A-Za-z]/.test(character)) {
      let end = i;
      while (pattern[end] === character) end++;
      const count = end - i;
      if (!letters.has(character) || (character === "M" && count > 2))
        throw notYetSupported(`\`${pattern.slice(i, end)}\` in the pattern ${pattern}`);
      parts.push({ letter: character as Letter, count });
      i = end;
    } else {
      parts.push(character === "[" || character === "]" ? { bracket: character } : { literal: character });
      i++;
    }
  }
  return parts;
}

function partRegex(part: Part): string {
  if ("literal" in part) return part.literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  if ("bracket" in part) return part.bracket === "[" ? "(?:" : ")?";
  switch (part.letter) {
    case "y":
      return part.count === 2 ? "(\\d{2})" : part.count < 4 ? "([+-]?\\d{1,9})" : "(-?\\d{4}|[+-]\\d{5,9})";
    case "S":
      return `(\\d{${part.count}})`;
    case "X":
      return part.count === 1 ? "(Z|[+-]\\d{2}(?:\\d{2})?)" : part.count === 2 ? "(Z|[+-]\\d{4})" : "(Z|[+-]\\d{2}:\\d{2}(?::\\d{2})?)";
    case "x":
      return part.count === 1 ? "([+-]\\d{2}(?:\\d{2})?)" : part.count === 2 ? "([+-]\\d{4})" : "([+-]\\d{2}:\\d{2}(?::\\d{2})?)";
    case "Z":
      return "([+-]\\d{4})";
    default:
      return part.count === 1 ? "(\\d{1,2})" : "(\\d{2})";
  }
}

function daysOf(fields: Map<Letter, string>): number | undefined {
  const text = fields.get("y") ?? "1970";
  const year = text.length === 2 ? 2000 + Number(text) : Number(text);
  const [month, day] = [Number(fields.get("M") ?? 1), Number(fields.get("d") ?? 1)];
  if (month < 1 || month > 12 || day < 1) return undefined;
  const days = daysOfCivil(year, month, day);
  return civilOfDays(days).month === month ? days : undefined;
}

function timeOf(fields: Map<Letter, string>): number | undefined {
  const [hour, minute, second] = [Number(fields.get("H") ?? 0), Number(fields.get("m") ?? 0), Number(fields.get("s") ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return (hour * 3600 + minute * 60 + second) * 1_000_000 + Number((fields.get("S") ?? "").slice(0, 6).padEnd(6, "0"));
}

/** Seconds east of UTC that the text says; null when it says none. */
function offsetOf(fields: Map<Letter, string>): number | null {
  const text = fields.get("X") ?? fields.get("x") ?? fields.get("Z");
  if (text === undefined) return null;
  if (text === "Z") return 0;
  const digits = text.slice(1).replaceAll(":", "").padEnd(6, "0");
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4));
  return text[0] === "-" ? -seconds : seconds;
}

function formatPart(part: Part, days: number, secondOfDay: number, microOfSecond: number, offset: number): string {
  if ("literal" in part) return part.literal;
  if ("bracket" in part) return "";
  const { letter, count } = part;
  const pad = (value: number): string => String(value).padStart(count, "0");
  switch (letter) {
    case "y": {
      const { year } = civilOfDays(days);
      if (count === 2) return String(((year % 100) + 100) % 100).padStart(2, "0");
      return `${year < 0 ? "-" : year > 9999 && count === 4 ? "+" : ""}${pad(Math.abs(year))}`;
    }
    case "M":
      return pad(civilOfDays(days).month);
    case "d":
      return pad(civilOfDays(days).day);
    case "H":
      return pad(Math.floor(secondOfDay / 3600));
    case "m":
      return pad(Math.floor(secondOfDay / 60) % 60);
    case "s":
      return pad(secondOfDay % 60);
    case "S":
      return String(microOfSecond).padStart(6, "0").padEnd(count, "0").slice(0, count);
    default:
      return letter === "X" && offset === 0 ? "Z" : offsetText(offset, letter === "Z" ? 2 : count);
  }
}

/** `+01`, `+0100` or `+01:00` by `count`; seconds only where there are some. */
function offsetText(offset: number, count: number): string {
  const size = Math.abs(offset);
  const [hours, minutes, seconds] = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60].map((value) =>
    String(value).padStart(2, "0"),
  );
  const colon = count >= 3 ? ":" : "";
  const rest = count === 1 && minutes === "00" ? "" : `${colon}${minutes}`;
  return `${offset < 0 ? "-" : "+"}${hours}${rest}${seconds === "00" || count < 3 ? "" : `:${seconds}`}`;
}
