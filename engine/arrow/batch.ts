import { assert } from "../errors/assert.js";
import type { Column } from "./column.js";
import { sameType, type Schema } from "./types.js";

/**
 * Rows as columns. Always dense: a filter writes the rows that pass, there is no selection vector.
 *
 * A batch borrows its columns' buffers until the next pull from its producer.
 */
export interface Batch {
  readonly schema: Schema;
  /** One column a field, in the schema's order, each of `length` rows. */
  readonly columns: readonly Column[];
  readonly length: number;
}

/** A batch, its invariants checked. */
export function batchOf(schema: Schema, columns: readonly Column[], length: number): Batch {
  assert(columns.length === schema.fields.length, `${columns.length} columns for ${schema.fields.length} fields`);
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    const { name, type } = schema.fields[i]!;
    assert(column.length === length, `column ${name} has ${column.length} rows in a batch of ${length}`);
    assert(sameType(column.type, type), `column ${name} is of type ${column.type.kind}, its field of ${type.kind}`);
  }
  return { schema, columns, length };
}
