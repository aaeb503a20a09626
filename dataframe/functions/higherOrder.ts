import { anything, callable, checkArguments, notExpected } from "../arguments.js";
import {
  call,
  Column,
  columnExpression,
  operandExpression,
  type AnyColumn,
  type OperandRefs,
  type RefsOf,
  type ValueOf,
} from "../column.js";
import { attributeNamed } from "../names.js";
import { freshId, type Lambda } from "../../engine/expression/expression.js";
import type { ArrayOf, ElementOf } from "../types/deferred.js";
import type { ColumnOrName, Takes } from "./make.js";

type ElementColumn<C> = Column<ElementOf<ValueOf<C>>, never, never>;
type IndexColumn = Column<number, never, never>;

/** A TypeScript function as a lambda: called once, with columns that stand for its parameters. Their names are unique, so that lambdas nest. */
function lambda(parameterNames: readonly string[], body: (...parameters: Column<never, never, never>[]) => AnyColumn): Lambda {
  checkArguments("a function of arrays", [anything, callable], [null, body]);
  const parameters = parameterNames.map((name) => {
    const id = freshId();
    return { kind: "lambdaVariable", id, name: `${name}_${id}`, type: null, nullable: true } as const;
  });
  const columns = parameters.map(({ name }) => new Column<never, never, never>(attributeNamed([name])));
  const result: unknown = body(...columns);
  if (!(result instanceof Column)) throw notExpected("a function of elements, which gives a Column", 1, "one that gives a Column", result);
  return { kind: "lambda", parameters, body: result.expression };
}

/** The names of as many parameters as the function declares: Spark's functions take fewer or more. */
function parametersOf(body: { readonly length: number } | undefined, ...names: readonly string[]): readonly string[] {
  return names.slice(0, Math.max(1, body?.length ?? 1));
}

/** Each element of an array (with its place from 0) made into another. @example df.select(transform("tags", (tag) => upper(tag)).as("t")) */
export function transform<const C extends ColumnOrName, B extends AnyColumn>(
  array: C,
  make: (element: ElementColumn<C>, index: IndexColumn) => B,
): Column<ArrayOf<ValueOf<B>>, Takes<C, "array", "transform"> | OperandRefs<B>, never> {
  return new Column(call("transform", [columnExpression(array, "transform"), lambda(parametersOf(make, "x", "i"), make)]));
}

/** The elements of an array that meet a condition. @example df.select(filter("tags", (tag) => tag.startsWith("n")).as("t")) */
export function filter<const C extends ColumnOrName, B extends AnyColumn>(
  array: C,
  condition: (element: ElementColumn<C>, index: IndexColumn) => B,
): Column<ValueOf<C>, Takes<C, "array", "filter"> | Takes<B, "boolean", "filter">, never> {
  return new Column(call("filter", [columnExpression(array, "filter"), lambda(parametersOf(condition, "x", "i"), condition)]));
}

/** Whether some element meets a condition. @example df.where(exists("tags", (tag) => tag.eq("new"))) */
export function exists<const C extends ColumnOrName, B extends AnyColumn>(
  array: C,
  condition: (element: ElementColumn<C>) => B,
): Column<boolean | null, Takes<C, "array", "exists"> | Takes<B, "boolean", "exists">, never> {
  return new Column(call("exists", [columnExpression(array, "exists"), lambda(["x"], condition)]));
}

/** Whether every element meets a condition. @example df.where(forall("tags", (tag) => tag.isNotNull())) */
export function forall<const C extends ColumnOrName, B extends AnyColumn>(
  array: C,
  condition: (element: ElementColumn<C>) => B,
): Column<boolean | null, Takes<C, "array", "forall"> | Takes<B, "boolean", "forall">, never> {
  return new Column(call("forall", [columnExpression(array, "forall"), lambda(["x"], condition)]));
}

/** The elements folded into one value. @example df.select(aggregate("tags", lit(""), (all, tag) => concat(all, tag)).as("all")) */
export function aggregate<const C extends ColumnOrName, Z extends AnyColumn, B extends AnyColumn>(
  array: C,
  zero: Z,
  merge: (accumulated: Column<ValueOf<Z>, never, never>, element: ElementColumn<C>) => B,
): Column<ValueOf<Z> | ValueOf<B> | null, Takes<C, "array", "aggregate"> | OperandRefs<Z | B>, never> {
  return new Column(call("aggregate", [columnExpression(array, "aggregate"), operandExpression(zero), lambda(["acc", "x"], merge)]));
}

/** Two arrays element by element; the shorter one is filled up with null. @example df.select(zipWith("tags", "tags", (a, b) => concat(a, b)).as("t")) */
export function zipWith<const L extends ColumnOrName, const R extends ColumnOrName, B extends AnyColumn>(
  left: L,
  right: R,
  make: (left: ElementColumn<L>, right: ElementColumn<R>) => B,
): Column<ArrayOf<ValueOf<B>>, Takes<L | R, "array", "zipWith"> | OperandRefs<B>, never> {
  return new Column(
    call("zip_with", [columnExpression(left, "zip_with"), columnExpression(right, "zip_with", 1), lambda(["x", "y"], make)]),
  );
}

/** The elements in ascending order, nulls last; or in the order of a comparison that gives a negative number, 0 or a positive one. @example df.select(arraySort("tags").as("t")) */
export function arraySort<const C extends ColumnOrName, B extends AnyColumn>(
  array: C,
  compare?: (left: ElementColumn<C>, right: ElementColumn<C>) => B,
): Column<ValueOf<C>, Takes<C, "array", "arraySort"> | OperandRefs<B>, never> {
  const order = compare === undefined ? [] : [lambda(["x", "y"], compare)];
  return new Column(call("array_sort", [columnExpression(array, "array_sort"), ...order]));
}

type EntryColumn = Column<unknown, never, never>;
type OverEntries = <const C extends ColumnOrName, B extends AnyColumn>(
  map: C,
  make: (key: EntryColumn, value: EntryColumn) => B,
) => Column<Map<unknown, unknown> | null, RefsOf<C> | OperandRefs<B>, never>;

function overEntries(name: string): OverEntries {
  return (map, make) => new Column(call(name, [columnExpression(map, name), lambda(["k", "v"], make)]));
}

/** The entries of a map that meet a condition. @example df.select(mapFilter("attributes", (key) => key.eq("room")).as("m")) */
export const mapFilter = overEntries("map_filter");
/** The keys of a map made into others. @example df.select(transformKeys("attributes", (key) => upper(key)).as("m")) */
export const transformKeys = overEntries("transform_keys");
/** The values of a map made into others. @example df.select(transformValues("attributes", (key, value) => concat(key, value)).as("m")) */
export const transformValues = overEntries("transform_values");

/** Two maps key by key; where one has no such key its value is null. @example df.select(mapZipWith("attributes", "attributes", (key, a, b) => concat(a, b)).as("m")) */
export function mapZipWith<const L extends ColumnOrName, const R extends ColumnOrName, B extends AnyColumn>(
  left: L,
  right: R,
  make: (key: EntryColumn, left: EntryColumn, right: EntryColumn) => B,
): Column<Map<unknown, unknown> | null, RefsOf<L | R> | OperandRefs<B>, never> {
  return new Column(
    call("map_zip_with", [
      columnExpression(left, "map_zip_with"),
      columnExpression(right, "map_zip_with", 1),
      lambda(["k", "x", "y"], make),
    ]),
  );
}
