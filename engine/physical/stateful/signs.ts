import type { Column } from "../../arrow/column.js";
import { plainColumn } from "../../arrow/columns.js";
import { assert } from "../../errors/assert.js";

/** The values of a column that says 1 or −1 of each row. */
export function signsOf(column: Column): Int32Array {
  const plain = plainColumn(column);
  assert(plain.encoding === "i32", "a sign is an int");
  return plain.values;
}
