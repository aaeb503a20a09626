import { call, Column, columnExpression, type AnyColumn, type ValueOf } from "../column.js";
import { literalOf } from "../literal.js";
import type { ElementOf } from "../types/deferred.js";
import type { ColumnOrName, Takes } from "./make.js";
import type { Asked, WantedKind } from "../types/wants.js";

/** A column of which the compiler does not know the name before `as` gives one: generators name theirs by what they make. */
type Elements<C, By extends string> = Column<ElementOf<ValueOf<C>>, Takes<C, "collection", By>>;
type Several<C, Kind extends WantedKind, By extends string> = Column<unknown, Takes<C, Kind, By>>;

function generator<V, R extends Asked>(name: string, columns: readonly ColumnOrName[]): Column<V, R> {
  return new Column(
    call(
      name,
      columns.map((column, i) => columnExpression(column, name, i)),
    ),
  );
}

/** A row for each element of an array (`col`), or for each entry of a map (`key`, `value`); none for an empty or null one. @example df.select(explode("tags").as("tag")) */
export function explode<const C extends ColumnOrName>(collection: C): Elements<C, "explode"> {
  return generator("explode", [collection]);
}

/** The same as `explode`, with a row of nulls where there is no element. @example df.select("id", explodeOuter("tags").as("tag")) */
export function explodeOuter<const C extends ColumnOrName>(collection: C): Elements<C, "explodeOuter"> {
  return generator("explode_outer", [collection]);
}

/** A row for each element, with its place from 0: `pos` and `col`, of a map `pos`, `key` and `value`. @example df.select(posexplode("tags").as("at", "tag")) */
export function posexplode<const C extends ColumnOrName>(collection: C): Several<C, "collection", "posexplode"> {
  return generator("posexplode", [collection]);
}

/** The same as `posexplode`, with a row of nulls where there is no element. @example df.select("id", posexplodeOuter("tags").as("at", "tag")) */
export function posexplodeOuter<const C extends ColumnOrName>(collection: C): Several<C, "collection", "posexplodeOuter"> {
  return generator("posexplode_outer", [collection]);
}

/** A row for each struct of an array, its members as columns. @example df.select(inline(array(struct("id", "sensorId")))) */
export function inline<const C extends ColumnOrName>(structs: C): Several<C, "array", "inline"> {
  return generator("inline", [structs]);
}

/** The same as `inline`, with a row of nulls where there is no struct. @example df.select("id", inlineOuter(array(struct("sensorId")))) */
export function inlineOuter<const C extends ColumnOrName>(structs: C): Several<C, "array", "inlineOuter"> {
  return generator("inline_outer", [structs]);
}

/** The columns in `rows` rows, filled row by row: `col0`, `col1` … @example df.select(stack(2, lit("id"), "id", lit("twice"), col("id").multiply(2)).as("what", "value")) */
export function stack<const C extends readonly ColumnOrName[]>(rows: number, ...columns: C): Several<C[number], "anything", "stack"> {
  return new Column(call("stack", [literalOf(rows), ...columns.map((column, i) => columnExpression(column, "stack", i + 1))]));
}

/** Fields of a JSON object in a text column, as texts: `c0`, `c1` …; null where there is none. @example df.select(jsonTuple("sensorId", "a", "b").as("a", "b")) */
export function jsonTuple<const C extends string | AnyColumn>(json: C, ...fields: readonly string[]): Several<C, "text", "jsonTuple"> {
  return new Column(call("json_tuple", [columnExpression(json, "json_tuple"), ...fields.map((field) => literalOf(field))]));
}
