import type { Timestamp } from "../../engine/arrow/rows.js";
import type { Column, NameOf, Operand, RefsOf, AnyColumn } from "../column.js";
import type { LocalDate, LocalDateTime } from "../types/values.js";
import { callMixed, callOver, callWith, literalColumn, nullary, unary, type ColumnOrName, type Takes, type TakesValue } from "./make.js";

/** The time of the batch: the same for all its rows, and again when it is replayed. @example df.select(currentTimestamp().as("now")) */
export const currentTimestamp = nullary<Timestamp>("current_timestamp");
/** The same as `currentTimestamp`. @example df.select(now().as("now")) */
export const now = nullary<Timestamp>("now");
/** The day of the batch, in the session time zone. @example df.select(currentDate().as("today")) */
export const currentDate = nullary<LocalDate>("current_date");
/** The year. @example df.select(year("at").as("y")) */
export const year = unary<number | null, "year", "date">("year");
/** The quarter, 1 to 4. @example df.select(quarter("at").as("q")) */
export const quarter = unary<number | null, "quarter", "date">("quarter");
/** The month, 1 to 12. @example df.select(month("at").as("m")) */
export const month = unary<number | null, "month", "date">("month");
/** The day of the month. @example df.select(dayofmonth("at").as("d")) */
export const dayofmonth = unary<number | null, "dayofmonth", "date">("dayofmonth");
/** The day of the week, Sunday is 1. @example df.select(dayofweek("at").as("d")) */
export const dayofweek = unary<number | null, "dayofweek", "date">("dayofweek");
/** The day of the year. @example df.select(dayofyear("at").as("d")) */
export const dayofyear = unary<number | null, "dayofyear", "date">("dayofyear");
/** The ISO week of the year. @example df.select(weekofyear("at").as("w")) */
export const weekofyear = unary<number | null, "weekofyear", "date">("weekofyear");
/** The hour. @example df.select(hour("at").as("h")) */
export const hour = unary<number | null, "hour", "date">("hour");
/** The minute. @example df.select(minute("at").as("m")) */
export const minute = unary<number | null, "minute", "date">("minute");
/** The second. @example df.select(second("at").as("s")) */
export const second = unary<number | null, "second", "date">("second");
/** The last day of the month of a date. @example df.select(lastDay("day").as("d")) */
export const lastDay = unary<LocalDate | null, "last_day", "date">("last_day");
/** A timestamp of seconds since 1970. @example df.select(timestampSeconds("id").as("t")) */
export const timestampSeconds = unary<Timestamp | null, "timestamp_seconds", "number">("timestamp_seconds");
/** A timestamp of milliseconds since 1970. @example df.select(timestampMillis("id").as("t")) */
export const timestampMillis = unary<Timestamp | null, "timestamp_millis", "number">("timestamp_millis");
/** A timestamp of microseconds since 1970. @example df.select(timestampMicros("id").as("t")) */
export const timestampMicros = unary<Timestamp | null, "timestamp_micros", "number">("timestamp_micros");
/** Seconds since 1970 of a timestamp. @example df.select(unixSeconds("at").as("s")) */
export const unixSeconds = unary<number | null, "unix_seconds", "date">("unix_seconds");
/** Milliseconds since 1970 of a timestamp. @example df.select(unixMillis("at").as("ms")) */
export const unixMillis = unary<number | null, "unix_millis", "date">("unix_millis");
/** Microseconds since 1970 of a timestamp. @example df.select(unixMicros("at").as("us")) */
export const unixMicros = unary<number | null, "unix_micros", "date">("unix_micros");

/** A timestamp of text, by Spark's pattern where one is given. @example df.select(toTimestamp(lit("2024-05-01 12:00:00")).as("t")) */
export function toTimestamp<const C extends ColumnOrName>(text: C, format?: string): Column<Timestamp | null, RefsOf<C>, never> {
  return callOver("to_timestamp", withFormat(text, format));
}

/** A date of text, by Spark's pattern where one is given; the day of a timestamp. @example df.select(toDate("at").as("day")) */
export function toDate<const C extends ColumnOrName>(text: C, format?: string): Column<LocalDate | null, RefsOf<C>, never> {
  return callOver("to_date", withFormat(text, format));
}

/** Seconds since 1970 of a timestamp or of text. @example df.select(unixTimestamp("at").as("s")) */
export function unixTimestamp<const C extends ColumnOrName>(time: C, format?: string): Column<number | null, RefsOf<C>, never> {
  return callOver("unix_timestamp", withFormat(time, format));
}

/** The start of the unit a timestamp is in. @example df.select(dateTrunc("hour", "at").as("h")) */
export function dateTrunc<const C extends ColumnOrName>(
  unit: string,
  time: C,
): Column<Timestamp | null, Takes<C, "date", "dateTrunc">, never> {
  return callOver("date_trunc", [literalColumn(unit), time]);
}

/** The start of the year, quarter, month or week a date is in. @example df.select(trunc("day", "month").as("m")) */
export function trunc<const C extends ColumnOrName>(date: C, unit: string): Column<LocalDate | null, Takes<C, "date", "trunc">, never> {
  return callWith("trunc", date, [unit]);
}

/** A date some days later. @example df.select(dateAdd("day", 7).as("d")) */
export function dateAdd<const C extends ColumnOrName, O extends Operand>(
  date: C,
  days: O,
): Column<LocalDate | null, Takes<C, "date", "dateAdd"> | TakesValue<O, "number", "dateAdd">, never> {
  return callMixed("date_add", date, [days]);
}

/** A date some days earlier. @example df.select(dateSub("day", 7).as("d")) */
export function dateSub<const C extends ColumnOrName, O extends Operand>(
  date: C,
  days: O,
): Column<LocalDate | null, Takes<C, "date", "dateSub"> | TakesValue<O, "number", "dateSub">, never> {
  return callMixed("date_sub", date, [days]);
}

/** Days from `start` to `end`. @example df.select(datediff("day", lit("2024-01-01").cast("date")).as("n")) */
export function datediff<const E extends ColumnOrName, const S extends ColumnOrName>(
  end: E,
  start: S,
): Column<number | null, Takes<E | S, "date", "datediff">, never> {
  return callOver("datediff", [end, start]);
}

/** A date some months later. @example df.select(addMonths("day", 1).as("d")) */
export function addMonths<const C extends ColumnOrName, O extends Operand>(
  date: C,
  months: O,
): Column<LocalDate | null, Takes<C, "date", "addMonths"> | TakesValue<O, "number", "addMonths">, never> {
  return callMixed("add_months", date, [months]);
}

/** A timestamp taken as UTC, shown as the wall clock of a zone. @example df.select(fromUtcTimestamp("at", "Europe/Berlin").as("t")) */
export function fromUtcTimestamp<const C extends ColumnOrName>(
  time: C,
  zone: string,
): Column<Timestamp | null, Takes<C, "date", "fromUtcTimestamp">, never> {
  return callWith("from_utc_timestamp", time, [zone]);
}

/** A wall clock of a zone taken back to UTC. @example df.select(toUtcTimestamp("at", "Europe/Berlin").as("t")) */
export function toUtcTimestamp<const C extends ColumnOrName>(
  time: C,
  zone: string,
): Column<Timestamp | null, Takes<C, "date", "toUtcTimestamp">, never> {
  return callWith("to_utc_timestamp", time, [zone]);
}

/** A date of its parts. @example df.select(makeDate(lit(2024), lit(5), lit(1)).as("d")) */
export function makeDate<const Y extends ColumnOrName, const M extends ColumnOrName, const D extends ColumnOrName>(
  years: Y,
  months: M,
  days: D,
): Column<LocalDate | null, Takes<Y | M | D, "number", "makeDate">, never> {
  return callOver("make_date", [years, months, days]);
}

/** An event-time window. */
export interface TimeWindow {
  start: Timestamp;
  end: Timestamp;
}

/**
 * The event-time windows a row is in: tumbling, or hopping when `slide` is given. A grouping key; rows without a time are in none.
 *
 * @example df.groupBy(window("at", "10 minutes", "1 minute"), "sensorId").count()
 */
export function window<const C extends ColumnOrName>(
  time: C,
  duration: string,
  slide?: string,
  startTime?: string,
): Column<TimeWindow, Takes<C, "moment", "window">, "window"> {
  const rest = startTime === undefined ? (slide === undefined ? [] : [slide]) : [slide ?? duration, startTime];
  return callWith("window", time, [duration, ...rest]);
}

/**
 * The session that a row is in: rows of a key that are less than a gap apart are one. The gap is an interval, or a column of them. A grouping key, beside another.
 *
 * @example df.groupBy(sessionWindow("at", "5 minutes"), "sensorId").count()
 */
export function sessionWindow<const C extends ColumnOrName>(
  time: C,
  gap: string | AnyColumn,
): Column<TimeWindow, Takes<C, "moment", "sessionWindow">, "session_window"> {
  return callOver("session_window", [time, typeof gap === "string" ? literalColumn(gap) : gap]);
}

/** The event time of a window: what a window over windows is taken of. @example df.groupBy(window("at", "1 minute")).count().select(windowTime("window").as("t")) */
export function windowTime<const C extends ColumnOrName>(window_: C): Column<Timestamp, RefsOf<C>, `window_time(${NameOf<C>})`> {
  return callOver("window_time", [window_]);
}

function withFormat(time: ColumnOrName, format: string | undefined): ColumnOrName[] {
  return format === undefined ? [time] : [time, literalColumn(format)];
}

/** The day of the week, Monday is 0. @example df.select(weekday("at").as("d")) */
export const weekday = unary<number | null, "weekday", "date">("weekday");
/** Days since 1970 of a date. @example df.select(unixDate("day").as("n")) */
export const unixDate = unary<number | null, "unix_date", "date">("unix_date");

/** A field of a date or timestamp by its name. @example df.select(extract("YEAR", "at").as("y")) */
export function extract<const C extends ColumnOrName>(field: string, source: C): Column<unknown, Takes<C, "date", "extract">, never> {
  return callOver("extract", [literalColumn(field), source]);
}

/** `toTimestamp`, null where the text is none. @example df.select(tryToTimestamp("sensorId").as("t")) */
export function tryToTimestamp<const C extends ColumnOrName>(text: C, format?: string): Column<Timestamp | null, RefsOf<C>, never> {
  return callOver("try_to_timestamp", withFormat(text, format));
}

/** `toDate`, null where the text is none. @example df.select(tryToDate("sensorId").as("d")) */
export function tryToDate<const C extends ColumnOrName>(text: C, format?: string): Column<LocalDate | null, RefsOf<C>, never> {
  return callOver("try_to_date", withFormat(text, format));
}

/** A timestamp of text, in the session time zone where it names none. @example df.select(toTimestampLtz(lit("2024-05-01 12:00:00")).as("t")) */
export function toTimestampLtz<const C extends ColumnOrName>(text: C, format?: string): Column<Timestamp | null, RefsOf<C>, never> {
  return callOver("to_timestamp_ltz", withFormat(text, format));
}

/** A wall clock of text. @example df.select(toTimestampNtz(lit("2024-05-01 12:00:00")).as("t")) */
export function toTimestampNtz<const C extends ColumnOrName>(text: C, format?: string): Column<LocalDateTime | null, RefsOf<C>, never> {
  return callOver("to_timestamp_ntz", withFormat(text, format));
}
