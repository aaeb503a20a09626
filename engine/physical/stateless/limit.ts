import type { Batch } from "../../arrow/batch.js";
import { sliceBatch } from "../../arrow/columns.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** The first rows of a batch: bounded tables, and complete mode. */
export interface LimitNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "limit";
  readonly count: number;
  readonly input: Plan;
}

export const limit: OperatorFacts<LimitNode> = {
  kind: "limit",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => true,
  explain: ({ count }) => `Limit ${count}`,
  make: ({ count }) => new LimitOperator(count),
};

/**
 * LIMIT over what one batch gives (bounded tables, complete mode). Consumes batches, emits the first `count` rows; keeps nothing from batch to batch.
 *
 * Invariant: at most `count` rows come out between two `begin`s.
 */
export class LimitOperator implements Operator {
  #left = 0;

  constructor(private readonly count: number) {}

  get isFull(): boolean {
    return this.#left === 0;
  }

  begin(_context: BatchFacts): void {
    this.#left = this.count;
  }

  *process(batch: Batch): Iterable<Emission> {
    if (this.#left === 0 || batch.length === 0) return;
    const taken = batch.length <= this.#left ? batch : sliceBatch(batch, 0, this.#left);
    this.#left -= taken.length;
    yield emission(taken);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
