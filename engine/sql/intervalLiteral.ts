import { StreamingError } from "../errors/streamingError.js";
import { types } from "../arrow/types.js";
import type { IntervalValue } from "../arrow/value.js";
import { literal, type Literal } from "../expression/expression.js";
import { IntervalSum, intervalUnit, parseInterval, type IntervalUnit } from "../values/interval.js";
import type { TokenStream } from "./tokenStream.js";

/** Whether what follows the word INTERVAL makes it a literal rather than a column of that name. */
export function startsIntervalLiteral(tokens: TokenStream): boolean {
  const after = tokens.peek(1);
  if (after.kind === "string" || after.kind === "number") return true;
  return (
    (after.word === "-" || after.word === "+") &&
    ["string", "number"].includes(tokens.peek(2).kind) &&
    intervalUnit(tokens.peek(3).text) !== null
  );
}

/**
 * `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '3 days'`; the word INTERVAL comes next. A day-time interval or a year-month
 * one: Spark allows no mixture in a literal.
 */
export function intervalLiteral(tokens: TokenStream): Literal {
  const start = tokens.expect("INTERVAL").start;
  const value = tokens.peek(0).kind === "string" && unitAt(tokens, 1) === null ? textLiteral(tokens.next().text) : terms(tokens);
  return typed(value, tokens.text.slice(start, tokens.end));
}

/** @throws INVALID_TYPED_LITERAL */
function textLiteral(text: string): IntervalValue {
  try {
    return parseInterval(text);
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    throw new StreamingError("INVALID_TYPED_LITERAL", { valueType: '"INTERVAL"', value: `'${text}'` });
  }
}

function terms(tokens: TokenStream): IntervalValue {
  const sum = new IntervalSum();
  do {
    const negative = tokens.accept("-");
    if (!negative) tokens.accept("+");
    const token = tokens.next();
    const from = unitAt(tokens, 0);
    if (from === null) throw tokens.unexpected("expected a unit of time");
    tokens.next();
    if (tokens.accept("TO")) {
      const to = unitAt(tokens, 0);
      if (to === null) throw tokens.unexpected("expected a unit of time");
      tokens.next();
      fromTo(sum, token.text, negative, from, to);
    } else if (token.kind === "string") {
      const parsed = parseInterval(`${token.text} ${from}`);
      addInterval(sum, parsed, negative);
    } else {
      addInterval(sum, parseInterval(`${token.text} ${from}`), negative);
    }
  } while (startsTerm(tokens));
  return valueOf(sum, tokens);
}

function startsTerm(tokens: TokenStream): boolean {
  const sign = tokens.isAny("-", "+") ? 1 : 0;
  const kind = tokens.peek(sign).kind;
  return (kind === "number" || kind === "string") && unitAt(tokens, sign + 1) !== null;
}

function unitAt(tokens: TokenStream, ahead: number): IntervalUnit | null {
  const token = tokens.peek(ahead);
  return token.kind === "identifier" ? intervalUnit(token.text) : null;
}

function addInterval(sum: IntervalSum, { months, days, microseconds }: IntervalValue, negative: boolean): void {
  const sign = negative ? -1n : 1n;
  sum.add(sign * BigInt(months), "month");
  sum.add(sign * BigInt(days), "day");
  sum.add(sign * microseconds, "microsecond");
}

const dayTime: readonly IntervalUnit[] = ["day", "hour", "minute", "second"];
const patterns: readonly { readonly units: readonly IntervalUnit[]; readonly pattern: RegExp }[] = [
  { units: ["year", "month"], pattern: /^([+-])?(\d+)-(\d+)$/ },
  { units: ["day", "hour"], pattern: /^([+-])?(\d+) (\d{1,2})$/ },
  { units: ["day", "hour", "minute"], pattern: /^([+-])?(\d+) (\d{1,2}):(\d{1,2})$/ },
  { units: ["day", "hour", "minute", "second"], pattern: /^([+-])?(\d+) (\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)$/ },
  { units: ["hour", "minute"], pattern: /^([+-])?(\d+):(\d{1,2})$/ },
  { units: ["hour", "minute", "second"], pattern: /^([+-])?(\d+):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)$/ },
  { units: ["minute", "second"], pattern: /^([+-])?(\d+):(\d{1,2}(?:\.\d{1,9})?)$/ },
];

const limits: Partial<Record<IntervalUnit, number>> = { month: 11, hour: 23, minute: 59, second: 59 };

/** `'1 02:03:04.5' DAY TO SECOND`. */
function fromTo(sum: IntervalSum, text: string, negative: boolean, from: IntervalUnit, to: IntervalUnit): void {
  const units = from === "year" && to === "month" ? ["year", "month"] : dayTime.slice(dayTime.indexOf(from), dayTime.indexOf(to) + 1);
  const shape = patterns.find((p) => p.units.join() === units.join());
  if (shape === undefined) throw new StreamingError("INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", { input: text, from, to });
  const match = shape.pattern.exec(text.trim());
  if (!match) throw unmatched(text, from, to);
  const sign = (match[1] === "-") === negative ? "" : "-";
  shape.units.forEach((unit, i) => {
    const part = match[i + 2]!;
    if (i > 0 && Math.floor(Number(part)) > (limits[unit] ?? Number.MAX_SAFE_INTEGER)) throw outOfRange(text, from, to);
    addInterval(sum, parseInterval(`${sign}${part} ${unit}`), false);
  });
}

function unmatched(input: string, from: string, to: string): StreamingError {
  const notice = from === "year" ? "" : "_WITH_NOTICE";
  return new StreamingError(`INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING${notice}`, { input, intervalStr: `${from} to ${to}` });
}

function outOfRange(input: string, from: string, to: string): StreamingError {
  return new StreamingError("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", { input, interval: `${from} to ${to}` });
}

function valueOf(sum: IntervalSum, tokens: TokenStream): IntervalValue {
  try {
    return sum.value();
  } catch {
    throw new StreamingError("INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", { input: tokens.text });
  }
}

const dayUs = 86_400_000_000n;

function typed({ months, days, microseconds }: IntervalValue, text: string): Literal {
  const monthUnits = unitRange(text, ["year", "month"]);
  const timeUnits = unitRange(text, dayTime);
  if (monthUnits !== null && timeUnits !== null) throw new StreamingError("INTERVAL_MIXES_MONTHS_AND_TIME", { literal: text });
  if (monthUnits !== null) return literal(months, { ...types.intervalYearMonth, units: monthUnits });
  return literal(BigInt(days) * dayUs + microseconds, { ...types.intervalDayTime, units: timeUnits ?? "day to second" });
}

const unitWords = /year|month|week|day|hour|minute|millisecond|microsecond|second/gi;

/** The units of one kind that a text names, from the largest to the smallest: `day`, `hour to second`; null when it names none. */
function unitRange(text: string, order: readonly IntervalUnit[]): string | null {
  const named = (text.match(unitWords) ?? []).map((word) => {
    const unit = word.toLowerCase();
    return unit === "week" ? "day" : unit.endsWith("second") ? "second" : unit;
  });
  const present = order.filter((unit) => named.includes(unit));
  if (present.length === 0) return null;
  return present.length === 1 ? present[0]! : `${present[0]!} to ${present.at(-1)!}`;
}
