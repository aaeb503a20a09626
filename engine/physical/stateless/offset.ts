import type { Batch } from "../../arrow/batch.js";
import { sliceBatch } from "../../arrow/columns.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** All but the first rows of a bounded table. */
export interface OffsetNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "offset";
  readonly count: number;
  readonly input: Plan;
}

export const offset: OperatorFacts<OffsetNode> = {
  kind: "offset",
  ...oneInput,
  ...stateless,
  gathers: () => true,
  ...noExpressions,
  explain: ({ count }) => `Offset ${count}`,
  make: ({ count }) => new OffsetOperator(count),
};

/**
 * OFFSET of a bounded table. Consumes batches, emits all but the first `count` rows; keeps nothing from batch to batch.
 *
 * Invariant: exactly the first `count` rows between two `begin`s do not come out.
 */
export class OffsetOperator implements Operator {
  #left = 0;

  constructor(private readonly count: number) {}

  begin(): void {
    this.#left = this.count;
  }

  *process(batch: Batch): Iterable<Emission> {
    const skipped = Math.min(this.#left, batch.length);
    this.#left -= skipped;
    if (skipped === 0) yield emission(batch);
    else if (skipped < batch.length) yield emission(sliceBatch(batch, skipped, batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
