import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";

/** UNION ALL by position: passes the rows of every input on under one schema, in the order of the inputs. The types were made the same below. Keeps nothing. */
export class UnionOperator implements Operator {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    yield emission(batchOf(this.#schema, batch.columns, batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
