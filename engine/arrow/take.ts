import { assert } from "../errors/assert.js";
import { batchOf, type Batch } from "./batch.js";
import { buffers } from "./buffers.js";
import { checkedPlaces } from "./batchSize.js";
import { nullColumn } from "./builder.js";
import type { Column, FixedArrays, FixedEncoding, Nulls, Utf8Column, ViewColumn } from "./column.js";
import { allocateFixed, fixedColumn, loopPerEncoding } from "./encodings.js";
import { markOwned } from "./ownership.js";

/**
 * Rows `rows[0 .. count)` of a batch, in that order; a row of −1 gives nulls (the unmatched side of an outer join).
 *
 * What it gives owns its buffers (`ownership.ts`), except that dictionaries and constants are still those of `batch`.
 */
export function takeBatch(batch: Batch, rows: Int32Array, count: number): Batch {
  const present = presentRows(rows, count, batch.length);
  const columns = batch.columns.map((column) => takePresent(column, present, count));
  return batchOf(batch.schema, columns, count);
}

/** The same of one column. */
export function takeColumn(column: Column, rows: Int32Array, count: number): Column {
  return takePresent(column, presentRows(rows, count, column.length), count);
}

/** A column that has a value (or a null) of its own for every row. */
export type PlainColumn = Exclude<Column, { encoding: "dictionary" | "constant" }>;

/** The column without its dictionary or constant; its children may still have theirs. */
export function plainColumn(column: Column): PlainColumn {
  switch (column.encoding) {
    case "constant":
      return gatherPlain(plainColumn(column.value), new Int32Array(column.length), column.length, null);
    case "dictionary": {
      const { length, nulls, codes, dictionary } = column;
      if (dictionary.length === 0) return plainColumn(nullColumn(column.type, length));
      return gatherPlain(plainColumn(dictionary), codesInRange(codes, length, dictionary.length), length, nulls);
    }
    default:
      return column;
  }
}

/** Rows that exist, and which of the wanted ones do not. */
interface PresentRows {
  readonly rows: Int32Array;
  readonly missing: Nulls;
}

function presentRows(rows: Int32Array, count: number, length: number): PresentRows {
  assert(rows.length >= count, `${count} rows wanted of a list of ${rows.length}`);
  let missing: Uint8Array | null = null;
  let largest = -1;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    if (row > largest) largest = row;
    if (row < 0) (missing ??= buffers.bytes(count))[i] = 1;
  }
  assert(largest < length, `row ${largest} of ${length}`);
  if (missing === null) return { rows, missing };
  const present = new Int32Array(count);
  for (let i = 0; i < count; i++) present[i] = Math.max(rows[i]!, 0);
  return { rows: present, missing };
}

function takePresent(column: Column, { rows, missing }: PresentRows, count: number): Column {
  return column.length === 0 && missing !== null ? nullColumn(column.type, count) : gather(column, rows, count, missing);
}

/** The rows one by one, each of which exists; those of `outer` are null whatever they hold, and are not read. */
function gather(column: Column, rows: Int32Array, count: number, outer: Nulls): Column {
  const { type } = column;
  if (column.encoding === "dictionary") {
    const codes = gatherFixed("i32", column.codes, rows, count);
    return {
      type,
      encoding: "dictionary",
      length: count,
      nulls: gatherNulls(column.nulls, rows, count, outer),
      codes,
      dictionary: column.dictionary,
    };
  }
  if (column.encoding !== "constant") return gatherPlain(column, rows, count, outer);
  if (outer === null) return { type, encoding: "constant", length: count, nulls: null, value: column.value };
  return gatherPlain(plainColumn(column.value), new Int32Array(count), count, outer);
}

function gatherPlain(column: PlainColumn, rows: Int32Array, count: number, outer: Nulls): PlainColumn {
  const { type } = column;
  const nulls = gatherNulls(column.nulls, rows, count, outer);
  switch (column.encoding) {
    case "null":
      return { type, encoding: "null", length: count, nulls: null };
    case "i128":
      return markOwned({ type, encoding: "i128", length: count, nulls, values: gatherPairs(column.values, rows, count) });
    case "view":
    case "utf8":
      return markOwned(gatherBytes(column, rows, count, nulls));
    case "struct":
      return {
        type,
        encoding: "struct",
        length: count,
        nulls,
        children: column.children.map((child) => gather(child, rows, count, nulls)),
      };
    case "list": {
      const { offsets, elements, total } = gatherOffsets(column.offsets, rows, count, nulls);
      return { type, encoding: "list", length: count, nulls, offsets, element: gather(column.element, elements, total, null) };
    }
    case "map": {
      const { offsets, elements, total } = gatherOffsets(column.offsets, rows, count, nulls);
      const keys = gather(column.keys, elements, total, null);
      return { type, encoding: "map", length: count, nulls, offsets, keys, values: gather(column.values, elements, total, null) };
    }
    default:
      return markOwned(fixedColumn(type, column.encoding, gatherFixed(column.encoding, column.values, rows, count), count, nulls));
  }
}

type GatherLoop = (into: FixedArrays[FixedEncoding], values: FixedArrays[FixedEncoding], rows: Int32Array, count: number) => void;

const gatherLoops = loopPerEncoding<GatherLoop>(
  "gather",
  ["into", "values", "rows", "count"],
  "for (let i = 0; i < count; i++) into[i] = values[rows[i]];",
);

function gatherFixed<E extends FixedEncoding>(encoding: E, values: FixedArrays[E], rows: Int32Array, count: number): FixedArrays[E] {
  const into = allocateFixed(encoding, count);
  gatherLoops[encoding](into, values, rows, count);
  return into;
}

function gatherPairs(values: BigInt64Array, rows: Int32Array, count: number): BigInt64Array {
  const into = buffers.int64(count * 2);
  // Copied as halves, because reading an element would allocate a BigInt.
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const intoHalves = new Int32Array(into.buffer);
  for (let i = 0; i < count; i++) {
    const at = rows[i]! * 4;
    for (let half = 0; half < 4; half++) intoHalves[4 * i + half] = halves[at + half]!;
  }
  return into;
}

function gatherNulls(nulls: Nulls, rows: Int32Array, count: number, outer: Nulls): Nulls {
  if (nulls === null) return outer;
  const into = buffers.bytes(count);
  let any = 0;
  for (let i = 0; i < count; i++) {
    const isNull = nulls[rows[i]!]! | (outer === null ? 0 : outer[i]!);
    into[i] = isNull;
    any |= isNull;
  }
  return any === 0 ? null : into;
}

/** Bytes of short strings are copied one by one; a call for each would cost more. */
const SHORT_BYTES = 32;

function gatherBytes(column: ViewColumn | Utf8Column, rows: Int32Array, count: number, nulls: Nulls): Utf8Column {
  const { type, data } = column;
  const starts = new Int32Array(count);
  const offsets = buffers.int32(count + 1);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (nulls === null || nulls[i] === 0) {
      const row = rows[i]!;
      const start = column.encoding === "view" ? column.starts[row]! : column.offsets[row]!;
      starts[i] = start;
      total += column.encoding === "view" ? column.lengths[row]! : column.offsets[row + 1]! - start;
    }
    offsets[i + 1] = total;
  }
  checkedPlaces(total);
  const into = buffers.bytes(total);
  for (let i = 0; i < count; i++) {
    const start = starts[i]!;
    const at = offsets[i]!;
    const length = offsets[i + 1]! - at;
    if (length > SHORT_BYTES) into.set(data.subarray(start, start + length), at);
    else for (let j = 0; j < length; j++) into[at + j] = data[start + j]!;
  }
  return { type, encoding: "utf8", length: count, nulls, data: into, offsets };
}

/** Offsets of the taken lists, and which elements they hold. A null row holds none. */
function gatherOffsets(
  from: Int32Array,
  rows: Int32Array,
  count: number,
  nulls: Nulls,
): { offsets: Int32Array; elements: Int32Array; total: number } {
  const offsets = buffers.int32(count + 1);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (nulls === null || nulls[i] === 0) total += from[rows[i]! + 1]! - from[rows[i]!]!;
    offsets[i + 1] = total;
  }
  checkedPlaces(total);
  const elements = new Int32Array(total);
  for (let i = 0; i < count; i++) {
    const shift = from[rows[i]!]! - offsets[i]!;
    for (let j = offsets[i]!; j < offsets[i + 1]!; j++) elements[j] = j + shift;
  }
  return { offsets, elements, total };
}

/** Codes under a null are undefined: one that no entry has becomes 0. */
function codesInRange(codes: Int32Array, length: number, entries: number): Int32Array {
  const clean = new Int32Array(length);
  for (let i = 0; i < length; i++) clean[i] = codes[i]! >= 0 && codes[i]! < entries ? codes[i]! : 0;
  return clean;
}
