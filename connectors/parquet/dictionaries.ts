import { crc32 } from "node:zlib";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import type { Schema } from "../../engine/arrow/types.js";

/** Rows that are looked at in each column. */
const sampledRows = 2048;
/** Stands for null. */
const absent = null;

/**
 * The columns that are better written without a dictionary, because most of their values are distinct: a dictionary of them costs a hash table over all values
 * and is given up at a megabyte.
 *
 * Known from a sample, as a birthday problem: of n values drawn from d equally frequent ones, n² / 2d repeat an earlier one. Few repeats mean that d is at least
 * half of the rows.
 */
export function mostlyDistinct(batches: readonly Batch[], schema: Schema): string[] {
  const rows = batches.reduce((sum, { length }) => sum + length, 0);
  if (rows < 2 * sampledRows) return [];
  return schema.fields.flatMap(({ name }, c) => {
    const repeats = sampledRepeats(batches, c, rows);
    return repeats !== null && repeats <= sampledRows ** 2 / rows ? [name] : [];
  });
}

/** How many of the sampled values were drawn before; null for a column that is not looked at. */
function sampledRepeats(batches: readonly Batch[], c: number, rows: number): number | null {
  const seen = new Set<number | bigint | null>();
  const step = rows / sampledRows;
  let repeats = 0;
  let next = 0;
  let first = 0;
  for (const batch of batches) {
    const column = batch.columns[c]!;
    const valueAt = reader(column);
    if (valueAt === null) return null;
    for (; next < first + batch.length; next += step) {
      const row = Math.floor(next) - first;
      const value = column.nulls !== null && column.nulls[row] !== 0 ? absent : valueAt(row);
      if (seen.has(value)) repeats++;
      else seen.add(value);
    }
    first += batch.length;
  }
  return repeats;
}

/** What tells the values of a column apart; null for small types and for columns that come with a dictionary. */
function reader(column: Column): ((row: number) => number | bigint) | null {
  switch (column.encoding) {
    case "f64":
    case "i64": {
      const { values } = column;
      return (row) => values[row]!;
    }
    case "view":
      return (row) => crc32(column.data.subarray(column.starts[row], column.starts[row]! + column.lengths[row]!));
    case "utf8":
      return (row) => crc32(column.data.subarray(column.offsets[row], column.offsets[row + 1]));
    default:
      return null;
  }
}
