import type { DataType } from "./types.js";

/**
 * A column: a logical type and a physical encoding, both visible to code generation.
 *
 * Nulls are one byte a row (1 = null; `null` = no row is null): a byte store is cheaper in a generated loop than a bit. The value under a null
 * is undefined and must not be read. Arrow's bitmaps and layouts are made at the edges only (`edge.ts`).
 *
 * A column borrows its buffers from whoever made it: they are valid until the next pull from that producer. What lives longer takes a copy
 * (`retain`), which is the column itself when nobody writes to its buffers again (`ownership.ts`).
 */
export type Column =
  | FixedColumn
  | Decimal128Column
  | ViewColumn
  | Utf8Column
  | DictionaryColumn
  | ConstantColumn
  | StructColumn
  | ListColumn
  | MapColumn
  | NullColumn;

/** One byte a row, 1 = null; `null` when no row is. */
export type Nulls = Uint8Array | null;

interface ColumnBase {
  readonly type: DataType;
  readonly length: number;
  readonly nulls: Nulls;
}

/** The typed array behind each fixed-width encoding. */
export interface FixedArrays {
  /** boolean (0 or 1) */
  u8: Uint8Array;
  /** byte */
  i8: Int8Array;
  /** short */
  i16: Int16Array;
  /** int, date (days), interval_yearmonth (months) */
  i32: Int32Array;
  /** float */
  f32: Float32Array;
  /** double; long, timestamp, timestamp_ntz and interval_daytime of which every value is a safe integer */
  f64: Float64Array;
  /** the same 64-bit types at any magnitude; decimal up to 18 digits (unscaled) */
  i64: BigInt64Array;
}

export type FixedEncoding = keyof FixedArrays;

/** Values of fixed width, one element a row. */
export type FixedColumn = { [E in FixedEncoding]: ColumnBase & { readonly encoding: E; readonly values: FixedArrays[E] } }[FixedEncoding];

/** Decimals of 19 to 38 digits: unscaled two's complement, two elements a row, the low half first. */
export interface Decimal128Column extends ColumnBase {
  readonly encoding: "i128";
  readonly values: BigInt64Array;
}

/** Strings or binaries anywhere in one buffer: row i is `data[starts[i] .. starts[i] + lengths[i])`. What decoding emits. */
export interface ViewColumn extends ColumnBase {
  readonly encoding: "view";
  readonly data: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

/** Strings or binaries one after the other: row i is `data[offsets[i] .. offsets[i + 1])`. Arrow's layout; what expressions emit. */
export interface Utf8Column extends ColumnBase {
  readonly encoding: "utf8";
  readonly data: Uint8Array;
  /** length + 1 elements. */
  readonly offsets: Int32Array;
}

/** Row i is row `codes[i]` of `dictionary`. `nulls` belongs to the rows; the dictionary may hold a null entry as well. Entries may repeat. */
export interface DictionaryColumn extends ColumnBase {
  readonly encoding: "dictionary";
  readonly codes: Int32Array;
  readonly dictionary: Column;
}

/** Every row is row 0 of `value` (a column of length 1, which may be null; `nulls` itself is then null). */
export interface ConstantColumn extends ColumnBase {
  readonly encoding: "constant";
  readonly value: Column;
}

export interface StructColumn extends ColumnBase {
  readonly encoding: "struct";
  /** One column a field, each of this column's length. */
  readonly children: readonly Column[];
}

/** Row i is elements `offsets[i] .. offsets[i + 1])` of `element`. */
export interface ListColumn extends ColumnBase {
  readonly encoding: "list";
  readonly offsets: Int32Array;
  readonly element: Column;
}

/** Row i is the entries `offsets[i] .. offsets[i + 1])` of `keys` and `values`. */
export interface MapColumn extends ColumnBase {
  readonly encoding: "map";
  readonly offsets: Int32Array;
  readonly keys: Column;
  readonly values: Column;
}

/** Type null: every row is null. */
export interface NullColumn extends ColumnBase {
  readonly encoding: "null";
}
