import { call, Column, columnExpression, type NameOf, type RefsOf, type ValueOf } from "../column.js";
import { literalOf } from "../literal.js";
import type { ArrayOf, Average, Sum } from "../types/deferred.js";
import { binary, callOver, callWith, unary, type ColumnOrName, type Takes } from "./make.js";

/** Rows, or rows where the columns are not null. @example df.groupBy("sensorId").agg(count().as("n"), count("celsius").as("readings")) */
export function count(): Column<number, never, "count(1)">;
export function count<const C extends ColumnOrName>(
  column: C,
): Column<number, RefsOf<C>, C extends "*" ? "count(1)" : `count(${NameOf<C>})`>;
export function count(column: ColumnOrName = "*"): Column<number> {
  return new Column(call("count", [column === "*" ? literalOf(1) : columnExpression(column, "count")]));
}

/** The sum: long of whole numbers, double of doubles, decimal of decimals. @example df.agg(sum("celsius").as("total")) */
export function sum<const C extends ColumnOrName>(column: C): Column<Sum<ValueOf<C>>, Takes<C, "number", "sum">, `sum(${NameOf<C>})`> {
  return callOver("sum", [column]);
}

/** The sum, null when it overflows. @example df.agg(trySum("id").as("total")) */
export function trySum<const C extends ColumnOrName>(column: C): Column<Sum<ValueOf<C>>, Takes<C, "number", "trySum">, never> {
  return callOver("try_sum", [column]);
}

/** The average. @example df.groupBy("sensorId").agg(avg("celsius").as("mean")) */
export function avg<const C extends ColumnOrName>(column: C): Column<Average<ValueOf<C>>, Takes<C, "number", "avg">, `avg(${NameOf<C>})`> {
  return callOver("avg", [column]);
}

/** The same as `avg`. @example df.groupBy("sensorId").agg(mean("celsius").as("mean")) */
export function mean<const C extends ColumnOrName>(
  column: C,
): Column<Average<ValueOf<C>>, Takes<C, "number", "mean">, `avg(${NameOf<C>})`> {
  return callOver("avg", [column]);
}

/** The smallest value. @example df.groupBy("sensorId").agg(min("celsius").as("coldest")) */
export function min<const C extends ColumnOrName>(column: C): Column<ValueOf<C> | null, Takes<C, "ordered", "min">, `min(${NameOf<C>})`> {
  return callOver("min", [column]);
}

/** The largest value. @example df.groupBy("sensorId").agg(max("celsius").as("hottest")) */
export function max<const C extends ColumnOrName>(column: C): Column<ValueOf<C> | null, Takes<C, "ordered", "max">, `max(${NameOf<C>})`> {
  return callOver("max", [column]);
}

/** The first value in arrival order. @example df.groupBy("sensorId").agg(first("celsius").as("first")) */
export function first<const C extends ColumnOrName>(column: C, ignoreNulls = false): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return ignoreNulls ? callWith("first", column, [true]) : callOver("first", [column]);
}

/** The last value in arrival order. @example df.groupBy("sensorId").agg(last("celsius").as("last")) */
export function last<const C extends ColumnOrName>(column: C, ignoreNulls = false): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return ignoreNulls ? callWith("last", column, [true]) : callOver("last", [column]);
}

/** Some value of the group. @example df.groupBy("sensorId").agg(anyValue("celsius").as("some")) */
export function anyValue<const C extends ColumnOrName>(column: C): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return callOver("any_value", [column]);
}

/** The value of the row with the smallest `order`. @example df.agg(minBy("sensorId", "celsius").as("coldest")) */
export function minBy<const C extends ColumnOrName, const O extends ColumnOrName>(
  column: C,
  order: O,
): Column<ValueOf<C> | null, RefsOf<C> | Takes<O, "ordered", "minBy">, never> {
  return callOver("min_by", [column, order]);
}

/** The value of the row with the largest `order`. @example df.agg(maxBy("sensorId", "celsius").as("hottest")) */
export function maxBy<const C extends ColumnOrName, const O extends ColumnOrName>(
  column: C,
  order: O,
): Column<ValueOf<C> | null, RefsOf<C> | Takes<O, "ordered", "maxBy">, never> {
  return callOver("max_by", [column, order]);
}

/** All values, nulls aside, in arrival order. @example df.groupBy("sensorId").agg(collectList("celsius").as("all")) */
export function collectList<const C extends ColumnOrName>(column: C): Column<ArrayOf<ValueOf<C>>, RefsOf<C>, never> {
  return callOver("collect_list", [column]);
}

/** The distinct values, nulls aside. @example df.groupBy("sensorId").agg(collectSet("celsius").as("all")) */
export function collectSet<const C extends ColumnOrName>(column: C): Column<ArrayOf<ValueOf<C>>, Takes<C, "ordered", "collectSet">, never> {
  return callOver("collect_set", [column]);
}

/** The distinct elements of arrays, nulls aside. @example df.groupBy("sensorId").agg(collectUnion(array("celsius")).as("all")) */
export function collectUnion<const C extends ColumnOrName>(column: C): Column<ValueOf<C>, Takes<C, "ordered", "collectUnion">, never> {
  return callOver("collect_union", [column]);
}

/** How many rows meet a condition. @example df.agg(countIf(col("celsius").gt(30)).as("hot")) */
export const countIf = unary<number, "count_if", "boolean">("count_if");
/** Whether all values are true. @example df.agg(boolAnd(col("celsius").gt(0)).as("all")) */
export const boolAnd = unary<boolean | null, "bool_and", "boolean">("bool_and");
/** Whether some value is true. @example df.agg(boolOr(col("celsius").gt(0)).as("some")) */
export const boolOr = unary<boolean | null, "bool_or", "boolean">("bool_or");
/** The sample standard deviation. @example df.agg(stddev("celsius").as("s")) */
export const stddev = unary<number | null, "stddev", "number">("stddev");
/** The population standard deviation. @example df.agg(stddevPop("celsius").as("s")) */
export const stddevPop = unary<number | null, "stddev_pop", "number">("stddev_pop");
/** The sample variance. @example df.agg(variance("celsius").as("v")) */
export const variance = unary<number | null, "variance", "number">("variance");
/** The population variance. @example df.agg(varPop("celsius").as("v")) */
export const varPop = unary<number | null, "var_pop", "number">("var_pop");
/** The skewness. @example df.agg(skewness("celsius").as("s")) */
export const skewness = unary<number | null, "skewness", "number">("skewness");
/** The excess kurtosis. @example df.agg(kurtosis("celsius").as("k")) */
export const kurtosis = unary<number | null, "kurtosis", "number">("kurtosis");
/** The correlation of two columns. @example df.agg(corr("celsius", "id").as("r")) */
export const corr = binary<number | null, "corr", "number">("corr");
/** The population covariance of two columns. @example df.agg(covarPop("celsius", "id").as("c")) */
export const covarPop = binary<number | null, "covar_pop", "number">("covar_pop");
/** The sample covariance of two columns. @example df.agg(covarSamp("celsius", "id").as("c")) */
export const covarSamp = binary<number | null, "covar_samp", "number">("covar_samp");

/** The average, null when it overflows. @example df.agg(tryAvg("celsius").as("mean")) */
export function tryAvg<const C extends ColumnOrName>(column: C): Column<Average<ValueOf<C>>, Takes<C, "number", "tryAvg">, never> {
  return callOver("try_avg", [column]);
}

/** The bits that all values have. @example df.agg(bitAnd("id").as("b")) */
export function bitAnd<const C extends ColumnOrName>(column: C): Column<ValueOf<C> | null, Takes<C, "number", "bitAnd">, never> {
  return callOver("bit_and", [column]);
}

/** The bits that some value has. @example df.agg(bitOr("id").as("b")) */
export function bitOr<const C extends ColumnOrName>(column: C): Column<ValueOf<C> | null, Takes<C, "number", "bitOr">, never> {
  return callOver("bit_or", [column]);
}

/** The bits that an odd number of values have. @example df.agg(bitXor("id").as("b")) */
export function bitXor<const C extends ColumnOrName>(column: C): Column<ValueOf<C> | null, Takes<C, "number", "bitXor">, never> {
  return callOver("bit_xor", [column]);
}

/** A bitmap of the places of all values (`bitmapBitPosition`). @example df.agg(bitmapConstructAgg(bitmapBitPosition("id")).as("b")) */
export const bitmapConstructAgg = unary<Uint8Array, "bitmap_construct_agg", "number">("bitmap_construct_agg");
/** The bits that some bitmap has. @example df.agg(bitmapOrAgg(encode("sensorId", "UTF-8")).as("b")) */
export const bitmapOrAgg = unary<Uint8Array, "bitmap_or_agg">("bitmap_or_agg");
/** The bits that all bitmaps have. @example df.agg(bitmapAndAgg(encode("sensorId", "UTF-8")).as("b")) */
export const bitmapAndAgg = unary<Uint8Array, "bitmap_and_agg">("bitmap_and_agg");
