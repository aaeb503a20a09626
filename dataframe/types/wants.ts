import type { Deferred, Resolve } from "./deferred.js";
import type { KindOf, ValueKind } from "./values.js";

/*
 * What a column asks of the row it is used with: names of columns, and kinds of values. A Column carries all of it as one union, so that whatever is made of
 * columns asks for what they ask for; a verb, which has the row, checks it.
 */

declare const wanted: unique symbol;

/** The function or operator `By` wants a value `V` of a kind. */
export interface Wants<out V, out Kind extends WantedKind, out By extends string> {
  readonly [wanted]: { readonly value: V; readonly kind: Kind; readonly by: By };
}

/** A comparison wants two values that can be compared. */
export interface WantsAlike<out A, out B> {
  readonly [wanted]: { readonly left: A; readonly right: B };
}

/** `Wants`, but for values that are known to be of that kind already. */
export type Needs<V, Kind extends WantedKind, By extends string> =
  V extends Deferred<string> ? Wants<V, Kind, By> : [KindOf<V>] extends [Accepted[Kind]] ? never : Wants<V, Kind, By>;

/** What a column may ask for. */
export type Asked = string | Wants<unknown, WantedKind, string> | WantsAlike<unknown, unknown>;

/** The kinds that functions want, and what they accept. */
interface Accepted {
  anything: ValueKind;
  array: "array";
  boolean: "boolean";
  collection: "array" | "map";
  date: "date" | "dateTime" | "timestamp";
  map: "map";
  nested: "array" | "map" | "struct";
  moment: "date" | "dateTime" | "struct" | "timestamp";
  number: "decimal" | "number";
  numberOrTime: "date" | "dateTime" | "decimal" | "number" | "timestamp";
  ordered: Exclude<ValueKind, "map">;
  text: "binary" | "date" | "dateTime" | "text";
  textOrNumber: "binary" | "date" | "dateTime" | "decimal" | "number" | "text";
  textOrArray: "array" | "binary" | "date" | "dateTime" | "text";
}

/** How a message says what is wanted. */
interface Said {
  anything: "anything";
  array: "an array";
  boolean: "a boolean";
  collection: "an array or a map";
  date: "a date or a timestamp";
  map: "a map";
  nested: "a struct, an array or a map";
  moment: "a timestamp";
  number: "a number";
  numberOrTime: "a number or a time";
  ordered: "values that have an order, which maps have not";
  text: "a text";
  textOrNumber: "a text or a number";
  textOrArray: "a text or an array";
}

export type WantedKind = keyof Accepted;

/** What each kind can be compared with. */
interface Comparable {
  array: "array";
  binary: "binary" | "text";
  boolean: "boolean";
  date: "date" | "dateTime" | "text" | "timestamp";
  dateTime: "date" | "dateTime" | "text" | "timestamp";
  decimal: "decimal" | "number" | "text";
  map: never;
  number: "decimal" | "number";
  struct: "struct";
  text: "binary" | "date" | "dateTime" | "decimal" | "text" | "timestamp";
  timestamp: "date" | "dateTime" | "text" | "timestamp";
}

/** The first of the wants `W` that a row does not meet, as a message; `never` when it meets all. */
export type Unmet<W, Row> =
  W extends Wants<infer V, infer Kind, infer By>
    ? [KindOf<Resolve<V, Row>>] extends [Accepted[Kind]]
      ? never
      : `${By} takes ${Said[Kind]}: cast what is none.`
    : W extends WantsAlike<infer A, infer B>
      ? Alike<Resolve<A, Row>, Resolve<B, Row>> extends true
        ? never
        : "Values of two kinds are compared: cast one of them."
      : never;

/** Whether two values can be compared, as far as the compiler knows. */
export type Alike<A, B> = [Strange<KindOf<A>, KindOf<B>>] extends [never] ? true : false;

type Strange<A, B> = A extends ValueKind ? ([B] extends [Comparable[A]] ? never : A) : never;
