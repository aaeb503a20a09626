import type { Timestamp } from "../../engine/arrow/rows.js";
import type { Column, Operand, RefsOf } from "../column.js";
import { callMixed, callOver, literalColumn, unary, type ColumnOrName, type Takes, type TakesValue } from "./make.js";

/** Dates and times as texts of a pattern, of their parts, and in units. */

/** A timestamp as a text of a pattern (Java's DateTimeFormatter). @example df.select(dateFormat("at", "yyyy-MM-dd HH:mm").as("text")) */
export function dateFormat<const C extends ColumnOrName>(
  time: C,
  pattern: string,
): Column<string | null, Takes<C, "date", "dateFormat">, never> {
  return callOver("date_format", [time, literalColumn(pattern)]);
}

/** A date or timestamp as a text of a pattern, a number of a format (`99,999`), a binary by `base64`, `hex` or `utf-8`. @example df.select(toChar("at", "yyyy").as("text")) */
export function toChar<const C extends ColumnOrName>(time: C, pattern: string): Column<string | null, RefsOf<C>, never> {
  return callOver("to_char", [time, literalColumn(pattern)]);
}

/** The same as `toChar`. @example df.select(toVarchar("at", "yyyy").as("text")) */
export function toVarchar<const C extends ColumnOrName>(time: C, pattern: string): Column<string | null, RefsOf<C>, never> {
  return callOver("to_varchar", [time, literalColumn(pattern)]);
}

/** Seconds since 1970 as a text, `yyyy-MM-dd HH:mm:ss` where no pattern is given. @example df.select(fromUnixtime("id").as("text")) */
export function fromUnixtime<const C extends ColumnOrName>(
  seconds: C,
  pattern?: string,
): Column<string | null, Takes<C, "number", "fromUnixtime">, never> {
  return callOver("from_unixtime", pattern === undefined ? [seconds] : [seconds, literalColumn(pattern)]);
}

/** The same as `unixTimestamp` of a time. @example df.select(toUnixTimestamp("at").as("s")) */
export function toUnixTimestamp<const C extends ColumnOrName>(time: C, pattern?: string): Column<number | null, RefsOf<C>, never> {
  return callOver("to_unix_timestamp", pattern === undefined ? [time] : [time, literalColumn(pattern)]);
}

/** The wall clock of one zone as that of another. @example df.select(convertTimezone(lit("UTC"), lit("Asia/Tokyo"), toTimestampNtz(lit("2024-05-01 12:00:00"))).as("t")) */
export function convertTimezone<const S extends ColumnOrName, const T extends ColumnOrName, const C extends ColumnOrName>(
  source: S,
  target: T,
  time: C,
): Column<string | null, Takes<S | T, "text", "convertTimezone"> | Takes<C, "date", "convertTimezone">, never> {
  return callOver("convert_timezone", [source, target, time]);
}

/** The short name of the day of the week. @example df.select(dayname("at").as("d")) */
export const dayname = unary<string | null, "dayname", "date">("dayname");
/** The short name of the month. @example df.select(monthname("at").as("m")) */
export const monthname = unary<string | null, "monthname", "date">("monthname");
/** The date that many days after 1970-01-01. @example df.select(dateFromUnixDate(lit(19844)).as("d")) */
export const dateFromUnixDate = unary<string | null, "date_from_unix_date", "number">("date_from_unix_date");

/** A timestamp some units later. @example df.select(timestampAdd("MONTH", lit(2), "at").as("t")) */
export function timestampAdd<const Q extends ColumnOrName, const C extends ColumnOrName>(
  unit: string,
  quantity: Q,
  time: C,
): Column<Timestamp | null, Takes<Q, "number", "timestampAdd"> | Takes<C, "date", "timestampAdd">, never> {
  return callOver("timestampadd", [literalColumn(unit), quantity, time]);
}

/** Whole units from one timestamp to another. @example df.select(timestampDiff("HOUR", "at", currentTimestamp()).as("h")) */
export function timestampDiff<const S extends ColumnOrName, const E extends ColumnOrName>(
  unit: string,
  start: S,
  end: E,
): Column<number | null, Takes<S | E, "date", "timestampDiff">, never> {
  return callOver("timestampdiff", [literalColumn(unit), start, end]);
}

/** The first day of that name after a date. @example df.select(nextDay("at", "Monday").as("d")) */
export function nextDay<const C extends ColumnOrName, O extends Operand>(
  date: C,
  dayOfWeek: O,
): Column<string | null, Takes<C, "date", "nextDay"> | TakesValue<O, "text", "nextDay">, never> {
  return callMixed("next_day", date, [dayOfWeek]);
}

/** The months between two times, of a month of 31 days; rounded to eight digits unless said otherwise. @example df.select(monthsBetween(currentDate(), "at").as("m")) */
export function monthsBetween<const E extends ColumnOrName, const S extends ColumnOrName>(
  end: E,
  start: S,
  roundOff = true,
): Column<number | null, Takes<E | S, "date", "monthsBetween">, never> {
  return callOver("months_between", [end, start, literalColumn(roundOff)]);
}
