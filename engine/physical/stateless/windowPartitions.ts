import type { Batch } from "../../arrow/batch.js";
import { rowOrder } from "./rowOrder.js";
import type { WindowSpec } from "./windowSpec.js";

/** Ranges of rows that share something: of each row, where its range begins and where it ends (exclusive). */
export interface Ranges {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The number of ranges. */
  readonly count: number;
  /** Of each row, the number of its range. */
  readonly numbers: Int32Array;
}

/** The partitions of sorted rows. */
export function partitionsOf(rows: Batch, { partition }: WindowSpec): Ranges {
  const compare = rowOrder(
    partition.map((column) => ({ column, descending: false, nullsFirst: true })),
    rows,
  );
  return rangesOf(rows.length, (row) => compare(row - 1, row) !== 0);
}

/** The rows of a partition that the order does not tell apart: all of them without an order. */
export function peersOf(rows: Batch, { order }: WindowSpec, { starts }: Ranges): Ranges {
  const compare = rowOrder(order, rows);
  return rangesOf(rows.length, (row) => starts[row] === row || compare(row - 1, row) !== 0);
}

function rangesOf(length: number, begins: (row: number) => boolean): Ranges {
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  const numbers = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const isNew = row === 0 || begins(row);
    if (isNew) count++;
    starts[row] = isNew ? row : starts[row - 1]!;
    numbers[row] = count - 1;
  }
  for (let row = length - 1; row >= 0; row--) ends[row] = row === length - 1 || starts[row + 1] === row + 1 ? row + 1 : ends[row + 1]!;
  return { starts, ends, count, numbers };
}
