import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import type { Emit, Operator } from "../operator.js";

/** UNION ALL by position: passes the rows of every input on under one schema, in the order of the inputs. The types were made the same below. Keeps nothing. */
export class UnionOperator implements Operator {
  readonly #schema: Schema;
  readonly #emit: Emit;

  constructor(schema: Schema, emit: Emit) {
    this.#schema = schema;
    this.#emit = emit;
  }

  begin(): void {}

  process(batch: Batch): void {
    this.#emit(batchOf(this.#schema, batch.columns, batch.length));
  }

  finish(): void {}
}
