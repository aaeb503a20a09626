import { concatColumns } from "../../arrow/concat.js";
import type { Column } from "../../arrow/column.js";
import { sliceColumn } from "../../arrow/slice.js";
import { takeColumn } from "../../arrow/columns.js";

interface StackedRows {
  /** The row of the input, ascending. */
  readonly rows: Int32Array;
  /** The place of the stacked row among those of its row. */
  readonly elements: Int32Array;
  readonly count: number;
}

/**
 * The columns of `stack`: the place p of a row holds the arguments `p * width` to `(p + 1) * width`, and null beyond the last. `width`: how many columns.
 */
export function stackedColumns(args: readonly Column[], width: number, { rows, elements, count }: StackedRows): Column[] {
  const first = rows[0]!;
  const length = rows[count - 1]! + 1 - first;
  return Array.from({ length: width }, (_, column) => {
    const own = args.filter((__, i) => i % width === column);
    const parts = own.map((arg) => sliceColumn(arg, first, first + length));
    const from = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const place = elements[i]!;
      from[i] = place < parts.length ? place * length + rows[i]! - first : -1;
    }
    return takeColumn(concatColumns(own[0]!.type, parts), from, count);
  });
}
