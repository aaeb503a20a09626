import { RecordBatch, Table } from "apache-arrow";
import { batchOf, type Batch } from "../engine/arrow/batch.js";
import { concatBatches, emptyBatch } from "../engine/arrow/columns.js";
import { columnFromArrow, toArrow } from "../engine/arrow/edge.js";
import type { Schema } from "../engine/arrow/types.js";
import { shownValue } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** Batches as one Arrow table; it has its schema even without rows. A module of its own, so that apache-arrow loads only when asked for. */
export function toArrowTable(schema: Schema, batches: readonly Batch[]): Table {
  return new Table((batches.length === 0 ? [emptyBatch(schema)] : batches).map((batch) => toArrow(batch)));
}

/**
 * An Arrow table, or a record batch, as a batch of the schema: columns by name, in any order.
 *
 * @throws what `refuse` makes of anything else
 */
export function fromArrowTable(given: unknown, schema: Schema, refuse: (problem: string, cause?: unknown) => StreamingError): Batch {
  const batches = given instanceof RecordBatch ? [given] : given instanceof Table ? given.batches : null;
  if (batches === null) throw refuse(`no Arrow table: ${given === undefined ? "undefined" : shownValue(given)}`);
  const wanted = schema.fields.map(({ name }) => name);
  const parts = batches.map((batch) => {
    const names = batch.schema.fields.map(({ name }) => name);
    if (names.length !== wanted.length || !wanted.every((name) => names.includes(name))) throw refuse(`the columns (${names.join(", ")})`);
    try {
      const columns = schema.fields.map(({ name, type }) => columnFromArrow(batch.data.children[names.indexOf(name)]!, type));
      return batchOf(schema, columns, batch.numRows);
    } catch (error) {
      if (error instanceof StreamingError) throw refuse(error.message, error);
      throw error;
    }
  });
  return concatBatches(schema, parts);
}
