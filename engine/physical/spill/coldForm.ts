import { batchOf, type Batch } from "../../arrow/batch.js";
import { plainColumn, takeBatch } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Schema } from "../../arrow/types.js";
import { keyGroupOf, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { RowHashes } from "./sheddingOperator.js";

/** Rows with the hashes by which they are found behind them. */
export function withFound({ schema, columns, length }: Batch, values: Int32Array): Batch {
  const found: Column = { type: types.int, encoding: "i32", length, nulls: null, values };
  return batchOf(types.struct([...schema.fields, field("found", types.int, false)]), [...columns, found], length);
}

export function hashesOf({ columns }: Batch): Int32Array {
  const hashes = plainColumn(columns.at(-1)!);
  assert(hashes.encoding === "i32", "upserts end in the hashes of their keys");
  return hashes.values;
}

/** Upserts with the hashes that their keys have: a file from before a migration may have others. */
export function withHashes({ schema, columns, length }: Batch, { hashes, keyOf }: RowHashes): Batch {
  const values = keyOf === null ? hashes.slice(0, length) : Int32Array.from({ length }, (_, row) => hashes[keyOf[row]!]!);
  const hash: Column = { type: types.int, encoding: "i32", length, nulls: null, values };
  return batchOf(schema, [...columns.slice(0, -1), hash], length);
}

/** Some upserts in the order of their key groups. */
export function inGroups(upserts: Batch, rows: Int32Array): Batch {
  const hashes = hashesOf(upserts);
  const groupAt = (row: number): number => keyGroupOf(hashes[row]!);
  const isInOrder = rows.every((row, j) => j === 0 || groupAt(rows[j - 1]!) <= groupAt(row));
  if (isInOrder && rows.length === upserts.length) return upserts;
  const ordered = isInOrder ? rows : rows.toSorted((a, b) => groupAt(a) - groupAt(b));
  return takeBatch(upserts, ordered, ordered.length);
}

/** The columns of upserts. */
export function rowsOf({ key, value }: StateSchema): Schema {
  return types.struct([...key.fields, ...value.fields, field("group", types.int, false)]);
}
