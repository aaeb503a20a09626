import type { Column, FixedArrays, FixedEncoding, Nulls } from "../../../engine/arrow/column.js";
import { allocateFixed, fixedColumn, longsOfDoubles, loopPerEncoding } from "../../../engine/arrow/encodings.js";
import type { DataType } from "../../../engine/arrow/types.js";
import { DamagedParquet } from "../thrift.js";

/**
 * Collects the values of a column for one batch, page by page; nulls have no values in a page. The buffers are those of the last batch, which was lent.
 */
export interface ValueLane {
  /** The entries that codes of the chunk name. */
  setDictionary(body: Uint8Array, count: number): void;
  /** Makes room for a batch. */
  begin(rows: number): void;
  /**
   * Takes values as they are.
   *
   * @param from where they begin in the page, in what the lane counts: what the last call gave, 0 at first
   * @param start where the values of the page begin, in bytes
   */
  plain(body: Uint8Array, start: number, from: number, at: number, count: number): number;
  /** Takes values that are entries of the dictionary: at least one. */
  coded(codes: Int32Array, at: number, count: number, largest: number): void;
  /** Moves the values of these rows, which stand together at `at`, to the rows that are not null. */
  spread(at: number, rows: number, values: number, nulls: Uint8Array): void;
  /** The batch. */
  finish(rows: number, nulls: Nulls): Column;
}

export function checkCodes(largest: number, entries: number): void {
  if (largest >= entries) throw new DamagedParquet("a code that its dictionary does not have");
}

type Values = FixedArrays[FixedEncoding];

/** `values[at + i] = entries[codes[i]]`. */
const gather = loopPerEncoding<(values: Values, entries: Values, codes: Int32Array, at: number, count: number) => void>(
  "gatherEntries",
  ["values", "entries", "codes", "at", "count"],
  "for (let i = 0; i < count; i++) values[at + i] = entries[codes[i]];",
);

/** Moves `count` values that stand together to the rows that are not null, from the last on. */
export const spread = loopPerEncoding<(values: Values, at: number, rows: number, count: number, nulls: Uint8Array) => void>(
  "spreadValues",
  ["values", "at", "rows", "count", "nulls"],
  "let from = at + count;\nfor (let i = at + rows - 1; i >= from; i--) if (nulls[i] === 0) values[i] = values[--from];",
);

/** Checks that a page has the bytes of these values. */
export function endOfPlain(body: Uint8Array, start: number, bytes: number): number {
  if (bytes > body.length - start) throw new DamagedParquet("a page with too few values");
  return start + bytes;
}

type Copied = "i32" | "f32" | "f64";

/** Numbers that lie in a page as they lie in memory. */
export class NumberLane<E extends Copied> implements ValueLane {
  #values: FixedArrays[E];
  #bytes: Uint8Array;
  #entries: FixedArrays[E];

  constructor(
    private readonly type: DataType,
    private readonly encoding: E,
  ) {
    this.#values = allocateFixed(encoding, 0);
    this.#entries = this.#values;
    this.#bytes = bytesOf(this.#values);
  }

  setDictionary(body: Uint8Array, count: number): void {
    const end = endOfPlain(body, 0, count * this.#values.BYTES_PER_ELEMENT);
    this.#entries = allocateFixed(this.encoding, count);
    bytesOf(this.#entries).set(body.subarray(0, end));
  }

  begin(rows: number): void {
    if (this.#values.length >= rows) return;
    this.#values = allocateFixed(this.encoding, rows);
    this.#bytes = bytesOf(this.#values);
  }

  plain(body: Uint8Array, start: number, from: number, at: number, count: number): number {
    const width = this.#values.BYTES_PER_ELEMENT;
    const first = start + from * width;
    this.#bytes.set(body.subarray(first, endOfPlain(body, first, count * width)), at * width);
    return from + count;
  }

  coded(codes: Int32Array, at: number, count: number, largest: number): void {
    checkCodes(largest, this.#entries.length);
    gather[this.encoding](this.#values, this.#entries, codes, at, count);
  }

  spread(at: number, rows: number, values: number, nulls: Uint8Array): void {
    spread[this.encoding](this.#values, at, rows, values, nulls);
  }

  finish(rows: number, nulls: Nulls): Column {
    return fixedColumn(this.type, this.encoding, this.#values.subarray(0, rows) as FixedArrays[E], rows, nulls);
  }
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Integers of 64 bits: doubles as long as all of a batch are safe integers. */
export class LongLane implements ValueLane {
  #doubles = allocateFixed("f64", 0);
  /** Of a batch with other values. */
  #longs: BigInt64Array | null = null;
  #entries: BigInt64Array = new BigInt64Array(0);
  /** Null when one of them is no safe integer. */
  #entryDoubles: Float64Array | null = null;
  /** Where a page's values lie as memory has them. */
  #aligned = new BigInt64Array(0);

  constructor(private readonly type: DataType) {}

  setDictionary(body: Uint8Array, count: number): void {
    const end = endOfPlain(body, 0, count * 8);
    this.#entries = new BigInt64Array(count);
    bytesOf(this.#entries).set(body.subarray(0, end));
    const doubles = new Float64Array(count);
    this.#entryDoubles = toDoubles(this.#entries, doubles, 0, count) ? doubles : null;
  }

  begin(rows: number): void {
    this.#longs = null;
    if (this.#doubles.length < rows) this.#doubles = allocateFixed("f64", rows);
  }

  plain(body: Uint8Array, start: number, from: number, at: number, count: number): number {
    if (this.#aligned.length < count) this.#aligned = new BigInt64Array(count);
    const first = start + from * 8;
    bytesOf(this.#aligned).set(body.subarray(first, endOfPlain(body, first, count * 8)));
    if (this.#longs === null && !toDoubles(this.#aligned, this.#doubles, at, count)) this.#becomeExact(at);
    this.#longs?.set(this.#aligned.subarray(0, count), at);
    return from + count;
  }

  coded(codes: Int32Array, at: number, count: number, largest: number): void {
    const entries = this.#entries;
    checkCodes(largest, entries.length);
    if (this.#longs === null && this.#entryDoubles !== null) gather.f64(this.#doubles, this.#entryDoubles, codes, at, count);
    else gather.i64(this.#longs ?? this.#becomeExact(at), entries, codes, at, count);
  }

  /** The values before `at` as integers, and those that come too. */
  #becomeExact(at: number): BigInt64Array {
    const longs = allocateFixed("i64", this.#doubles.length);
    longs.set(longsOfDoubles(this.#doubles, at, null));
    return (this.#longs = longs);
  }

  spread(at: number, rows: number, values: number, nulls: Uint8Array): void {
    if (this.#longs === null) spread.f64(this.#doubles, at, rows, values, nulls);
    else spread.i64(this.#longs, at, rows, values, nulls);
  }

  finish(rows: number, nulls: Nulls): Column {
    if (this.#longs === null) return fixedColumn(this.type, "f64", this.#doubles.subarray(0, rows), rows, nulls);
    return fixedColumn(this.type, "i64", this.#longs.subarray(0, rows), rows, nulls);
  }
}

/** Writes the longs as doubles; false when one is no safe integer. */
function toDoubles(longs: BigInt64Array, into: Float64Array, at: number, count: number): boolean {
  const halves = new Int32Array(longs.buffer, longs.byteOffset, count * 2);
  let magnitude = 0;
  for (let i = 0; i < count; i++) {
    const high = halves[2 * i + 1]!;
    magnitude |= high ^ (high >> 31);
    into[at + i] = high * 4294967296 + (halves[2 * i]! >>> 0);
  }
  // All below 2^52. The others are looked at one by one.
  return magnitude < 1_048_576 || longs.subarray(0, count).every((value) => Number.isSafeInteger(Number(value)));
}

/** Decimals of at most 18 digits: unscaled, in 32 or 64 bits. */
export class DecimalLane implements ValueLane {
  #values = allocateFixed("i64", 0);
  #entries = new BigInt64Array(0);

  constructor(
    private readonly type: DataType,
    private readonly width: 4 | 8,
  ) {}

  setDictionary(body: Uint8Array, count: number): void {
    endOfPlain(body, 0, count * this.width);
    this.#entries = new BigInt64Array(count);
    this.#take(body, 0, this.#entries, 0, count);
  }

  begin(rows: number): void {
    if (this.#values.length < rows) this.#values = allocateFixed("i64", rows);
  }

  plain(body: Uint8Array, start: number, from: number, at: number, count: number): number {
    this.#take(body, start + from * this.width, this.#values, at, count);
    return from + count;
  }

  #take(body: Uint8Array, first: number, into: BigInt64Array, at: number, count: number): void {
    const part = body.subarray(first, endOfPlain(body, first, count * this.width));
    if (this.width === 8) return bytesOf(into).set(part, at * 8);
    const halves = new Int32Array(into.buffer, into.byteOffset + at * 8, count * 2);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let i = 0; i < count; i++) {
      const value = view.getInt32(4 * i, true);
      halves[2 * i] = value;
      halves[2 * i + 1] = value >> 31;
    }
  }

  coded(codes: Int32Array, at: number, count: number, largest: number): void {
    checkCodes(largest, this.#entries.length);
    gather.i64(this.#values, this.#entries, codes, at, count);
  }

  spread(at: number, rows: number, values: number, nulls: Uint8Array): void {
    spread.i64(this.#values, at, rows, values, nulls);
  }

  finish(rows: number, nulls: Nulls): Column {
    return fixedColumn(this.type, "i64", this.#values.subarray(0, rows), rows, nulls);
  }
}

/** Truth values: a bit each. */
export class BooleanLane implements ValueLane {
  #values = allocateFixed("u8", 0);

  constructor(private readonly type: DataType) {}

  setDictionary(): void {
    throw new DamagedParquet("a dictionary of truth values");
  }

  begin(rows: number): void {
    if (this.#values.length < rows) this.#values = allocateFixed("u8", rows);
  }

  plain(body: Uint8Array, start: number, from: number, at: number, count: number): number {
    endOfPlain(body, start, Math.ceil((from + count) / 8));
    const values = this.#values;
    for (let i = 0; i < count; i++) {
      const bit = from + i;
      values[at + i] = (body[start + (bit >> 3)]! >> (bit & 7)) & 1;
    }
    return from + count;
  }

  /** Truth values in runs are their own codes. */
  coded(codes: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) this.#values[at + i] = codes[i]!;
  }

  spread(at: number, rows: number, values: number, nulls: Uint8Array): void {
    spread.u8(this.#values, at, rows, values, nulls);
  }

  finish(rows: number, nulls: Nulls): Column {
    return fixedColumn(this.type, "u8", this.#values.subarray(0, rows), rows, nulls);
  }
}
