import type { Column, Operand, OperandRefs, ValueOf } from "../column.js";
import { binary, callMixed, unary, variadic, type ColumnOrName, type Takes, type TakesValue } from "./make.js";

/** Arrays and maps made of others. */

/** The array with an element put in at a place from 1, or counted from the end. @example df.select(arrayInsert("tags", 1, "new").as("t")) */
export function arrayInsert<const C extends ColumnOrName, P extends Operand, E extends Operand>(
  array: C,
  place: P,
  element: E,
): Column<ValueOf<C>, Takes<C, "array", "arrayInsert"> | TakesValue<P, "number", "arrayInsert"> | OperandRefs<E>, never> {
  return callMixed("array_insert", array, [place, element]);
}

/** The array with an element behind it. @example df.select(arrayAppend("tags", "new").as("t")) */
export function arrayAppend<const C extends ColumnOrName, E extends Operand>(
  array: C,
  element: E,
): Column<ValueOf<C>, Takes<C, "array", "arrayAppend"> | OperandRefs<E>, never> {
  return callMixed("array_append", array, [element]);
}

/** The array with an element before it. @example df.select(arrayPrepend("tags", "new").as("t")) */
export function arrayPrepend<const C extends ColumnOrName, E extends Operand>(
  array: C,
  element: E,
): Column<ValueOf<C>, Takes<C, "array", "arrayPrepend"> | OperandRefs<E>, never> {
  return callMixed("array_prepend", array, [element]);
}

/** The array without the elements that are equal to a value. @example df.select(arrayRemove("tags", "old").as("t")) */
export function arrayRemove<const C extends ColumnOrName, E extends Operand>(
  array: C,
  element: E,
): Column<ValueOf<C>, Takes<C, "array", "arrayRemove"> | OperandRefs<E>, never> {
  return callMixed("array_remove", array, [element]);
}

/** Whether two arrays have a value in common. @example df.where(arraysOverlap("tags", array(lit("new")))) */
export const arraysOverlap = binary<boolean | null, "arrays_overlap", "array">("arrays_overlap");
/** Arrays element by element, as structs. @example df.select(arraysZip("tags", "tags").as("z")) */
export const arraysZip = variadic<unknown[] | null, "arrays_zip", "array">("arrays_zip");
/** The numbers, dates or times from a start to a stop, in steps. @example df.select(sequence(lit(1), lit(10), lit(3)).as("s")) */
export const sequence = variadic<unknown[] | null, "sequence", "numberOrTime">("sequence");
/** Maps in one map. @example df.select(mapConcat("attributes", map(lit("a"), lit("b"))).as("m")) */
export const mapConcat = variadic<Map<unknown, unknown> | null, "map_concat", "map">("map_concat");
/** A map of an array of pairs. @example df.select(mapFromEntries(mapEntries("attributes")).as("m")) */
export const mapFromEntries = unary<Map<unknown, unknown> | null, "map_from_entries", "array">("map_from_entries");
