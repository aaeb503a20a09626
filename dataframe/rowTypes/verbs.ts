import type { AnyColumn, Column } from "../column.js";
import type { Average, HiddenColumns, Of, Resolve, Sum } from "../types/deferred.js";
import type { Checked, CheckedAll, Flat, IsLoose, LooseRow } from "./row.js";
import type { KindOf, ValueKind } from "../types/values.js";
import type { Alike } from "../types/wants.js";

/** The columns of a row, as functions of the row get them, and what rows of files have beside them (`_metadata`). */
export type ColumnsOf<Row> =
  IsLoose<Row> extends true
    ? Readonly<Record<string, AnyColumn>>
    : { readonly [K in (keyof Row & string) | keyof HiddenColumns]: Column<CellOf<Row, K>, never, K> };

type CellOf<Row, K> = K extends keyof Row ? Row[K] : K extends keyof HiddenColumns ? HiddenColumns[K] : unknown;

/** What a select item may be: the editor offers the names of columns; paths and stars are checked by `Checked`. */
export type Item<Row> = (keyof Row & string) | (string & {}) | AnyColumn;

/** What a function of the row may give where there may be several: columns in a list, or one. */
export type Items<Row> = AnyColumn | readonly Item<Row>[];

/** Them as a list. */
export type Listed<C> = C extends readonly unknown[] ? C : [C];

/** `Checked` for each of them. */
export type CheckedItems<C, Row> = C extends readonly unknown[] ? CheckedAll<C, Row> : Checked<C, Row>;

/** The name of a column. */
export type Name<Row> = IsLoose<Row> extends true ? string : keyof Row & string;

/** The name of a column that both rows have. */
export type On<L, R> = IsLoose<L> extends true ? string : IsLoose<R> extends true ? string : keyof L & keyof R & string;

/** The names of the columns whose values are of some kinds, or not known. */
type NameOfKind<Row, Kind extends string> =
  IsLoose<Row> extends true ? string : { [K in keyof Row & string]: [KindOf<Row[K]>] extends [Kind] ? K : never }[keyof Row & string];

/** How lateral joins may be. */
export type LateralHow = "inner" | "cross" | "left" | "leftouter" | "left_outer";

/** A column of numbers. */
export type NumberName<Row> = NameOfKind<Row, "decimal" | "number">;
/** A column of values that have an order. */
export type OrderedName<Row> = NameOfKind<Row, Exclude<ValueKind, "map">>;
/** An event time: a column of times, or of windows. */
export type TimeName<Row> = NameOfKind<Row, "dateTime" | "struct" | "timestamp">;

type Added<Row, Keys, Columns> = IsLoose<Row> extends true ? LooseRow : Flat<Keys & Columns>;

export type Sums<R, G, K extends string> = Added<R, G, { [N in K as `sum(${N})`]: Resolve<Sum<Of<N>>, R> }>;
export type Averages<R, G, K extends string> = Added<R, G, { [N in K as `avg(${N})`]: Resolve<Average<Of<N>>, R> }>;
export type Smallest<R, G, K extends string> = Added<R, G, { [N in K as `min(${N})`]: Resolve<Of<N>, R> | null }>;
export type Largest<R, G, K extends string> = Added<R, G, { [N in K as `max(${N})`]: Resolve<Of<N>, R> | null }>;

/** One of the rows of a group, behind what it is grouped by. */
export type Reduced<R, G> = IsLoose<R> extends true ? LooseRow : Flat<G & Omit<R, keyof G>>;

/** The rows of two tables one below the other: the columns of the first, with the values of both. */
export type Stacked<L, R> =
  IsLoose<L> extends true ? L : IsLoose<R> extends true ? LooseRow : { [K in keyof L]: K extends keyof R ? L[K] | R[K] : L[K] };

/** The same by name, where what one side lacks is null. */
export type StackedByName<L, R, Missing extends boolean> =
  IsLoose<L> extends true
    ? L
    : IsLoose<R> extends true
      ? LooseRow
      : Missing extends true
        ? {
            [K in keyof L | keyof R]: K extends keyof L
              ? K extends keyof R
                ? L[K] | R[K]
                : L[K] | null
              : K extends keyof R
                ? R[K] | null
                : never;
          }
        : Stacked<L, R>;

declare const explanation: unique symbol;

/** What two tables turn into that do not fit: no value has this type. */
export interface StackError<Message extends string> {
  readonly [explanation]: Message;
}

/** The other table of a union by name, if the columns that both have hold values that meet. */
export type Stackable<L, R> =
  IsLoose<L> extends true
    ? unknown
    : IsLoose<R> extends true
      ? unknown
      : { [K in keyof L & keyof R & string]: Alike<L[K], R[K]> extends true ? never : K }[keyof L &
            keyof R &
            string] extends infer S extends string
        ? [S] extends [never]
          ? unknown
          : StackError<`The column "${S}" is of another type on the other side: cast one of them first.`>
        : never;
