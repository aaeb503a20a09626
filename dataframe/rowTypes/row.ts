import type { NameOf, RefsOf, ValueOf } from "../column.js";
import type { ColumnValue, HiddenColumns, Resolve } from "../types/deferred.js";
import type { KindOf } from "../types/values.js";
import type { Alike, Unmet } from "../types/wants.js";

/** A row of which the compiler does not know the columns; the analyzer still checks every name. */
export type LooseRow = Record<string, unknown>;

/** True when the compiler does not know the columns of `Row`. */
export type IsLoose<Row> = string extends keyof Row ? true : false;

declare const explanation: unique symbol;

/** What a wrong column name turns into: no value has this type, so that the compiler prints its first argument. */
export interface ColumnError<Message extends string, Columns extends string = never> {
  readonly [explanation]: [Message, Columns];
}

/** `C` itself if every column it names is in `Row`, and of the kind that it wants; else a readable error. */
export type Checked<C, Row> =
  IsLoose<Row> extends true
    ? C
    : Missing<Extract<RefsOf<C>, string>, Row> extends infer M extends string
      ? [M] extends [never]
        ? CheckedKinds<C, Unmet<Exclude<RefsOf<C>, string>, Row>>
        : ColumnError<`There is no column "${M}" here. These are:`, keyof Row & string>
      : never;

type CheckedKinds<C, Message extends string> = [Message] extends [never] ? C : ColumnError<Message>;

/** `Checked`, of a condition: it is a boolean, as far as the compiler knows what it is. */
export type CheckedCondition<C, Row> = Checked<C, Row> & BooleanOnly<Resolve<ValueOf<C>, Row>>;

type BooleanOnly<V> = [KindOf<V>] extends ["boolean"] ? unknown : ColumnError<"A condition is a boolean: compare the column, or cast it.">;

/** The names of columns by which two rows can be joined: both have them, and their values meet. */
export type JoinName<L, R> = { [K in keyof L & keyof R & string]: Alike<L[K], R[K]> extends true ? K : never }[keyof L & keyof R & string];

/** Those of the names `K` of which the values of both rows meet: `unknown` when all do, else a readable error. */
export type JoinKeys<K, L, R> =
  IsLoose<L> extends true
    ? unknown
    : IsLoose<R> extends true
      ? unknown
      : Strangers<K, L, R> extends infer S extends string
        ? [S] extends [never]
          ? unknown
          : ColumnError<`The column "${S}" is of another type on the other side: cast one of them first.`>
        : never;

type Strangers<K, L, R> = K extends keyof L & keyof R & string ? (Alike<L[K], R[K]> extends true ? never : K) : never;

/** `Checked` for each of a list. */
export type CheckedAll<C extends readonly unknown[], Row> = { readonly [I in keyof C]: Checked<C[I], Row> };

/** Those of the names `R` that `Row` cannot give. Paths are followed into structs; names in back-quotes are left to the analyzer. */
type Missing<R extends string, Row> = R extends unknown
  ? string extends R
    ? never
    : R extends keyof Row | keyof HiddenColumns | "*" | `\`${string}`
      ? never
      : R extends `${infer Head}.${infer Rest}`
        ? Head extends keyof Row
          ? MissingInPath<Row[Head], Rest> extends true
            ? R
            : never
          : Head extends keyof HiddenColumns
            ? MissingInPath<HiddenColumns[Head], Rest> extends true
              ? R
              : never
            : Missing<Rest, Row> extends never
              ? never
              : R
        : R
  : never;

/** Whether a struct is known not to have this member. */
type MissingInPath<Struct, Path extends string> = unknown extends Struct
  ? false
  : Path extends "*"
    ? false
    : NonNullable<Struct> extends ReadonlyMap<unknown, unknown> | readonly unknown[]
      ? false
      : Path extends `${infer Head}.${infer Rest}`
        ? Head extends keyof NonNullable<Struct>
          ? MissingInPath<NonNullable<Struct>[Head], Rest>
          : true
        : Path extends keyof NonNullable<Struct>
          ? false
          : true;

/** An object type written out, so that editors show its members: what a conditional type gives is shown as it is, not by the name of what made it. */
export type Flat<T> = T extends infer Members ? { [K in keyof Members]: Members[K] } : never;

type Positions<C> = Exclude<keyof C, keyof (readonly unknown[])>;

/**
 * The columns that a list of select items gives. Those without a name known to the compiler (`a + 1`) are left out: name them with `as`.
 * Of a list made at run time (`select(...names)`) nothing is known.
 */
export type Selected<C extends readonly unknown[], Row> = number extends C["length"] ? LooseRow : SelectedItems<C, Row>;

type SelectedItems<C extends readonly unknown[], Row> = [StarOf<C[number]>] extends [never]
  ? { [I in Positions<C> as NameOf<C[I]>]: Resolve<ValueOf<C[I]>, Row> }
  : IsLoose<Row> extends true
    ? StarOf<C[number]> extends `${string}.*`
      ? Flat<NamedItems<C, Row> & StarRow<StarOf<C[number]>, Row>>
      : LooseRow
    : Flat<NamedItems<C, Row> & StarRow<StarOf<C[number]>, Row>>;

type NamedItems<C extends readonly unknown[], Row> = { [I in Positions<C> as NameOf<C[I]>]: Resolve<ValueOf<C[I]>, Row> };

/** The stars among the items: `*` and `struct.*`. */
type StarOf<C> = Extract<RefsOf<C>, "*" | `${string}.*`>;

type StarRow<S extends string, Row> = (
  S extends "*" ? (row: Row) => void : S extends `${infer Path}.*` ? (row: StarFields<Row, Path>) => void : never
) extends (row: infer All) => void
  ? All
  : never;

/** The members of the struct `Path`; all columns when it is an alias of the DataFrame. */
type StarFields<Row, Path extends string> = Path extends keyof Row
  ? MembersOf<Row[Path]>
  : Path extends `${string}.${string}`
    ? MembersOf<ColumnValue<Row, Path>>
    : Row;

type MembersOf<Struct> = unknown extends Struct
  ? LooseRow
  : null extends Struct
    ? { [K in keyof NonNullable<Struct>]: NonNullable<Struct>[K] | null }
    : Struct;

/** `Row` with column `N` added or replaced. */
export type WithColumn<Row, N extends string, V> =
  IsLoose<Row> extends true
    ? Row
    : string extends N
      ? LooseRow
      : { [K in keyof Row | N]: K extends N ? V : K extends keyof Row ? Row[K] : never };

/** `Row` with column `From` under the name `To`. */
export type Renamed<Row, From extends string, To extends string> =
  IsLoose<Row> extends true ? Row : { [K in keyof Row as K extends From ? To : K]: Row[K] };

/** `Row` without columns `N`. */
export type Dropped<Row, N extends string> = IsLoose<Row> extends true ? Row : { [K in keyof Row as K extends N ? never : K]: Row[K] };

/** How two DataFrames meet, in Spark's words. */
export type JoinHow =
  | "inner"
  | "cross"
  | "outer"
  | "full"
  | "fullouter"
  | "full_outer"
  | "left"
  | "leftouter"
  | "left_outer"
  | "right"
  | "rightouter"
  | "right_outer"
  | "semi"
  | "leftsemi"
  | "left_semi"
  | "anti"
  | "leftanti"
  | "left_anti";

type LeftNullable<How> = How extends "outer" | `full${string}` | `right${string}` ? true : false;
type RightNullable<How> = How extends "outer" | `full${string}` | "left" | `left${"" | "_"}outer` ? true : false;

/** The row of a join; `Shared` are the columns of `using`. */
export type Joined<L, R, How extends JoinHow, Shared extends string = never> = How extends
  | "semi"
  | "anti"
  | `left${"" | "_"}${"semi" | "anti"}`
  ? L
  : IsLoose<L> extends true
    ? LooseRow
    : IsLoose<R> extends true
      ? LooseRow
      : Flat<
          Both<
            LeftNullable<How> extends true ? AllNullableBut<L, Shared> : L,
            RightNullable<How> extends true ? AllNullableBut<R, Shared> : R
          >
        >;

type AllNullableBut<Row, Shared extends string> = { [K in keyof Row]: K extends Shared ? Row[K] : Row[K] | null };

type Both<L, R> = {
  [K in keyof L | keyof R]: K extends keyof L ? (K extends keyof R ? L[K] | R[K] : L[K]) : K extends keyof R ? R[K] : never;
};
