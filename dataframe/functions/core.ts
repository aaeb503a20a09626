import {
  Column,
  call,
  columnExpression,
  operandExpression,
  type AnyColumn,
  type NameOf,
  type Operand,
  type OperandRefs,
  type OperandValue,
  type RefsOf,
  type ValueOf,
} from "../column.js";
import { checkArguments, instanceOf, text } from "../arguments.js";
import { literalOf, type LiteralValue } from "../literal.js";
import { nameExpression } from "../names.js";
import type { ArrayOf, Coalesced, NoElse, StructOf } from "../types/deferred.js";
import type { ColumnOrName, Takes } from "./make.js";
import { callOver, nullary } from "./make.js";
import { parseExpression } from "../../engine/sql/parser.js";

/** A column by name; `a.b` is member b of struct a, `*` all columns. @example df.select(col("celsius")) */
export function col<const K extends string>(name: K): Column<ValueOf<K>, K, NameOf<K>> {
  checkArguments("col", [text], [name]);
  return new Column(nameExpression(name));
}

/** The same as `col`. @example df.select(column("celsius")) */
export function column<const K extends string>(name: K): Column<ValueOf<K>, K, NameOf<K>> {
  return col(name);
}

/** A value as a column. @example df.select(lit(1).as("one")) */
export function lit<L extends LiteralValue>(value: L): Column<OperandValue<L>, never, `${Exclude<L, object | null | symbol>}`> {
  return new Column(literalOf(value));
}

/** SQL text as a column. @example df.select(expr("celsius * 1.8 + 32 AS fahrenheit")) */
export function expr(sql: string): Column<unknown, never> {
  checkArguments("expr", [text], [sql]);
  return new Column(parseExpression(sql));
}

/** Any function of Spark by its name: for those without a wrapper here. Strings are column names. @example df.select(callFunction("upper", "sensorId").as("loud")) */
export function callFunction<const C extends readonly ColumnOrName[]>(
  name: string,
  ...columns: C
): Column<unknown, RefsOf<C[number]>, never> {
  checkArguments("callFunction", [text], [name]);
  return callOver(name, columns);
}

/** The value of the first branch whose condition holds; go on with `.when` and `.otherwise`. @example df.select(when(col("celsius").lt(0), "ice").otherwise("water").as("state")) */
export function when<C extends AnyColumn, O extends Operand>(
  condition: C,
  value: O,
): Column<OperandValue<O> | NoElse, OperandRefs<O> | Takes<C, "boolean", "when">, never> {
  checkArguments("when", [instanceOf("a Column", Column)], [condition]);
  return new Column(call("case", [condition.expression, operandExpression(value)]));
}

/** The first value that is not null. @example df.select(coalesce("celsius", lit(0)).as("c")) */
export function coalesce<const C extends readonly [...ColumnOrName[], ColumnOrName]>(
  ...columns: C
): Column<
  Coalesced<ValueOf<C[number]>, C extends readonly [...unknown[], infer Last] ? ValueOf<Last> : unknown>,
  RefsOf<C[number]>,
  never
> {
  return callOver("coalesce", columns);
}

/** The second value where the first is null. @example df.select(ifnull("celsius", lit(0)).as("c")) */
export function ifnull<const A extends ColumnOrName, const B extends ColumnOrName>(
  a: A,
  b: B,
): Column<Coalesced<ValueOf<A | B>, ValueOf<B>>, RefsOf<A | B>, never> {
  return callOver("ifnull", [a, b]);
}

/** The same as `ifnull`. @example df.select(nvl("celsius", lit(0)).as("c")) */
export function nvl<const A extends ColumnOrName, const B extends ColumnOrName>(
  a: A,
  b: B,
): Column<Coalesced<ValueOf<A | B>, ValueOf<B>>, RefsOf<A | B>, never> {
  return callOver("nvl", [a, b]);
}

/** Null where both are equal, else the first. @example df.select(nullif("sensorId", lit("")).as("s")) */
export function nullif<const A extends ColumnOrName, const B extends ColumnOrName>(
  a: A,
  b: B,
): Column<ValueOf<A> | null, RefsOf<A | B>, never> {
  return callOver("nullif", [a, b]);
}

/** Whether it is null. @example df.where(isNull("celsius")) */
export function isNull<const C extends ColumnOrName>(value: C): Column<boolean, RefsOf<C>, never> {
  return callOver("isnull", [value]);
}

/** Whether it is not null. @example df.where(isNotNull("celsius")) */
export function isNotNull<const C extends ColumnOrName>(value: C): Column<boolean, RefsOf<C>, never> {
  return callOver("isnotnull", [value]);
}

/** Whether it is NaN. @example df.where(isNaN("celsius").not()) */
export function isNaN<const C extends ColumnOrName>(value: C): Column<boolean, Takes<C, "number", "isNaN">, never> {
  return callOver("isnan", [value]);
}

/** `not condition`. @example df.where(not(col("celsius").gt(0))) */
export function not<const C extends ColumnOrName>(condition: C): Column<boolean | null, Takes<C, "boolean", "not">, never> {
  return callOver("not", [condition]);
}

/** The largest of the values, nulls aside. @example df.select(greatest("celsius", lit(0.5)).as("g")) */
export function greatest<const C extends readonly ColumnOrName[]>(
  ...columns: C
): Column<ValueOf<C[number]> | null, Takes<C[number], "ordered", "greatest">, never> {
  return callOver("greatest", columns);
}

/** The smallest of the values, nulls aside. @example df.select(least("celsius", lit(0.5)).as("l")) */
export function least<const C extends readonly ColumnOrName[]>(
  ...columns: C
): Column<ValueOf<C[number]> | null, Takes<C[number], "ordered", "least">, never> {
  return callOver("least", columns);
}

/** A struct of columns, its members named as they are. @example df.select(struct("sensorId", "celsius").as("reading")) */
export function struct<const C extends readonly ColumnOrName[]>(...columns: C): Column<StructOf<MembersOf<C>>, RefsOf<C[number]>, never> {
  return new Column(
    call(
      "struct",
      columns.map((item, i) => columnExpression(item, "struct", i)),
    ),
  );
}

type MembersOf<C extends readonly unknown[]> = { [I in Exclude<keyof C, keyof (readonly unknown[])> as NameOf<C[I]>]: ValueOf<C[I]> };

/** An array of columns of one type. @example df.select(array("celsius", lit(0.5)).as("both")) */
export function array<const C extends readonly ColumnOrName[]>(
  ...columns: C
): Column<ArrayOf<ValueOf<C[number]>>, RefsOf<C[number]>, never> {
  return callOver("array", columns);
}

/** A map of keys and values in turn. @example df.select(map(lit("c"), "celsius").as("m")) */
export function map<const C extends readonly ColumnOrName[]>(...columns: C): Column<Map<unknown, unknown>, RefsOf<C[number]>, never> {
  return callOver("map", columns);
}

/** Ascending order of a column. @example await df.orderBy(asc("celsius")).collect() */
export function asc<const C extends ColumnOrName>(value: C): Column<ValueOf<C>, Takes<C, "ordered", "asc">, NameOf<C>> {
  return new Column({ kind: "sortOrder", child: columnExpression(value, "asc"), descending: false, nullsFirst: true });
}

/** Descending order of a column. @example await df.orderBy(desc("celsius")).collect() */
export function desc<const C extends ColumnOrName>(value: C): Column<ValueOf<C>, Takes<C, "ordered", "desc">, NameOf<C>> {
  return new Column({ kind: "sortOrder", child: columnExpression(value, "desc"), descending: true, nullsFirst: false });
}

/** The second value where the first is not null, else the third. @example df.select(nvl2("celsius", lit("known"), lit("unknown")).as("s")) */
export function nvl2<const C extends ColumnOrName, const A extends ColumnOrName, const B extends ColumnOrName>(
  value: C,
  known: A,
  unknown: B,
): Column<ValueOf<A | B>, RefsOf<C | A | B>, never> {
  return callOver("nvl2", [value, known, unknown]);
}

/** Null where it is 0. @example df.select(nullifzero("celsius").as("c")) */
export function nullifzero<const C extends ColumnOrName>(value: C): Column<ValueOf<C> | null, Takes<C, "number", "nullifzero">, never> {
  return callOver("nullifzero", [value]);
}

/** 0 where it is null. @example df.select(zeroifnull("celsius").as("c")) */
export function zeroifnull<const C extends ColumnOrName>(
  value: C,
): Column<Exclude<ValueOf<C>, null>, Takes<C, "number", "zeroifnull">, never> {
  return callOver("zeroifnull", [value]);
}

/** The name of a column's type, as SQL writes it. @example df.select(typeOf("celsius").as("t")) */
export function typeOf<const C extends ColumnOrName>(value: C): Column<string, RefsOf<C>, never> {
  return callOver("typeof", [value]);
}

/** A struct of names and values in turn. @example df.select(namedStruct(lit("c"), "celsius").as("s")) */
export function namedStruct<const C extends readonly ColumnOrName[]>(
  ...namesAndValues: C
): Column<Record<string, unknown>, RefsOf<C[number]>, never> {
  return callOver("named_struct", namesAndValues);
}

/** The name of the session time zone. @example df.select(currentTimezone().as("zone")) */
export const currentTimezone = nullary<string>("current_timezone");
/** The row's place in its batch. @example df.select(monotonicallyIncreasingId().as("row")) */
export const monotonicallyIncreasingId = nullary<number>("monotonically_increasing_id");
