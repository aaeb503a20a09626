/** The formats that can be read, as `dataframe/formats.ts` lists them. */
export type SourceFormat =
  | "csv"
  | "generator"
  | "json"
  | "kafka"
  | "memory"
  | "parquet"
  | "rate"
  | "state-metadata"
  | "statestore"
  | "text";

/** The formats that can be written. */
export type SinkFormat = "arrow" | "console" | "csv" | "json" | "kafka" | "memory" | "noop" | "parquet" | "text";

declare const explanation: unique symbol;

/** What a format that does not exist turns into: no value has this type. */
export interface FormatError<Format extends string, Formats extends string> {
  readonly [explanation]: [`There is no format "${Format}". These are:`, Formats];
}

/** A format that is known at run time only; a text that is written out must be one of `Formats`. */
export type SomeFormat<F extends string, Formats extends string> = string extends F ? F : F & FormatError<F, Formats>;
