import { batchOf, type Batch } from "../../arrow/batch.js";
import { plainColumn, sliceBatch } from "../../arrow/columns.js";
import { field, types } from "../../arrow/types.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { noExpressions, oneInput, stateful, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, type Emission, type StatefulOperator, type StateOperatorMetrics } from "../operator.js";

/** What a limit over a stream needs bound. Plain data. */
export interface StreamLimitSpec {
  readonly operatorId: string;
  readonly count: number;
}

/** The first rows of all batches. */
export interface StreamLimitNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "streamLimit";
  readonly spec: StreamLimitSpec;
  readonly input: Plan;
}

export const streamLimit: OperatorFacts<StreamLimitNode> = {
  kind: "streamLimit",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  explain: ({ spec }) => `GlobalLimit (${spec.operatorId}) ${spec.count}`,
  make: ({ spec }) => new StreamLimitOperator(spec),
};

const value = types.struct([field("rows", types.long, false)]);
const upserts = types.struct([...value.fields, field("group", types.int, false)]);
/** The one row of the state has no key: it is in the first key group. */
const hash = 0;

/**
 * LIMIT in append mode: consumes batches, emits the first `count` rows of the stream's life, in the order in which they come. Keeps how many have come out, one row that
 * never goes.
 *
 * Invariant: never more than `count` rows come out, however often the query starts anew.
 */
export class StreamLimitOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly memoryBytes = 8;
  readonly #count: number;
  #emitted = 0;
  #emittedBefore = 0;

  constructor({ operatorId, count }: StreamLimitSpec) {
    this.operatorId = operatorId;
    this.#count = count;
    this.schemas = [{ operatorId, operatorName: "globalLimit", storeName: "default", key: types.struct([]), value, layout: "count" }];
  }

  get stateRows(): number {
    return this.#emitted > 0 ? 1 : 0;
  }

  needsBatch(): boolean {
    return false;
  }

  begin(): void {
    this.#emittedBefore = this.#emitted;
  }

  *process(batch: Batch): Iterable<Emission> {
    const left = this.#count - this.#emitted;
    if (left <= 0 || batch.length === 0) return;
    const taken = batch.length <= left ? batch : sliceBatch(batch, 0, left);
    this.#emitted += taken.length;
    yield emission(taken);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  restore({ upserts: rows }: StateChanges): void {
    if (rows === null) return;
    const column = plainColumn(rows.columns[0]!);
    assert(column.encoding === "f64" || column.encoding === "i64", "a number of rows is a long");
    this.#emitted = Number(column.values[0]);
  }

  *changes(): Iterable<StateChanges> {
    if (this.#emitted !== this.#emittedBefore) yield this.#saved();
  }

  *snapshot({ from }: GroupRange): Iterable<StateChanges> {
    if (from === 0 && this.#emitted > 0) yield this.#saved();
  }

  metrics(): StateOperatorMetrics {
    return {
      operatorName: "globalLimit",
      numRowsTotal: this.stateRows,
      numRowsUpdated: this.#emitted === this.#emittedBefore ? 0 : 1,
      numRowsRemoved: 0,
      numRowsDroppedByWatermark: 0,
      numDroppedDuplicateRows: null,
      partitions: 1,
      memoryUsedBytes: this.memoryBytes,
      lateRows: 0,
    };
  }

  #saved(): StateChanges {
    const columns = [
      { type: types.long, encoding: "f64", length: 1, nulls: null, values: Float64Array.of(this.#emitted) },
      { type: types.int, encoding: "i32", length: 1, nulls: null, values: Int32Array.of(hash) },
    ] as const;
    return {
      operatorId: this.operatorId,
      storeName: "default",
      upserts: batchOf(upserts, columns, 1),
      deletes: null,
      droppedPanes: [],
    };
  }
}
