import { assert } from "../errors/assert.js";
import { batchOf, type Batch } from "./batch.js";
import type { Column } from "./column.js";
import { fixedColumn } from "./encodings.js";

/** Rows `start .. end` (half-open) over the same buffers: nothing is copied, and it lives as long as `batch` does. */
export function sliceBatch(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.length) return batch;
  return batchOf(
    batch.schema,
    batch.columns.map((column) => sliceColumn(column, start, end)),
    end - start,
  );
}

/** The batch in slices of at most `rows` rows; itself when it has no more, none when it has no row. */
export function* slicesOf(batch: Batch, rows: number): Generator<Batch, void, void> {
  for (let start = 0; start < batch.length; start += rows) yield sliceBatch(batch, start, Math.min(start + rows, batch.length));
}

/** The same of one column. Offsets of strings, lists and maps need not start at 0 then. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  assert(start >= 0 && start <= end && end <= column.length, `rows ${start} to ${end} of ${column.length}`);
  if (start === 0 && end === column.length) return column;
  const { type } = column;
  const length = end - start;
  const nulls = column.nulls === null ? null : column.nulls.subarray(start, end);
  switch (column.encoding) {
    case "null":
    case "constant":
      return { ...column, length };
    case "dictionary":
      return { ...column, length, nulls, codes: column.codes.subarray(start, end) };
    case "i128":
      return { ...column, length, nulls, values: column.values.subarray(2 * start, 2 * end) };
    case "view":
      return { ...column, length, nulls, starts: column.starts.subarray(start, end), lengths: column.lengths.subarray(start, end) };
    case "utf8":
    case "list":
    case "map":
      return { ...column, length, nulls, offsets: column.offsets.subarray(start, end + 1) };
    case "struct":
      return { ...column, length, nulls, children: column.children.map((child) => sliceColumn(child, start, end)) };
    default: {
      return fixedColumn(type, column.encoding, column.values.subarray(start, end), length, nulls);
    }
  }
}
