import type { TimeZone } from "../../../values/timeZone.js";
import { eraNames, halves, monthNames, shortEras, shortMonths } from "./names.js";
import type { Part } from "./parts.js";
import { zoneAt } from "./zones.js";

/** What a text said, by Java's fields. */
export interface ParsedFields {
  readonly values: Map<Field, number>;
  zone: TimeZone | null;
  offsetSeconds: number | null;
}

export type Field =
  | "year"
  | "yearOfEra"
  | "era"
  | "month"
  | "day"
  | "dayOfYear"
  | "half"
  | "hour"
  | "hour24"
  | "hour12"
  | "hour11"
  | "minute"
  | "second"
  | "micros";

/** How digits become a number. `max` digits at most; `follow` digits behind it belong to the fields that follow without anything between. */
interface NumberRule {
  readonly field: Field;
  readonly min: number;
  readonly max: number;
  readonly sign: "normal" | "never" | "exceeds";
  readonly base?: number;
}

const numberFields: Readonly<Record<string, Field>> = {
  M: "month",
  L: "month",
  d: "day",
  D: "dayOfYear",
  H: "hour",
  k: "hour24",
  h: "hour12",
  K: "hour11",
  m: "minute",
  s: "second",
};

function numberRule({ letter, count }: { readonly letter: string; readonly count: number }, hasEra: boolean): NumberRule | null {
  if (letter === "y") {
    const field = hasEra ? "yearOfEra" : "year";
    if (count === 2) return { field, min: 2, max: 2, sign: "never", base: 2000 };
    return { field, min: count, max: 19, sign: count < 4 ? "normal" : "exceeds" };
  }
  const field = numberFields[letter];
  if (field === undefined || count > 2 + (letter === "D" ? 1 : 0)) return null;
  if (letter === "D") return count === 1 ? { field, min: 1, max: 19, sign: "normal" } : { field, min: count, max: 3, sign: "never" };
  return count === 1 ? { field, min: 1, max: 19, sign: "normal" } : { field, min: 2, max: 2, sign: "never" };
}

/**
 * Reads a text by a pattern, as Java's strict formatter does: parts take what they can from left to right, nothing is tried twice. Null when the text does not
 * follow the pattern to its end.
 */
export function parseParts(parts: readonly Part[], text: string, hasEra: boolean): ParsedFields | null {
  const fields: ParsedFields = { values: new Map(), zone: null, offsetSeconds: null };
  return readParts(parts, text, 0, fields, hasEra) === text.length ? fields : null;
}

/** The place behind what was read; −1 where the text does not follow. */
function readParts(parts: readonly Part[], text: string, start: number, fields: ParsedFields, hasEra: boolean): number {
  let at = start;
  for (let i = 0; i < parts.length && at >= 0; i++) at = readPart(parts, i, text, at, fields, hasEra);
  return at;
}

function readPart(parts: readonly Part[], i: number, text: string, at: number, fields: ParsedFields, hasEra: boolean): number {
  const part = parts[i]!;
  if (part.kind === "literal")
    return text.slice(at, at + part.text.length).toLowerCase() === part.text.toLowerCase() ? at + part.text.length : -1;
  if (part.kind === "optional") {
    const kept: ParsedFields = { values: new Map(fields.values), zone: fields.zone, offsetSeconds: fields.offsetSeconds };
    const end = readParts(part.parts, text, at, kept, hasEra);
    if (end < 0) return at;
    for (const [field, value] of kept.values) fields.values.set(field, value);
    fields.zone = kept.zone;
    fields.offsetSeconds = kept.offsetSeconds;
    return end;
  }
  const rule = numberRule(part, hasEra);
  if (rule !== null) return readNumber(rule, following(parts, i, rule, hasEra), text, at, fields);
  switch (part.letter) {
    case "S":
      return readFraction(part.count, text, at, fields);
    case "M":
    case "L":
      return readName("month", part.count === 3 ? shortMonths : monthNames, 1, text, at, fields);
    case "G":
      return readName("era", part.count === 4 ? eraNames : shortEras, 0, text, at, fields);
    case "a":
      return readName("half", halves, 0, text, at, fields);
    default:
      return readZone(part.letter, part.count, text, at, fields);
  }
}

/** The digits of the fields of fixed width that stand directly behind a number of any width. */
function following(parts: readonly Part[], i: number, rule: NumberRule, hasEra: boolean): number {
  if (rule.min === rule.max) return 0;
  let digits = 0;
  for (const next of parts.slice(i + 1)) {
    const nextRule = next.kind === "field" ? numberRule(next, hasEra) : null;
    if (nextRule === null || nextRule.min !== nextRule.max) break;
    digits += nextRule.min;
  }
  return digits;
}

function readNumber(rule: NumberRule, follow: number, text: string, start: number, fields: ParsedFields): number {
  let at = start;
  const sign = text[at] === "+" || text[at] === "-" ? text[at]! : "";
  if (sign !== "") {
    if (rule.sign === "never" || (rule.sign === "normal" && sign === "+")) return -1;
    at++;
  }
  const digits = /^\d*/.exec(text.slice(at, at + rule.max + follow))![0].length;
  if (digits < rule.min) return -1;
  const length = follow > 0 ? Math.max(rule.min, digits - follow) : digits;
  if (rule.sign === "exceeds" && ((sign === "+" && length <= rule.min) || (sign === "" && length > rule.min))) return -1;
  const value = Number(text.slice(at, at + length));
  if (sign === "-" && value === 0) return -1;
  return put(fields, rule.field, (rule.base ?? 0) + (sign === "-" ? -value : value)) ? at + length : -1;
}

function readFraction(count: number, text: string, at: number, fields: ParsedFields): number {
  const digits = new RegExp(`^\\d{1,${count}}`).exec(text.slice(at))?.[0];
  if (digits === undefined) return -1;
  return put(fields, "micros", Number(digits.padEnd(9, "0").slice(0, 6))) ? at + digits.length : -1;
}

function readName(field: Field, names: readonly string[], first: number, text: string, at: number, fields: ParsedFields): number {
  const rest = text.slice(at).toLowerCase();
  const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()));
  if (index < 0) return -1;
  return put(fields, field, index + first) ? at + names[index]!.length : -1;
}

/** A field that a text says twice must say the same. */
function put({ values }: ParsedFields, field: Field, value: number): boolean {
  const before = values.get(field);
  values.set(field, value);
  return before === undefined || before === value;
}

const offsetForms: Readonly<Record<string, readonly string[]>> = {
  x: ["\\d{2}(?:\\d{2})?", "\\d{4}", "\\d{2}:\\d{2}", "\\d{4}(?:\\d{2})?", "\\d{2}:\\d{2}(?::\\d{2})?"],
  Z: ["\\d{4}", "\\d{4}", "\\d{4}", "", "\\d{2}:\\d{2}(?::\\d{2})?"],
};

function readZone(letter: string, count: number, text: string, at: number, fields: ParsedFields): number {
  if (letter === "V" || letter === "z") {
    const found = zoneAt(text, at, letter === "z");
    if (found === null) return -1;
    fields.zone = found.zone;
    return at + found.length;
  }
  const rest = text.slice(at);
  if (letter === "O" || (letter === "Z" && count === 4)) {
    const found = /^GMT(?:([+-])(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?)?/i.exec(rest);
    if (found === null) return -1;
    fields.offsetSeconds = signed(found[1], found[2], found[3], found[4]);
    return at + found[0].length;
  }
  if ((letter === "X" || (letter === "Z" && count === 5)) && /^z/i.test(rest)) {
    fields.offsetSeconds = 0;
    return at + 1;
  }
  const form = offsetForms[letter === "Z" ? "Z" : "x"]![count - 1]!;
  const found = new RegExp(`^([+-])(${form})`).exec(rest);
  if (found === null) return -1;
  const digits = found[2]!.replaceAll(":", "");
  fields.offsetSeconds = signed(found[1], digits.slice(0, 2), digits.slice(2, 4), digits.slice(4));
  return fields.offsetSeconds === null ? -1 : at + found[0].length;
}

function signed(sign: string | undefined, hours = "0", minutes = "0", seconds = "0"): number | null {
  const [h, m, s] = [Number(hours), Number(minutes || "0"), Number(seconds || "0")];
  const total = h * 3600 + m * 60 + s;
  if (m > 59 || s > 59 || total > 18 * 3600) return null;
  return sign === "-" ? -total : total;
}
