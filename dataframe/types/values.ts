declare const sqlType: unique symbol;

/*
 * Some columns are texts in JavaScript and something else in SQL. Their types say so, and are texts all the same: a plain text goes where one of them is wanted.
 */

/** The text of a decimal, with all its digits. */
export type Decimal = string & { readonly [sqlType]?: "decimal" };

/** The text of a date, `yyyy-MM-dd`. */
export type LocalDate = string & { readonly [sqlType]?: "date" };

/** The text of a wall-clock time without a zone (`TIMESTAMP_NTZ`), in ISO form. */
export type LocalDateTime = string & { readonly [sqlType]?: "dateTime" };

/** What a value is to SQL, as far as the compiler can tell: `never` for null and for what it does not know. */
export type KindOf<V> = unknown extends V
  ? never
  : V extends null | undefined
    ? never
    : V extends number | bigint
      ? "number"
      : V extends boolean
        ? "boolean"
        : V extends string
          ? KindOfText<V>
          : V extends Date
            ? "timestamp"
            : V extends Uint8Array
              ? "binary"
              : V extends readonly unknown[]
                ? "array"
                : V extends ReadonlyMap<unknown, unknown>
                  ? "map"
                  : "struct";

type KindOfText<V> = typeof sqlType extends keyof V ? NonNullable<V[typeof sqlType]> : "text";

/** Every kind there is. */
export type ValueKind =
  | "array"
  | "binary"
  | "boolean"
  | "date"
  | "dateTime"
  | "decimal"
  | "map"
  | "number"
  | "struct"
  | "text"
  | "timestamp";
