import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { Attribute } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { emission, nothing, type BatchFacts, type Emission, type StatefulOperator, type StateOperatorMetrics } from "../operator.js";
import type { DistinctColumns } from "../stateless/firstOccurrence.js";
import type { DistinctMarksSpec } from "./distinctMarksSpec.js";
import { passing } from "./passing.js";
import { OrderedRowsState } from "./orderedRowsState.js";

/** The values of one set, as rows by group. */
interface LapsingSet extends DistinctColumns {
  readonly schema: Schema;
  readonly state: OrderedRowsState;
}

/**
 * Marks rows that are all new, each that is the first with its values of its group, where groups go that no batch has come to for as long as `stateTtl` says: their values
 * are forgotten in the batch in which the aggregation above lets go of the group, and are new when it comes again.
 *
 * State, one table a set, in partitions by key group of the group: its values, each with when a batch last came to the group.
 */
export class LapsingMarksOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly #output: Schema;
  readonly #sets: readonly LapsingSet[];

  /** @param columns of its input and of its output */
  constructor(
    spec: DistinctMarksSpec,
    columns: { readonly input: readonly Attribute[]; readonly output: readonly Attribute[] },
    chunks: ChunkSizes,
  ) {
    this.operatorId = spec.operatorId;
    this.#output = schemaOf(columns.output);
    this.#sets = spec.sets.map((set, i) => newSet(spec, set, i, columns.input, chunks));
  }

  get schemas(): readonly StateSchema[] {
    return this.#sets.map(({ state }) => state.schema);
  }

  needsBatch(): boolean {
    return false;
  }

  begin(facts: BatchFacts): void {
    for (const { state } of this.#sets) state.begin(facts);
  }

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    const marks = this.#sets.map(({ columns, filter, schema, state }): Column => {
      const values = new Uint8Array(batch.length);
      const own = batchOf(
        schema,
        columns.map((column) => batch.columns[column]!),
        batch.length,
      );
      // The aggregation above counts a group as come to also by rows that the set leaves out.
      state.touch(own);
      const rows = filter === null ? null : passing(batch.columns[filter]!, batch.length);
      state.offer(own, rows?.values ?? null, rows?.count ?? batch.length, null, values);
      return { type: types.boolean, encoding: "u8", length: batch.length, nulls: null, values };
    });
    yield emission(batchOf(this.#output, [...batch.columns, ...marks], batch.length));
  }

  finish(): Iterable<Emission> {
    for (const { state } of this.#sets) {
      for (const partition of state.all) {
        state.lapse(partition);
        state.settle(partition);
      }
    }
    return nothing;
  }

  restore(changes: StateChanges): void {
    const set = this.#sets.find(({ state }) => state.schema.storeName === changes.storeName);
    assert(set !== undefined, `no set of values is kept as ${changes.storeName}`);
    set.state.restore(changes);
  }

  *changes(): Iterable<StateChanges> {
    for (const { state } of this.#sets) yield* state.changes();
  }

  get stateRows(): number {
    return this.#sets.reduce((sum, { state }) => sum + state.stateRows, 0);
  }

  *snapshot(groups?: GroupRange): Iterable<StateChanges> {
    for (const { state } of this.#sets) yield* state.snapshot(groups);
  }

  get memoryBytes(): number {
    return this.#sets.reduce((sum, { state }) => sum + state.memoryBytes, 0);
  }

  metrics(): StateOperatorMetrics {
    const all = this.#sets.map(({ state }) => state.metrics());
    const sum = (of: (metrics: StateOperatorMetrics) => number): number => all.reduce((total, metrics) => total + of(metrics), 0);
    return {
      ...all[0]!,
      numRowsTotal: sum(({ numRowsTotal }) => numRowsTotal),
      numRowsUpdated: sum(({ numRowsUpdated }) => numRowsUpdated),
      numRowsRemoved: sum(({ numRowsRemoved }) => numRowsRemoved),
      memoryUsedBytes: this.memoryBytes,
      rowsExpiredByTtl: sum(({ rowsExpiredByTtl = 0 }) => rowsExpiredByTtl),
    };
  }
}

function newSet(
  { operatorId, partitions, groups, ttlMs }: DistinctMarksSpec,
  set: DistinctColumns,
  place: number,
  input: readonly Attribute[],
  chunks: ChunkSizes,
): LapsingSet {
  const columns = set.columns.map((column) => input[column]!);
  const spec = {
    operatorId,
    partitions,
    partition: Array.from({ length: groups }, (_, column) => column),
    eventTime: null,
    ttlMs,
    order: [],
    ranks: "row_number",
    // Nobody asks for the values, only whether they are there.
    limit: 0,
    emitsRank: false,
    change: null,
    passing: null,
  } as const;
  return { ...set, schema: schemaOf(columns), state: new OrderedRowsState(spec, "distinctMarks", columns, chunks, `values-${place}`) };
}
