import type { Batch } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import type { Attribute } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import type { NodeBase } from "../nodeFacts.js";
import { watermarkMoved, type BatchFacts, type Emission, type StatefulOperator, type StateOperatorMetrics } from "../operator.js";
import { OrderedRowsState } from "./orderedRowsState.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

/** An operator all of whose state are rows by key, in an order. What it emits is for those who extend it. */
export abstract class OrderedRowsOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  protected readonly state: OrderedRowsState;
  protected readonly output: Schema;
  readonly #hasEventTime: boolean;

  /** @param name of the operator in progress and checkpoint */
  constructor(
    spec: TopRowsSpec,
    name: string,
    { input, output }: { readonly input: NodeBase; readonly output: readonly Attribute[] },
    protected readonly chunks: ChunkSizes,
  ) {
    this.operatorId = spec.operatorId;
    this.state = new OrderedRowsState(spec, name, input.output, chunks);
    this.schemas = [this.state.schema];
    this.output = schemaOf(output);
    this.#hasEventTime = spec.eventTime !== null;
  }

  abstract process(batch: Batch): Iterable<Emission>;
  abstract finish(): Iterable<Emission>;

  needsBatch(facts: BatchFacts): boolean {
    return this.#hasEventTime && watermarkMoved(facts, this.operatorId);
  }

  begin(facts: BatchFacts): void {
    this.state.begin(facts);
  }

  restore(changes: StateChanges): void {
    this.state.restore(changes);
  }

  changes(): Iterable<StateChanges> {
    return this.state.changes();
  }

  get stateRows(): number {
    return this.state.stateRows;
  }

  snapshot(groups?: GroupRange): Iterable<StateChanges> {
    return this.state.snapshot(groups);
  }

  get memoryBytes(): number {
    return this.state.memoryBytes;
  }

  metrics(): StateOperatorMetrics {
    return this.state.metrics();
  }
}
