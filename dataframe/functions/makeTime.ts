import type { Timestamp } from "../../engine/arrow/rows.js";
import type { Column } from "../column.js";
import { callOver, variadic, type ColumnOrName, type Takes } from "./make.js";

/** Timestamps and intervals of their parts. */

type Fields<V, F extends string> = <const C extends ColumnOrName, const Z extends ColumnOrName = never>(
  years: C,
  months: C,
  days: C,
  hours: C,
  minutes: C,
  seconds: C,
  zone?: Z,
) => Column<V, Takes<C, "number", F> | Takes<Z, "text", F>, never>;

function ofFields<V, F extends string>(name: F): Fields<V, F> {
  return (...fields) =>
    callOver(
      name,
      fields.filter((field) => field !== undefined),
    );
}

/** A timestamp of its parts, in the session time zone or the one given. @example df.select(makeTimestamp(lit(2024), lit(5), lit(1), lit(12), lit(0), lit(0)).as("t")) */
export const makeTimestamp = ofFields<Timestamp | null, "make_timestamp">("make_timestamp");
/** The same as `makeTimestamp`. @example df.select(makeTimestampLtz(lit(2024), lit(5), lit(1), lit(12), lit(0), lit(0)).as("t")) */
export const makeTimestampLtz = ofFields<Timestamp | null, "make_timestamp_ltz">("make_timestamp_ltz");
/** A wall clock of its parts. @example df.select(makeTimestampNtz(lit(2024), lit(5), lit(1), lit(12), lit(0), lit(0)).as("t")) */
export const makeTimestampNtz = ofFields<string | null, "make_timestamp_ntz">("make_timestamp_ntz");
/** `makeTimestamp`, null where the parts make none. @example df.select(tryMakeTimestamp(lit(2024), lit(15), lit(1), lit(12), lit(0), lit(0)).as("t")) */
export const tryMakeTimestamp = ofFields<Timestamp | null, "try_make_timestamp">("try_make_timestamp");
/** The same as `tryMakeTimestamp`. @example df.select(tryMakeTimestampLtz(lit(2024), lit(15), lit(1), lit(12), lit(0), lit(0)).as("t")) */
export const tryMakeTimestampLtz = ofFields<Timestamp | null, "try_make_timestamp_ltz">("try_make_timestamp_ltz");
/** `makeTimestampNtz`, null where the parts make none. @example df.select(tryMakeTimestampNtz(lit(2024), lit(15), lit(1), lit(12), lit(0), lit(0)).as("t")) */
export const tryMakeTimestampNtz = ofFields<string | null, "try_make_timestamp_ntz">("try_make_timestamp_ntz");
/** An interval of days, hours, minutes, seconds; what is left out is 0. @example df.select(col("at").plus(makeDtInterval(lit(1), lit(12))).as("t")) */
export const makeDtInterval = variadic<unknown, "make_dt_interval", "number">("make_dt_interval");
/** An interval of years and months. @example df.select(col("at").plus(makeYmInterval(lit(1))).as("t")) */
export const makeYmInterval = variadic<unknown, "make_ym_interval", "number">("make_ym_interval");
/** An interval of years, months, weeks, days, hours, minutes, seconds. @example df.select(col("at").plus(makeInterval(lit(0), lit(1), lit(2))).as("t")) */
export const makeInterval = variadic<unknown, "make_interval", "number">("make_interval");
/** `makeInterval`, null where it does not fit. @example df.select(col("at").plus(tryMakeInterval(lit(0), lit(1))).as("t")) */
export const tryMakeInterval = variadic<unknown, "try_make_interval", "number">("try_make_interval");
