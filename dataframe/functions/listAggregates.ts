import type { Column, RefsOf, ValueOf } from "../column.js";
import { aggregateCall, binary, literalColumn, type ColumnOrName, type Takes } from "./make.js";

/** Aggregate functions over all values of a group. */

/** An exact percentile, interpolated. @example df.agg(percentile("celsius", 0.9).as("p90")) */
export function percentile<const C extends ColumnOrName, const F extends ColumnOrName = never>(
  column: C,
  percentage: number | readonly number[],
  frequency?: F,
): Column<number | null, Takes<C | F, "number", "percentile">, never> {
  return aggregateCall(
    "percentile",
    frequency === undefined ? [column, literalColumn(percentage)] : [column, literalColumn(percentage), frequency],
  );
}

/** A percentile that is one of the values. @example df.agg(percentileApprox("celsius", 0.9).as("p90")) */
export function percentileApprox<const C extends ColumnOrName>(
  column: C,
  percentage: number | readonly number[],
  accuracy = 10_000,
): Column<ValueOf<C> | null, Takes<C, "numberOrTime", "percentileApprox">, never> {
  return aggregateCall("percentile_approx", [column, literalColumn(percentage), literalColumn(accuracy)]);
}

/** The same as `percentileApprox`. @example df.agg(approxPercentile("celsius", 0.9).as("p90")) */
export function approxPercentile<const C extends ColumnOrName>(
  column: C,
  percentage: number | readonly number[],
  accuracy = 10_000,
): Column<ValueOf<C> | null, Takes<C, "numberOrTime", "percentileApprox">, never> {
  return percentileApprox(column, percentage, accuracy);
}

/** The middle value, interpolated. @example df.groupBy("sensorId").agg(median("celsius").as("m")) */
export function median<const C extends ColumnOrName>(column: C): Column<number | null, Takes<C, "number", "median">, never> {
  return aggregateCall("median", [column]);
}

/** The most frequent value; with `deterministic` the smallest of equally frequent ones. @example df.agg(mode("sensorId").as("m")) */
export function mode<const C extends ColumnOrName>(column: C, deterministic = false): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return aggregateCall("mode", deterministic ? [column, literalColumn(true)] : [column]);
}

/** The texts of a group as one. @example df.groupBy("sensorId").agg(listagg("json", ", ").as("all")) */
export function listagg<const C extends ColumnOrName>(
  column: C,
  delimiter?: string,
): Column<string | null, Takes<C, "text", "listagg">, never> {
  return aggregateCall("listagg", delimiter === undefined ? [column] : [column, literalColumn(delimiter)]);
}

/** The same as `listagg`. @example df.groupBy("sensorId").agg(stringAgg("json", ", ").as("all")) */
export function stringAgg<const C extends ColumnOrName>(
  column: C,
  delimiter?: string,
): Column<string | null, Takes<C, "text", "listagg">, never> {
  return listagg(column, delimiter);
}

/** A histogram with so many bars at most. @example df.agg(histogramNumeric("celsius", 5).as("h")) */
export function histogramNumeric<const C extends ColumnOrName>(
  column: C,
  bars: number,
): Column<{ x: ValueOf<C>; y: number }[] | null, Takes<C, "numberOrTime", "histogramNumeric">, never> {
  return aggregateCall("histogram_numeric", [column, literalColumn(bars)]);
}

type OfPairs<F extends string> = <const Y extends ColumnOrName, const X extends ColumnOrName>(
  y: Y,
  x: X,
) => Column<number | null, Takes<X | Y, "number", F>, never>;
const ofPairs =
  <F extends string>(name: F): OfPairs<F> =>
  (y, x) =>
    aggregateCall(name, [y, x]);

/** How many pairs have no null. @example df.agg(regrCount("celsius", "id").as("n")) */
export const regrCount = ofPairs("regr_count");
/** The mean of x over whole pairs. @example df.agg(regrAvgx("celsius", "id").as("x")) */
export const regrAvgx = ofPairs("regr_avgx");
/** The mean of y over whole pairs. @example df.agg(regrAvgy("celsius", "id").as("y")) */
export const regrAvgy = ofPairs("regr_avgy");
/** The sum of squares of x around its mean. @example df.agg(regrSxx("celsius", "id").as("s")) */
export const regrSxx = binary<number | null, "regr_sxx", "number">("regr_sxx");
/** The sum of squares of y around its mean. @example df.agg(regrSyy("celsius", "id").as("s")) */
export const regrSyy = binary<number | null, "regr_syy", "number">("regr_syy");
/** The sum of products around the means. @example df.agg(regrSxy("celsius", "id").as("s")) */
export const regrSxy = binary<number | null, "regr_sxy", "number">("regr_sxy");
/** The slope of the line of least squares. @example df.agg(regrSlope("celsius", "id").as("s")) */
export const regrSlope = binary<number | null, "regr_slope", "number">("regr_slope");
/** Where the line of least squares meets x = 0. @example df.agg(regrIntercept("celsius", "id").as("i")) */
export const regrIntercept = binary<number | null, "regr_intercept", "number">("regr_intercept");
/** The square of the correlation. @example df.agg(regrR2("celsius", "id").as("r2")) */
export const regrR2 = binary<number | null, "regr_r2", "number">("regr_r2");
