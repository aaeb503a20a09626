import type { Column, Operand, OperandRefs, RefsOf, ValueOf } from "../column.js";
import { callMixed, callOver, callWith, literalColumn, nullary, type ColumnOrName } from "./make.js";

/** Functions over a window: each needs `.over(Window.…)`. */

/** The number of the row in its window, from 1. @example df.select(rowNumber().over(Window.partitionBy("sensorId").orderBy("at")).as("n")) */
export const rowNumber = nullary<number>("row_number");
/** The rank, with gaps behind equals. @example df.select(rank().over(Window.orderBy("celsius")).as("r")) */
export const rank = nullary<number>("rank");
/** The rank without gaps. @example df.select(denseRank().over(Window.orderBy("celsius")).as("r")) */
export const denseRank = nullary<number>("dense_rank");
/** The rank as a part of the rows, 0 to 1. @example df.select(percentRank().over(Window.orderBy("celsius")).as("r")) */
export const percentRank = nullary<number>("percent_rank");
/** Which part of the rows is not behind this one. @example df.select(cumeDist().over(Window.orderBy("celsius")).as("r")) */
export const cumeDist = nullary<number>("cume_dist");

/** Which of `buckets` equal parts of the window the row is in. @example df.select(ntile(4).over(Window.orderBy("celsius")).as("q")) */
export function ntile(buckets: number): Column<number, never, never> {
  return callOver("ntile", [literalColumn(buckets)]);
}

/** The value some rows before this one. @example df.select(lag("celsius").over(Window.partitionBy("sensorId").orderBy("at")).as("before")) */
export function lag<const C extends ColumnOrName, O extends Operand = null>(
  column: C,
  offset = 1,
  otherwise?: O,
): Column<ValueOf<C> | null, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("lag", column, otherwise === undefined ? [offset] : [offset, otherwise]);
}

/** The value some rows behind this one. @example df.select(lead("celsius").over(Window.partitionBy("sensorId").orderBy("at")).as("next")) */
export function lead<const C extends ColumnOrName, O extends Operand = null>(
  column: C,
  offset = 1,
  otherwise?: O,
): Column<ValueOf<C> | null, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("lead", column, otherwise === undefined ? [offset] : [offset, otherwise]);
}

/** The nth value of the window, from 1. @example df.select(nthValue("celsius", 2).over(Window.partitionBy("sensorId").orderBy("at")).as("second")) */
export function nthValue<const C extends ColumnOrName>(column: C, place: number): Column<ValueOf<C> | null, RefsOf<C>, never> {
  return callWith("nth_value", column, [place]);
}
