import type { AnyColumn, Column, RefsOf, ValueOf } from "../column.js";
import type { ArrayOf } from "../types/deferred.js";
import type { LocalDate } from "../types/values.js";
import { aggregateCall, binary, callOver, literalColumn, nullary, unary, type ColumnOrName } from "./make.js";

// The second names that Spark has for functions.

/** The same as `col.isNull()`. @example df.where(isnull("celsius")) */
export const isnull = unary<boolean, "isnull">("isnull");
/** The same as `col.isNotNull()`. @example df.where(isnotnull("celsius")) */
export const isnotnull = unary<boolean, "isnotnull">("isnotnull");
/** The same as `col.isNaN()`. @example df.where(isnan("celsius")) */
export const isnan = unary<boolean, "isnan", "number">("isnan");
/** The same as `col.eqNullSafe`, of two columns. @example df.where(equalNull("celsius", "celsius")) */
export const equalNull = binary<boolean, "equal_null">("equal_null");

/** The same as `lower`. @example df.select(lcase("sensorId").as("s")) */
export const lcase = unary<string | null, "lcase", "text">("lcase");
/** The same as `upper`. @example df.select(ucase("sensorId").as("s")) */
export const ucase = unary<string | null, "ucase", "text">("ucase");
/** The same as `length`. @example df.select(len("sensorId").as("n")) */
export const len = unary<number | null, "len", "text">("len");
/** The same as `length`, of a text. @example df.select(charLength("sensorId").as("n")) */
export const charLength = unary<number | null, "char_length", "text">("char_length");
/** The same as `length`, of a text. @example df.select(characterLength("sensorId").as("n")) */
export const characterLength = unary<number | null, "character_length", "text">("character_length");
/** The same as `chr`. @example df.select(char("id").as("letter")) */
export const char = unary<string | null, "char", "number">("char");
/** The same as `sha1`. @example df.select(sha("sensorId").as("hash")) */
export const sha = unary<string | null, "sha", "text">("sha");

/** The same as `substring`, of columns: from the 1-based place on, as far as it goes or as many characters. @example df.select(substr("sensorId", lit(2), lit(1)).as("s")) */
export function substr<const C extends ColumnOrName>(
  text: C,
  start: AnyColumn,
  length?: AnyColumn,
): Column<string | null, RefsOf<C>, never> {
  return callOver("substr", length === undefined ? [text, start] : [text, start, length]);
}

/** The place of a text in another, from 1; 0 when it is not there. @example df.select(position(lit("-"), "sensorId").as("at")) */
export function position<const A extends ColumnOrName, const B extends ColumnOrName>(
  part: A,
  text: B,
): Column<number | null, RefsOf<A | B>, never> {
  return callOver("position", [part, text]);
}

/** The same as `formatString`, with a format that is a column. @example df.select(printf(lit("%s: %d"), "sensorId", "id").as("line")) */
export function printf<const C extends readonly ColumnOrName[]>(
  format: ColumnOrName,
  ...columns: C
): Column<string | null, RefsOf<C[number]>, never> {
  return callOver("printf", [format, ...columns]);
}

/** The same as `rlike`, of a pattern that is a column. @example df.where(regexp("sensorId", lit("^a"))) */
export const regexp = binary<boolean | null, "regexp">("regexp");
/** The same as `rlike`, of a pattern that is a column. @example df.where(regexpLike("sensorId", lit("^a"))) */
export const regexpLike = binary<boolean | null, "regexp_like">("regexp_like");

/** The same as `pow`. @example df.select(power("celsius", lit(2)).as("p")) */
export const power = binary<number | null, "power", "number">("power");
/** The same as `signum`. @example df.select(sign("celsius").as("s")) */
export const sign = unary<number | null, "sign", "number">("sign");
/** The same as `ceil`. @example df.select(ceiling("celsius").as("c")) */
export const ceiling = unary<number | null, "ceiling", "number">("ceiling");
/** A bit of a number, by its place from 0. @example df.select(bitGet("id", lit(0)).as("bit")) */
export const bitGet = binary<number | null, "bit_get", "number">("bit_get");
/** The same as `size`: null of null. @example df.select(cardinality("tags").as("n")) */
export const cardinality = unary<number | null, "cardinality", "collection">("cardinality");

/** The same as `currentDate`. @example df.select(curdate().as("today")) */
export const curdate = nullary<LocalDate>("curdate");
/** The same as `dayofmonth`. @example df.select(day("at").as("d")) */
export const day = unary<number | null, "day", "date">("day");
/** The same as `datediff`: days from the second to the first. @example df.select(dateDiff("day", "day").as("n")) */
export const dateDiff = binary<number | null, "date_diff", "date">("date_diff");

/** The same as `extract`. @example df.select(datePart(lit("YEAR"), "at").as("y")) */
export function datePart<const C extends ColumnOrName>(field: AnyColumn, source: C): Column<unknown, RefsOf<C>, never> {
  return callOver("date_part", [field, source]);
}

/** The sample standard deviation: the same as `stddev`. @example df.agg(std("celsius").as("s")) */
export const std = unary<number | null, "std", "number">("std");
/** The same as `stddev`. @example df.agg(stddevSamp("celsius").as("s")) */
export const stddevSamp = unary<number | null, "stddev_samp", "number">("stddev_samp");
/** The same as `variance`. @example df.agg(varSamp("celsius").as("v")) */
export const varSamp = unary<number | null, "var_samp", "number">("var_samp");
/** The same as `boolAnd`. @example df.agg(every(col("celsius").gt(0)).as("all")) */
export const every = unary<boolean | null, "every", "boolean">("every");
/** The same as `boolOr`. @example df.agg(some(col("celsius").gt(0)).as("one")) */
export const some = unary<boolean | null, "some", "boolean">("some");

/** The same as `first`. @example df.agg(firstValue("celsius").as("f")) */
export function firstValue<const C extends ColumnOrName>(column: C, ignoreNulls = false): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return callOver("first_value", ignoreNulls ? [column, literalColumn(true)] : [column]);
}

/** The same as `last`. @example df.agg(lastValue("celsius").as("l")) */
export function lastValue<const C extends ColumnOrName>(column: C, ignoreNulls = false): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return callOver("last_value", ignoreNulls ? [column, literalColumn(true)] : [column]);
}

/** The same as `collectList`. @example df.agg(arrayAgg("celsius").as("all")) */
export function arrayAgg<const C extends ColumnOrName>(column: C): Column<ArrayOf<ValueOf<C>>, RefsOf<C>, never> {
  return aggregateCall("array_agg", [column]);
}

/** Whether a column does not count in the groups of `cube`, `rollup` or `groupingSets`: 1, else 0. @example df.cube("sensorId").agg(grouping("sensorId").as("g")) */
export function grouping<const C extends ColumnOrName>(column: C): Column<number, RefsOf<C>, never> {
  return callOver("grouping", [column]);
}

/** Which columns do not count, as bits: of all the grouping columns, without any. @example df.rollup("sensorId", "day").agg(groupingId().as("g")) */
export function groupingId<const C extends readonly ColumnOrName[]>(...columns: C): Column<number, RefsOf<C[number]>, never> {
  return callOver("grouping_id", columns);
}
