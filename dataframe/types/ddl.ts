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
 * A schema as it was given, or an error that names the first word of a DDL text that is no type. Texts that are nested, quoted or commented are left to the
 * parser, which reads every one of them.
 */
export type CheckedDdl<S> = S extends string
  ? string extends S
    ? S
    : S extends `${string}${"<" | "`" | "'"}${string}`
      ? S
      : BadWord<Plain<S>> extends infer W extends string
        ? [W] extends [never]
          ? S
          : S & TypeError<W>
        : never
  : S;

/** Without what stands in parentheses. */
type Plain<S extends string> = S extends `${infer A}(${string})${infer B}` ? `${A}${Plain<B>}` : S;

type BadWord<S extends string> = S extends `${infer Column},${infer Rest}` ? BadType<Trim<Column>> | BadWord<Rest> : BadType<Trim<S>>;

type BadType<Column extends string> = Column extends `${string}${" " | ":"}${infer Rest}` ? Unknown<FirstWord<Trim<Rest>>> : never;

type Unknown<Word extends string> = Uppercase<Word> extends TypeWord | "" ? never : Word;

type FirstWord<S extends string> = S extends `${infer Word} ${string}` ? Word : S;

type Trim<S extends string> = S extends ` ${infer Rest}` | `\n${infer Rest}`
  ? Trim<Rest>
  : S extends `${infer Rest} ` | `${infer Rest}\n`
    ? Trim<Rest>
    : S;
