import { call, Column, columnExpression, typeInput, type Operand, type OperandRefs, type RefsOf, type ValueOf } from "../column.js";
import { literalOf } from "../literal.js";
import { schemaInput, type RowOfInput, type SchemaInput, type TypeValue } from "../schema.js";
import { ColumnType } from "../schema.js";
import type { ElementOf } from "../types/deferred.js";
import { binary, callMixed, callOver, callWith, unary, variadic, type ColumnOrName } from "./make.js";

/** How many elements an array or map has. @example df.select(size("tags").as("n")) */
export const size = unary<number | null, "size">("size");
/** Whether an array has an element. @example df.where(arrayContains("tags", "new")) */
export function arrayContains<const C extends ColumnOrName, O extends Operand>(
  array: C,
  element: O,
): Column<boolean | null, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("array_contains", array, [element]);
}

/** An element of an array from 1 (from the end when negative), or the value of a key of a map. @example df.select(elementAt("tags", 1).as("first")) */
export function elementAt<const C extends ColumnOrName, O extends Operand>(
  collection: C,
  key: O,
): Column<ElementOf<ValueOf<C>>, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("element_at", collection, [key]);
}

/** An element of an array from 1, null beyond its end. @example df.select(tryElementAt("tags", 9).as("ninth")) */
export function tryElementAt<const C extends ColumnOrName, O extends Operand>(
  collection: C,
  key: O,
): Column<ElementOf<ValueOf<C>>, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("try_element_at", collection, [key]);
}

/** An element of an array from 0, null beyond its end. @example df.select(get("tags", 0).as("first")) */
export function get<const C extends ColumnOrName, O extends Operand>(
  array: C,
  index: O,
): Column<ElementOf<ValueOf<C>>, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("get", array, [index]);
}

/** Without repeated elements. @example df.select(arrayDistinct("tags").as("t")) */
export function arrayDistinct<const C extends ColumnOrName>(array: C): Column<ValueOf<C>, RefsOf<C>, never> {
  return callOver("array_distinct", [array]);
}

/** The elements in order, nulls first (last when descending). @example df.select(sortArray("tags").as("t")) */
export function sortArray<const C extends ColumnOrName>(array: C, ascending = true): Column<ValueOf<C>, RefsOf<C>, never> {
  return callWith("sort_array", array, [ascending]);
}

/** `length` elements from the 1-based `start`. @example df.select(slice("tags", 1, 2).as("t")) */
export function slice<const C extends ColumnOrName>(array: C, start: number, count: number): Column<ValueOf<C>, RefsOf<C>, never> {
  return callWith("slice", array, [start, count]);
}

/** The elements as text with a separator between them. @example df.select(arrayJoin("tags", ",").as("t")) */
export function arrayJoin<const C extends ColumnOrName>(
  array: C,
  separator: string,
  nullText?: string,
): Column<string | null, RefsOf<C>, never> {
  return callWith("array_join", array, nullText === undefined ? [separator] : [separator, nullText]);
}

/** The 1-based place of an element, 0 when it is not there. @example df.select(arrayPosition("tags", "new").as("n")) */
export function arrayPosition<const C extends ColumnOrName, O extends Operand>(
  array: C,
  element: O,
): Column<number | null, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("array_position", array, [element]);
}

/** The array without an element. @example df.select(arrayRemove("tags", "new").as("t")) */
export function arrayRemove<const C extends ColumnOrName, O extends Operand>(
  array: C,
  element: O,
): Column<ValueOf<C>, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("array_remove", array, [element]);
}

/** The smallest element. @example df.select(arrayMin("tags").as("t")) */
export function arrayMin<const C extends ColumnOrName>(array: C): Column<ElementOf<ValueOf<C>>, RefsOf<C>, never> {
  return callOver("array_min", [array]);
}

/** The largest element. @example df.select(arrayMax("tags").as("t")) */
export function arrayMax<const C extends ColumnOrName>(array: C): Column<ElementOf<ValueOf<C>>, RefsOf<C>, never> {
  return callOver("array_max", [array]);
}

/** The elements of both, once each. @example df.select(arrayUnion("tags", "tags").as("t")) */
export const arrayUnion = binary<unknown>("array_union");
/** The elements that are in both, once each. @example df.select(arrayIntersect("tags", "tags").as("t")) */
export const arrayIntersect = binary<unknown>("array_intersect");
/** The elements of the first that are not in the second, once each. @example df.select(arrayExcept("tags", "tags").as("t")) */
export const arrayExcept = binary<unknown>("array_except");
/** Whether two arrays share an element. @example df.where(arraysOverlap("tags", "tags")) */
export const arraysOverlap = binary<boolean | null>("arrays_overlap");
/** An array of arrays as one array. @example df.select(flatten(array("tags", "tags")).as("t")) */
export const flatten = unary<unknown, "flatten">("flatten");
/** The whole numbers from `start` to `stop`, by `step`. @example df.select(sequence(lit(1), lit(3)).as("s")) */
export const sequence = variadic<unknown>("sequence");
/** The keys of a map. @example df.select(mapKeys("attributes").as("k")) */
export const mapKeys = unary<unknown[] | null, "map_keys">("map_keys");
/** The values of a map. @example df.select(mapValues("attributes").as("v")) */
export const mapValues = unary<unknown[] | null, "map_values">("map_values");

/** A row for each element. @example df.select("id", explode("tags").as("tag")) */
export function explode<const C extends ColumnOrName>(collection: C): Column<ElementOf<ValueOf<C>>, RefsOf<C>, "col"> {
  return callOver("explode", [collection]);
}

/** A row for each element, and one with null where there is none. @example df.select("id", explodeOuter("tags").as("tag")) */
export function explodeOuter<const C extends ColumnOrName>(collection: C): Column<ElementOf<ValueOf<C>> | null, RefsOf<C>, "col"> {
  return callOver("explode_outer", [collection]);
}

/** A row for each element, with its place. @example df.select("id", posexplode("tags").as("place", "tag")) */
export function posexplode<const C extends ColumnOrName>(collection: C): Column<unknown, RefsOf<C>, "pos" | "col"> {
  return callOver("posexplode", [collection]);
}

/** JSON text as a value of a schema; null fields where it does not fit. @example df.select(fromJson("json", schema({ a: t.int })).as("j")).select("j.*") */
export function fromJson<const C extends ColumnOrName, S extends SchemaInput | ColumnType>(
  json: C,
  as: S,
  options: Readonly<Record<string, string>> = {},
): Column<(S extends ColumnType ? TypeValue<S> : RowOfInput<S>) | null, RefsOf<C>, never> {
  return new Column({ ...call("from_json", [columnExpression(json)]), typeArgument: jsonType(as), options });
}

function jsonType(as: SchemaInput | ColumnType): ReturnType<typeof typeInput> {
  return as instanceof ColumnType ? as.dataType : schemaInput(as);
}

/** A struct, array or map as JSON text. @example df.select(toJson(struct("sensorId", "celsius")).as("value")) */
export function toJson<const C extends ColumnOrName>(
  value: C,
  options: Readonly<Record<string, string>> = {},
): Column<string | null, RefsOf<C>, never> {
  return new Column({ ...call("to_json", [columnExpression(value)]), options });
}

/** What a JSON path finds in JSON text. @example df.select(getJsonObject("json", "$.a").as("a")) */
export function getJsonObject<const C extends ColumnOrName>(json: C, path: string): Column<string | null, RefsOf<C>, never> {
  return new Column(call("get_json_object", [columnExpression(json), literalOf(path)]));
}
