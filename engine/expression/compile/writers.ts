import { checkedPlaces } from "../../arrow/batchSize.js";
import { assert } from "../../errors/assert.js";
import { buffers } from "../../arrow/buffers.js";
import type { Column, FixedArrays, FixedEncoding, Nulls } from "../../arrow/column.js";
import { columnFromValues, fixedEncodingOf, isLongLike } from "../../arrow/columns.js";
import { allocateFixed, fixedColumn } from "../../arrow/encodings.js";
import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { copyBytes } from "./runtime/bytes.js";

/** The buffers of one output column, kept from run to run; generated code writes row `k` into them. */
export interface Writer {
  /** Room for `rows` rows; what was written before is gone. */
  reserve(rows: number): void;
  readonly nulls: Uint8Array;
  /** What was written, of `length` rows; `nulls` when the code may write any. */
  finish(length: number, hasNulls: boolean): Column;
}

abstract class NullWriter {
  nulls: Uint8Array = new Uint8Array(0);
  protected capacity = 0;

  /** Grows to at least `rows`; true when the buffers must be made anew. */
  protected grow(rows: number): boolean {
    if (rows <= this.capacity && this.capacity > 0) return false;
    this.capacity = Math.max(rows, this.capacity * 2, 64);
    this.nulls = buffers.bytes(this.capacity);
    return true;
  }

  protected nullsOf(length: number, hasNulls: boolean): Nulls {
    return hasNulls ? this.nulls.subarray(0, length) : null;
  }
}

/** Values of fixed width in `values`. */
export class FixedWriter extends NullWriter implements Writer {
  values: FixedArrays[FixedEncoding] = new Uint8Array(0);

  constructor(
    private readonly type: DataType,
    private readonly encoding: FixedEncoding,
  ) {
    super();
  }

  reserve(rows: number): void {
    if (this.grow(rows)) this.values = allocateFixed(this.encoding, this.capacity);
  }

  finish(length: number, hasNulls: boolean): Column {
    return fixedColumn(this.type, this.encoding, this.values.subarray(0, length), length, this.nullsOf(length, hasNulls));
  }
}

/** Decimals beyond 18 digits, two elements a row. */
export class Decimal128Writer extends NullWriter implements Writer {
  values: BigInt64Array = new BigInt64Array(0);

  constructor(private readonly type: DataType) {
    super();
  }

  reserve(rows: number): void {
    if (this.grow(rows)) this.values = buffers.int64(this.capacity * 2);
  }

  finish(length: number, hasNulls: boolean): Column {
    return {
      type: this.type,
      encoding: "i128",
      length,
      nulls: this.nullsOf(length, hasNulls),
      values: this.values.subarray(0, length * 2),
    };
  }
}

/** Strings and binaries that were computed: their bytes are copied one after the other. */
export class Utf8Writer extends NullWriter implements Writer {
  offsets: Int32Array = new Int32Array(1);
  private data: Uint8Array = buffers.bytes(1024);
  private used = 0;

  constructor(private readonly type: DataType) {
    super();
  }

  reserve(rows: number): void {
    this.used = 0;
    if (this.grow(rows)) this.offsets = buffers.int32(this.capacity + 1);
  }

  /** Appends row `k`. */
  put(k: number, from: Uint8Array, start: number, length: number): void {
    if (this.used + length > this.data.length) this.growData(this.used + length);
    copyBytes(this.data, this.used, from, start, length);
    this.used += length;
    this.offsets[k + 1] = this.used;
  }

  putNull(k: number): void {
    this.offsets[k + 1] = this.used;
  }

  finish(length: number, hasNulls: boolean): Column {
    const nulls = this.nullsOf(length, hasNulls);
    return { type: this.type, encoding: "utf8", length, nulls, data: this.data, offsets: this.offsets.subarray(0, length + 1) };
  }

  private growData(needed: number): void {
    checkedPlaces(needed);
    const grown = buffers.bytes(Math.min(2 ** 31 - 1, Math.max(needed, this.data.length * 2)));
    grown.set(this.data.subarray(0, this.used));
    this.data = grown;
  }
}

/** Rows of a view or utf8 column that passed the filter: ranges of the bytes that are there. */
export class ViewWriter extends NullWriter implements Writer {
  starts: Int32Array = new Int32Array(0);
  lengths: Int32Array = new Int32Array(0);
  data: Uint8Array = new Uint8Array(0);

  constructor(private readonly type: DataType) {
    super();
  }

  reserve(rows: number): void {
    if (!this.grow(rows)) return;
    this.starts = buffers.int32(this.capacity);
    this.lengths = buffers.int32(this.capacity);
  }

  finish(length: number, hasNulls: boolean): Column {
    const [starts, lengths] = [this.starts.subarray(0, length), this.lengths.subarray(0, length)];
    return { type: this.type, encoding: "view", length, nulls: this.nullsOf(length, hasNulls), data: this.data, starts, lengths };
  }
}

/** Rows of a dictionary column that passed the filter. */
export class CodesWriter extends NullWriter implements Writer {
  codes: Int32Array = new Int32Array(0);
  dictionary: Column | null = null;

  constructor(private readonly type: DataType) {
    super();
  }

  reserve(rows: number): void {
    if (this.grow(rows)) this.codes = buffers.int32(this.capacity);
  }

  finish(length: number, hasNulls: boolean): Column {
    const { type, dictionary } = this;
    assert(dictionary !== null, "a dictionary column is written with its dictionary");
    return {
      type,
      encoding: "dictionary",
      length,
      nulls: this.nullsOf(length, hasNulls),
      codes: this.codes.subarray(0, length),
      dictionary,
    };
  }
}

/** Nested values that were computed: engine values, made a column at the end. */
export class ValueWriter implements Writer {
  readonly nulls = new Uint8Array(0);
  values: Value[] = [];

  constructor(private readonly type: DataType) {}

  reserve(): void {
    this.values = [];
  }

  finish(length: number): Column {
    return columnFromValues(this.type, this.values.slice(0, length));
  }
}

/** The writer of computed values of a type. */
export function writerFor(type: DataType, exact: boolean): Writer {
  if (type.kind === "string" || type.kind === "binary") return new Utf8Writer(type);
  if (isLongLike(type) && exact) return new FixedWriter(type, "i64");
  const encoding = fixedEncodingOf(type);
  if (encoding !== null) return new FixedWriter(type, encoding);
  return type.kind === "decimal" ? new Decimal128Writer(type) : new ValueWriter(type);
}
