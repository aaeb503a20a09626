import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import type { Schema } from "../../arrow/types.js";
import { createJsonColumnWriter } from "../../kernel/json/jsonWriter.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import type { EncodeJsonNode } from "../plan.js";

/**
 * `to_json`: consumes batches with columns of structs, arrays or maps, emits them with JSON texts in the place of those. Keeps no state.
 *
 * Invariant: one row out for each row in; the other columns are the input's own.
 */
export class JsonEncodeOperator implements Operator {
  /** By column; columns without one pass. */
  readonly #writers = new Map<number, (column: Column) => Column>();

  constructor(
    encoded: EncodeJsonNode["encoded"],
    private readonly output: Schema,
  ) {
    for (const { column, options, zone } of encoded) {
      this.#writers.set(column, createJsonColumnWriter({ options, zone }));
    }
  }

  begin(_context: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission> {
    const columns = batch.columns.map((column, i) => this.#writers.get(i)?.(column) ?? column);
    yield emission(batchOf(this.output, columns, batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
