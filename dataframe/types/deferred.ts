import type { Timestamp } from "../../engine/arrow/rows.js";
import type { Decimal, KindOf } from "./values.js";

/**
 * Value types that depend on the row a column is used with: what `col("celsius")` is, is known only at the verb that gets it.
 *
 * A Column carries such a type expression; a DataFrame verb evaluates it with `Resolve` over its own row. They exist for the compiler only.
 */
declare const deferred: unique symbol;

/** A value type that only a row makes known. */
export interface Deferred<Kind extends string> {
  readonly [deferred]: Kind;
}

/** The type of column `K` (a name or a dotted path). */
export interface Of<K extends string> extends Deferred<"of"> {
  readonly column: K;
}

/** `A op B` of two numbers. */
export interface Arithmetic<A, B> extends Deferred<"arithmetic"> {
  readonly left: A;
  readonly right: B;
}

/** `sum(V)`, and whatever else widens like it. */
export interface Sum<V> extends Deferred<"sum"> {
  readonly of: V;
}

/** `avg(V)`: double, or decimal of decimals. */
export interface Average<V> extends Deferred<"average"> {
  readonly of: V;
}

/** The first of the values that is not null: null only when the last may be. */
export interface Coalesced<All, Last> extends Deferred<"coalesced"> {
  readonly all: All;
  readonly last: Last;
}

/** What a `when(…)` gives without `otherwise`: null. */
export interface NoElse extends Deferred<"noElse"> {
  readonly noElse: true;
}

/** `V[]`. */
export interface ArrayOf<V> extends Deferred<"array"> {
  readonly element: V;
}

/** An element of an array, or a value of a map. */
export interface ElementOf<V> extends Deferred<"element"> {
  readonly of: V;
}

/** A struct of these members. */
export interface StructOf<Members> extends Deferred<"struct"> {
  readonly members: Members;
}

/** Member `K` of a struct. */
export interface FieldOf<V, K extends string> extends Deferred<"field"> {
  readonly of: V;
  readonly field: K;
}

/** The names of a struct's members, as far as they are known. */
export type MemberName<V> = unknown extends V ? never : KindOf<V> extends "struct" ? keyof NonNullable<V> & string : never;

/** `V` as it is evaluated over a `Row`. */
export type Resolve<V, Row> =
  V extends Deferred<string>
    ? V extends Of<infer K>
      ? ColumnValue<Row, K>
      : V extends Arithmetic<infer A, infer B>
        ? ArithmeticResult<Resolve<A, Row>, Resolve<B, Row>>
        : V extends Sum<infer A>
          ? SumResult<Resolve<A, Row>>
          : V extends Average<infer A>
            ? AverageResult<Resolve<A, Row>>
            : V extends Coalesced<infer All, infer Last>
              ? NonNullable<Resolve<All, Row>> | NullOf<Resolve<Last, Row>>
              : V extends ArrayOf<infer A>
                ? Resolve<A, Row>[]
                : V extends ElementOf<infer A>
                  ? ElementResult<Resolve<A, Row>>
                  : V extends StructOf<infer Members>
                    ? { [K in keyof Members]: Resolve<Members[K], Row> }
                    : V extends FieldOf<infer A, infer K>
                      ? PathValue<Resolve<A, Row>, K>
                      : V extends NoElse
                        ? null
                        : unknown
    : V;

/** The type of column `K` of a row: a name, a path into a struct, or a name behind an alias of the DataFrame (`l.k`). */
export type ColumnValue<Row, K extends string> = K extends keyof Row
  ? Row[K]
  : K extends keyof HiddenColumns
    ? HiddenColumns[K]
    : K extends `${infer Head}.${infer Rest}`
      ? Head extends keyof Row
        ? PathValue<Row[Head], Rest>
        : Head extends keyof HiddenColumns
          ? PathValue<HiddenColumns[Head], Rest>
          : ColumnValue<Row, Rest>
      : unknown;

/** What every row may have beside its columns: rows of files do, and whether they are is known when the query is built. */
export interface HiddenColumns {
  readonly _metadata: {
    readonly file_path: string;
    readonly file_name: string;
    readonly file_size: number;
    readonly file_block_start: number;
    readonly file_block_length: number;
    readonly file_modification_time: Timestamp;
    /** Of Parquet files. */
    readonly row_index: number;
  };
}

type PathValue<Struct, Path extends string> = Path extends `${infer Head}.${infer Rest}`
  ? PathValue<PathValue<Struct, Head>, Rest>
  : Path extends keyof NonNullable<Struct>
    ? NonNullable<Struct>[Path] | NullOf<Struct>
    : unknown;

/** null if `V` may be null. */
export type NullOf<V> = null extends V ? null : never;

/**
 * Number types meet as Spark's do as far as JavaScript sees them: a decimal and a number may be either. What comes out is spelled in every branch, because
 * editors show the name of an alias that is a union.
 */
type ArithmeticResult<A, B> = [KindOf<A>] extends [never]
  ? unknown
  : [KindOf<B>] extends [never]
    ? unknown
    : [KindOf<A> | KindOf<B>] extends ["number"]
      ? NonNullable<A> | NonNullable<B> | NullOf<A> | NullOf<B>
      : [KindOf<A> | KindOf<B>] extends ["decimal"]
        ? Decimal | NullOf<A> | NullOf<B>
        : [KindOf<A> | KindOf<B>] extends ["decimal" | "number"]
          ? number | Decimal | NullOf<A> | NullOf<B>
          : unknown;

type SumResult<V> = [NonNullable<V>] extends [number] ? number | null : [KindOf<V>] extends ["decimal"] ? Decimal | null : unknown;
type AverageResult<V> = [KindOf<V>] extends ["number"] ? number | null : [KindOf<V>] extends ["decimal"] ? Decimal | null : unknown;

type ElementResult<V> =
  NonNullable<V> extends readonly (infer E)[] ? E | null : NonNullable<V> extends ReadonlyMap<unknown, infer E> ? E | null : unknown;
