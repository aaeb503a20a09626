import type { Column, Nulls } from "../../arrow/column.js";
import { buffers } from "../../arrow/buffers.js";
import type { DataType } from "../../arrow/types.js";
import type { DecoderMemory } from "../wasm/decoderMemory.js";
import { token, type JsonReader } from "./jsonReader.js";
import type { JsonFailure } from "./jsonFailure.js";

/** What became of a value. */
export const outcome = {
  ok: 0,
  /** A value is there, but something inside of it could not be converted and is null. */
  partial: 1,
  /** It could not be converted; the row keeps what it had. */
  failed: 2,
} as const;

/** What the builders of one decoder share. */
export interface BuilderContext {
  readonly memory: DecoderMemory;
  readonly reader: JsonReader;
  /** IANA name of the zone of texts without one. */
  readonly zone: string;
  /** Null: Spark's default form. */
  readonly timestampForm: ((text: string) => bigint | undefined) | null;
  readonly timestampNtzForm: ((text: string) => bigint | undefined) | null;
  readonly dateForm: ((text: string) => number | undefined) | null;
  /** Whether numbers and nested values that a string column takes are written anew (`from_json`) or kept as they stand (files). */
  readonly rewriteText: boolean;
  readonly failure: JsonFailure;
  /** Makes the builder of a nested type's part. */
  readonly builderOf: (type: DataType) => ColumnBuilder;
}

/**
 * A column being decoded, row by row in ascending order; a row may be written again until the next one is.
 *
 * `nulls` is written for every row by the strict path; the generated walker writes it only for rows that have one, so it is zero wherever nobody wrote.
 */
export abstract class ColumnBuilder {
  nulls: Uint8Array = new Uint8Array(0);
  protected capacity = 0;

  constructor(
    readonly type: DataType,
    protected readonly context: BuilderContext,
  ) {}

  /** Makes room for `rows` rows. What is there stays. */
  ensure(rows: number): void {
    if (rows <= this.capacity) return;
    let capacity = Math.max(this.capacity, 64);
    while (capacity < rows) capacity *= 2;
    this.nulls = grown(this.nulls, buffers.bytes(capacity));
    this.grow(capacity);
    this.capacity = capacity;
  }

  /** Forgets all rows. */
  reset(): void {
    this.nulls.fill(0);
  }

  setNull(row: number): void {
    this.nulls[row] = 1;
  }

  /** Converts the value at the reader, consuming it. */
  abstract read(row: number): number;

  /** The first `length` rows. Valid until the next `reset`. */
  abstract finish(length: number): Column;

  protected abstract grow(capacity: number): void;

  protected nullsOf(length: number): Nulls {
    const nulls = this.nulls.subarray(0, length);
    return nulls.includes(1) ? nulls : null;
  }
}

/** A builder of values that are one token. */
export abstract class ScalarBuilder extends ColumnBuilder {
  /** Converts a token: its kind and its text. Writes the value, but not `nulls`. */
  abstract convert(row: number, kind: number, start: number, stop: number, escaped: boolean): number;

  read(row: number): number {
    const { reader, failure } = this.context;
    const kind = reader.next();
    if (kind === token.null) {
      this.setNull(row);
      return outcome.ok;
    }
    const { start } = reader;
    if (kind === token.object || kind === token.array) {
      reader.skipNested(kind);
      reader.stop = reader.at;
    }
    const { stop, escaped } = reader;
    const result = this.convert(row, kind, start, stop, escaped);
    if (result === outcome.ok) this.nulls[row] = 0;
    else failure.note(this.type, kind, reader.bytes, start, stop, escaped);
    return result;
  }
}

/** `larger`, holding what `old` held. */
export function grown<T extends Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array>(
  old: T,
  larger: T,
): T {
  (larger as Uint8Array).set(old as Uint8Array);
  return larger;
}
