import type { Batch } from "../../arrow/batch.js";
import type { Projection } from "../../expression/compile.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";

/**
 * Filter and projection. Consumes batches, emits the rows that pass, computed anew; keeps no state.
 *
 * Invariant: rows come out in the order they came in.
 */
export class ProjectOperator implements Operator {
  #context: BatchFacts | null = null;

  constructor(private readonly projection: Projection) {}

  begin(context: BatchFacts): void {
    this.#context = context;
  }

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    const result = this.projection.run(batch, this.#context!);
    if (result.length > 0) yield emission(result);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
