import { crc32 } from "node:zlib";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import type { Schema } from "../../engine/arrow/types.js";

/** Rows that are looked at in each column. */
const sampledRows = 2048;
/** A dictionary is worth its hash table where each of its values is there so often, */
const oftenEnough = 16;
/** or where it saves so many bytes a row, */
const savedBytes = 16;
/** less those of a code; */
const codeBytes = 2;
/** and the writer gives it up when it is larger than this. */
const largestBytes = 1024 * 1024;
/** Stands for null. */
const absent = null;

/**
 * The columns that are better written without a dictionary: it costs a hash table over all values, which takes longer than all else that is done with them.
 *
 * How many different values a column has is estimated from a sample: of n values drawn from d equally frequent ones, d · (1 − e^(−n / d)) are different.
 */
export function plainColumns(batches: readonly Batch[], schema: Schema): string[] {
  const rows = batches.reduce((sum, { length }) => sum + length, 0);
  if (rows < 2 * sampledRows) return [];
  return schema.fields.flatMap(({ name }, c) => {
    const sample = sampleOf(batches, c, rows);
    return sample === null || isWorthIt(sample, rows) ? [] : [name];
  });
}

interface Sample {
  readonly drawn: number;
  readonly different: number;
  /** Of a value, on average. */
  readonly bytes: number;
}

function isWorthIt({ drawn, different, bytes }: Sample, rows: number): boolean {
  const all = differentValues(drawn, different);
  if (all * bytes > largestBytes) return false;
  return all * oftenEnough <= rows || bytes * (1 - all / rows) - codeBytes >= savedBytes;
}

/** How many values there are, where so many of those drawn are different. */
function differentValues(drawn: number, different: number): number {
  let [low, high] = [different, drawn * drawn];
  while (high - low > low / 100) {
    const middle = (low + high) / 2;
    if (middle * (1 - Math.exp(-drawn / middle)) < different) low = middle;
    else high = middle;
  }
  return low;
}

/** Null for a column that is not looked at. */
function sampleOf(batches: readonly Batch[], c: number, rows: number): Sample | null {
  const seen = new Set<number | bigint | null>();
  const step = rows / sampledRows;
  let [next, first, drawn, bytes] = [0, 0, 0, 0];
  for (const batch of batches) {
    const column = batch.columns[c]!;
    const reader = readerOf(column);
    if (reader === null) return null;
    for (; next < first + batch.length; next += step) {
      const row = Math.floor(next) - first;
      const isNull = column.nulls !== null && column.nulls[row] !== 0;
      seen.add(isNull ? absent : reader.valueAt(row));
      if (!isNull) bytes += reader.bytesAt(row);
      drawn++;
    }
    first += batch.length;
  }
  return { drawn, different: seen.size, bytes: bytes / drawn };
}

interface Reader {
  /** What tells the values of a column apart. */
  readonly valueAt: (row: number) => number | bigint;
  /** What a value takes without a dictionary. */
  readonly bytesAt: (row: number) => number;
}

const lengthBytes = 4;

/** Null for types of a byte or two, nested ones, and columns that come with a dictionary. */
function readerOf(column: Column): Reader | null {
  switch (column.encoding) {
    case "f64":
    case "i64":
    case "i32":
    case "f32": {
      const { values } = column;
      return { valueAt: (row) => values[row]!, bytesAt: () => values.BYTES_PER_ELEMENT };
    }
    case "view": {
      const { data, starts, lengths } = column;
      return {
        valueAt: (row) => crc32(data.subarray(starts[row], starts[row]! + lengths[row]!)),
        bytesAt: (row) => lengthBytes + lengths[row]!,
      };
    }
    case "utf8": {
      const { data, offsets } = column;
      return {
        valueAt: (row) => crc32(data.subarray(offsets[row], offsets[row + 1])),
        bytesAt: (row) => lengthBytes + offsets[row + 1]! - offsets[row]!,
      };
    }
    default:
      return null;
  }
}
