declare const explanation: unique symbol;

/** What a type that does not exist turns into: no value has this type. */
export interface TypeError<Word extends string> {
  readonly [explanation]: `There is no type "${Word}".`;
}

type TypeWord =
  | "ARRAY"
  | "BIGINT"
  | "BINARY"
  | "BOOLEAN"
  | "BYTE"
  | "CHAR"
  | "CHARACTER"
  | "DATE"
  | "DEC"
  | "DECIMAL"
  | "DOUBLE"
  | "FLOAT"
  | "INT"
  | "INTEGER"
  | "INTERVAL"
  | "LONG"
  | "MAP"
  | "NUMERIC"
  | "REAL"
  | "SHORT"
  | "SMALLINT"
  | "STRING"
  | "STRUCT"
  | "TIME"
  | "TIMESTAMP"
  | "TIMESTAMP_LTZ"
  | "TIMESTAMP_NTZ"
  | "TINYINT"
  | "VARCHAR"
  | "VARIANT"
  | "VOID";

/**
 * A schema as it was given, or an error that names a word of a DDL text that is no type. Texts that are quoted or commented are left to the parser, which
 * reads every one of them.
 */
export type CheckedDdl<S> = Judged<S, S extends string ? BadColumns<Plain<S>> : never>;

/** The same of the text of one type. */
export type CheckedType<S> = Judged<S, S extends string ? BadTypes<Plain<S>> : never>;

type Judged<S, Bad extends string> = S extends string
  ? string extends S
    ? S
    : S extends `${string}${"`" | "'"}${string}`
      ? S
      : [Bad] extends [never]
        ? S
        : // Put together at run time.
          string extends Bad
          ? S
          : S & TypeError<Bad>
  : S;

/** Without what stands in parentheses. */
type Plain<S extends string> = S extends `${infer A}(${string})${infer B}` ? `${A}${Plain<B>}` : S;

/** Pieces between commas are columns, members or values of maps. */
type BadColumns<S extends string> = S extends `${infer Column},${infer Rest}` ? BadColumn<Column> | BadColumns<Rest> : BadColumn<S>;
type BadTypes<S extends string> = S extends `${infer Type},${infer Rest}` ? BadType<Type> | BadColumns<Rest> : BadType<S>;

/** `name TYPE`, `name: TYPE`, or `TYPE` alone, which is left alone. */
type BadColumn<S extends string> = S extends `${infer Head}<${infer Inner}`
  ? Unknown<LastWord<Trim<Head>>> | BadInner<LastWord<Trim<Head>>, Inner>
  : S extends `${infer Member}>${string}`
    ? BadColumn<Member>
    : Trim<S> extends `${string}${" " | ":"}${infer Type}`
      ? BadType<Type>
      : never;

type BadType<S extends string> = S extends `${infer Head}<${infer Inner}`
  ? Unknown<Trim<Head>> | BadInner<Trim<Head>, Inner>
  : S extends `${infer Type}>${string}`
    ? BadType<Type>
    : Unknown<FirstWord<Trim<S>>>;

type BadInner<Outer extends string, Inner extends string> = Uppercase<Outer> extends "STRUCT" ? BadColumn<Inner> : BadType<Inner>;

type Unknown<Word extends string> = Uppercase<Word> extends TypeWord | "" ? never : Word;

type FirstWord<S extends string> = S extends `${infer Word} ${string}` ? Word : S;

type LastWord<S extends string> = S extends `${string}${" " | ":"}${infer Rest}` ? LastWord<Rest> : S;

type Trim<S extends string> = S extends ` ${infer Rest}` | `\n${infer Rest}`
  ? Trim<Rest>
  : S extends `${infer Rest} ` | `${infer Rest}\n`
    ? Trim<Rest>
    : S;
