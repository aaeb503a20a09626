import { anything, checkArguments, recordOf, text } from "../arguments.js";
import { call, Column, columnExpression, type Operand, type OperandRefs, type RefsOf, type ValueOf } from "../column.js";
import { schemaInput, typeInput, type RowOfInput, type SchemaInput, type TypeValue } from "../schema.js";
import { ColumnType } from "../schema.js";
import type { ArrayOf, ElementOf } from "../types/deferred.js";
import { binary, callMixed, callOver, callWith, literalColumn, random, unary, type ColumnOrName, type Takes } from "./make.js";

/** How many elements an array or map has. @example df.select(size("tags").as("n")) */
export const size = unary<number | null, "size", "collection">("size");
/** Whether an array has an element. @example df.where(arrayContains("tags", "new")) */
export function arrayContains<const C extends ColumnOrName, O extends Operand>(
  array: C,
  element: O,
): Column<boolean | null, Takes<C, "array", "arrayContains"> | OperandRefs<O>, never> {
  return callMixed("array_contains", array, [element]);
}

/** An element of an array from 1 (from the end when negative), or the value of a key of a map. @example df.select(elementAt("tags", 1).as("first")) */
export function elementAt<const C extends ColumnOrName, O extends Operand>(
  collection: C,
  key: O,
): Column<ElementOf<ValueOf<C>>, Takes<C, "collection", "elementAt"> | OperandRefs<O>, never> {
  return callMixed("element_at", collection, [key]);
}

/** An element of an array from 1, null beyond its end. @example df.select(tryElementAt("tags", 9).as("ninth")) */
export function tryElementAt<const C extends ColumnOrName, O extends Operand>(
  collection: C,
  key: O,
): Column<ElementOf<ValueOf<C>>, Takes<C, "collection", "tryElementAt"> | OperandRefs<O>, never> {
  return callMixed("try_element_at", collection, [key]);
}

/** An element of an array from 0, null beyond its end. @example df.select(get("tags", 0).as("first")) */
export function get<const C extends ColumnOrName, O extends Operand>(
  array: C,
  index: O,
): Column<ElementOf<ValueOf<C>>, Takes<C, "array", "get"> | OperandRefs<O>, never> {
  return callMixed("get", array, [index]);
}

/** Without repeated elements. @example df.select(arrayDistinct("tags").as("t")) */
export function arrayDistinct<const C extends ColumnOrName>(array: C): Column<ValueOf<C>, Takes<C, "array", "arrayDistinct">, never> {
  return callOver("array_distinct", [array]);
}

/** The elements in order, nulls first (last when descending). @example df.select(sortArray("tags").as("t")) */
export function sortArray<const C extends ColumnOrName>(
  array: C,
  ascending = true,
): Column<ValueOf<C>, Takes<C, "array", "sortArray">, never> {
  return callWith("sort_array", array, [ascending]);
}

/** `length` elements from the 1-based `start`. @example df.select(slice("tags", 1, 2).as("t")) */
export function slice<const C extends ColumnOrName>(
  array: C,
  start: number,
  count: number,
): Column<ValueOf<C>, Takes<C, "array", "slice">, never> {
  return callWith("slice", array, [start, count]);
}

/** The elements as text with a separator between them. @example df.select(arrayJoin("tags", ",").as("t")) */
export function arrayJoin<const C extends ColumnOrName>(
  array: C,
  separator: string,
  nullText?: string,
): Column<string | null, Takes<C, "array", "arrayJoin">, never> {
  return callWith("array_join", array, nullText === undefined ? [separator] : [separator, nullText]);
}

/** The 1-based place of an element, 0 when it is not there. @example df.select(arrayPosition("tags", "new").as("n")) */
export function arrayPosition<const C extends ColumnOrName, O extends Operand>(
  array: C,
  element: O,
): Column<number | null, Takes<C, "array", "arrayPosition"> | OperandRefs<O>, never> {
  return callMixed("array_position", array, [element]);
}

/** The smallest element. @example df.select(arrayMin("tags").as("t")) */
export function arrayMin<const C extends ColumnOrName>(array: C): Column<ElementOf<ValueOf<C>>, Takes<C, "array", "arrayMin">, never> {
  return callOver("array_min", [array]);
}

/** The largest element. @example df.select(arrayMax("tags").as("t")) */
export function arrayMax<const C extends ColumnOrName>(array: C): Column<ElementOf<ValueOf<C>>, Takes<C, "array", "arrayMax">, never> {
  return callOver("array_max", [array]);
}

/** The elements of both, once each. @example df.select(arrayUnion("tags", "tags").as("t")) */
export const arrayUnion = binary<unknown, "array_union", "array">("array_union");
/** The elements that are in both, once each. @example df.select(arrayIntersect("tags", "tags").as("t")) */
export const arrayIntersect = binary<unknown, "array_intersect", "array">("array_intersect");
/** The elements of the first that are not in the second, once each. @example df.select(arrayExcept("tags", "tags").as("t")) */
export const arrayExcept = binary<unknown, "array_except", "array">("array_except");
/** An array of arrays as one array. @example df.select(flatten(array("tags", "tags")).as("t")) */
export const flatten = unary<unknown, "flatten", "array">("flatten");
/** The keys of a map. @example df.select(mapKeys("attributes").as("k")) */
export const mapKeys = unary<unknown[] | null, "map_keys", "map">("map_keys");
/** The values of a map. @example df.select(mapValues("attributes").as("v")) */
export const mapValues = unary<unknown[] | null, "map_values", "map">("map_values");

/** JSON text as a value of a schema; null fields where it does not fit. @example df.select(fromJson("json", schema({ a: t.int })).as("j")).select("j.*") */
export function fromJson<const C extends ColumnOrName, S extends SchemaInput | ColumnType>(
  json: C,
  as: S,
  options: Readonly<Record<string, string>> = {},
): Column<(S extends ColumnType ? TypeValue<S> : RowOfInput<S>) | null, Takes<C, "text", "fromJson">, never> {
  checkArguments("fromJson", [anything, anything, jsonOptions], [json, as, options]);
  return new Column({ ...call("from_json", [columnExpression(json, "from_json")]), typeArgument: jsonType(as), options });
}

const jsonOptions = recordOf("an object of options, each a text", text);

function jsonType(as: SchemaInput | ColumnType): ReturnType<typeof typeInput> {
  return as instanceof ColumnType ? as.dataType : schemaInput(as);
}

/** A struct, array or map as JSON text. @example df.select(toJson(struct("sensorId", "celsius")).as("value")) */
export function toJson<const C extends ColumnOrName>(
  value: C,
  options: Readonly<Record<string, string>> = {},
): Column<string | null, Takes<C, "nested", "toJson">, never> {
  checkArguments("toJson", [anything, jsonOptions], [value, options]);
  return new Column({ ...call("to_json", [columnExpression(value, "to_json")]), options });
}

/** How many elements an array has. @example df.select(arraySize("tags").as("n")) */
export const arraySize = unary<number | null, "array_size", "array">("array_size");
/** The keys and values of a map as structs. @example df.select(mapEntries("attributes").as("e")) */
export const mapEntries = unary<{ key: unknown; value: unknown }[] | null, "map_entries", "map">("map_entries");
/** A map of an array of keys and an array of values. @example df.select(mapFromArrays(array(lit("a")), array(lit(1))).as("m")) */
export const mapFromArrays = binary<Map<unknown, unknown> | null, "map_from_arrays", "array">("map_from_arrays");

/** The elements in a random order: with a seed Spark's, without one drawn from the batch and the row. @example df.select(shuffle("tags", 7).as("t")) */
export function shuffle<const C extends ColumnOrName>(array: C, seed?: number): Column<ValueOf<C>, Takes<C, "array", "shuffle">, never> {
  return seed === undefined ? random("shuffle", [array]) : callOver("shuffle", [array, literalColumn(seed)]);
}

/** The array without its nulls. @example df.select(arrayCompact("tags").as("t")) */
export function arrayCompact<const C extends ColumnOrName>(array: C): Column<ValueOf<C>, Takes<C, "array", "arrayCompact">, never> {
  return callOver("array_compact", [array]);
}

/** An array of the value `times` times. @example df.select(arrayRepeat("sensorId", 2).as("twice")) */
export function arrayRepeat<const C extends ColumnOrName, O extends Operand>(
  value: C,
  times: O,
): Column<ArrayOf<ValueOf<C>>, RefsOf<C> | OperandRefs<O>, never> {
  return callMixed("array_repeat", value, [times]);
}

/** Whether a map has a key. @example df.where(mapContainsKey("attributes", "room")) */
export function mapContainsKey<const C extends ColumnOrName, O extends Operand>(
  map: C,
  key: O,
): Column<boolean | null, Takes<C, "map", "mapContainsKey"> | OperandRefs<O>, never> {
  return callMixed("map_contains_key", map, [key]);
}
