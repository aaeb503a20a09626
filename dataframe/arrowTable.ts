import { Table } from "apache-arrow";
import type { Batch } from "../engine/arrow/batch.js";
import { emptyBatch } from "../engine/arrow/columns.js";
import { toArrow } from "../engine/arrow/edge.js";
import type { Schema } from "../engine/arrow/types.js";

/** Batches as one Arrow table; it has its schema even without rows. A module of its own, so that apache-arrow loads only when asked for. */
export function toArrowTable(schema: Schema, batches: readonly Batch[]): Table {
  return new Table((batches.length === 0 ? [emptyBatch(schema)] : batches).map((batch) => toArrow(batch)));
}
