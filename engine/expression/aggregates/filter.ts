import type { Column } from "../../arrow/column.js";
import { plainColumn } from "../../arrow/columns.js";
import { assert } from "../../errors/assert.js";

/** Whether a row passes an aggregate's FILTER: true, neither false nor null. */
export function passes(filter: Column | null): (row: number) => boolean {
  if (filter === null) return () => true;
  const column = plainColumn(filter);
  if (column.encoding === "null") return () => false;
  assert(column.encoding === "u8", `a filter of encoding ${column.encoding}`);
  const { values, nulls } = column;
  return (row) => values[row] !== 0 && (nulls === null || nulls[row] === 0);
}
