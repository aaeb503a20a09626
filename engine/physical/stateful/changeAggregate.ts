import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { constantColumn, emptyBatch } from "../../arrow/columns.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { StatePartitions } from "../../state/statePartitions.js";
import { noExpressions, namesOf, oneInput, stateful, textsOf, type NodeBase, type OperatorFacts, timeJudge } from "../nodeFacts.js";
import {
  emission,
  nothing,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { AggregateInput, type JudgedRows } from "./aggregateInput.js";
import { shapeOf, type AggregateSpec } from "./aggregateSpec.js";
import { AggregateValues } from "./aggregateValues.js";
import { ChangePartition } from "./changePartition.js";
import { dealRows, GroupFiles } from "./groupFiles.js";
import type { KeyedRows } from "./groups.js";
import { watermarkedTimes } from "./eventTimes.js";
import { KeyedGroups } from "./keyedGroups.js";

/** GROUP BY whose results come out as changes; the last column says 1 of what is so now, −1 of what is not so any more. */
export interface ChangeAggregateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "changeAggregate";
  readonly spec: AggregateSpec;
  /** Which of the aggregates counts the rows of a group, whose group goes with the last of them; null where rows are never taken back. */
  readonly live: number | null;
  readonly input: Plan;
}

export const changeAggregate: OperatorFacts<ChangeAggregateNode> = {
  kind: "changeAggregate",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  shape: ({ spec, live }) => ({ ...shapeOf(spec), changes: true, live }),
  explain: ({ spec, live }) => {
    const calls = textsOf(spec.aggregates.map(({ call }) => call));
    const consumed = live === null ? "insert" : "insert, delete";
    return `ChangeAggregate (${spec.operatorId}) keys ${namesOf(spec.grouping)}, functions ${calls}, takes ${consumed}, ${spec.partitions} partitions`;
  },
  make: (node, { chunks }) => new ChangeAggregateOperator(node, chunks),
  lateJudge: ({ spec: { eventTime } }) => timeJudge(eventTime),
};

/** The one group of an aggregation without keys is that of one row without columns. */
const globalRow: Batch = { ...emptyBatch(types.struct([])), length: 1 };

/**
 * GROUP BY in output mode `changes`: consumes the grouping and argument columns that a projection below computed, and where rows are taken back a sign among them
 * that the aggregates multiply with. Emits, when the batch ends, of every group whose results differ from those before the batch: these with −1, and what is so
 * now with 1. A window is a key like any other.
 *
 * State, in partitions by key group: the running values of each group. A group is evicted without a word when the watermark has passed its event time, and goes with
 * a −1 when none of its rows is left, or nobody touched it for as long as `stateTtl` says.
 *
 * Invariant: the rows with 1 that were not taken back are the groups and their results.
 */
export class ChangeAggregateOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #spec: AggregateSpec;
  readonly #chunks: ChunkSizes;
  readonly #input: AggregateInput;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<ChangePartition>;
  readonly #output: Schema;
  readonly #files: GroupFiles<ChangePartition>;
  #watermarks: OperatorWatermarks | null = null;
  #begun = false;
  #touched = 0;
  #expired = 0;
  /** The logged time of the batch. */
  #nowUs = 0;

  constructor({ spec, live, output }: ChangeAggregateNode, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    this.#input = new AggregateInput(spec);
    this.#router = new KeyRouter(spec.partitions);
    const sorter = new HashSorter();
    const expiry = spec.ttlMs !== null ? "touched" : spec.eventTime === null ? "never" : "eventTime";
    const { layout } = this.#input;
    this.#partitions = new StatePartitions(spec.partitions, (groups) => {
      const partition = new ChangePartition(new KeyedGroups(layout, expiry, groups, sorter), spec, live);
      partition.begin(this.#lateUs(), this.#nowUs);
      return partition;
    });
    this.#output = schemaOf(output);
    const key = schemaOf(spec.grouping);
    const value: Schema = types.struct([
      ...new AggregateValues(spec.aggregates).stateFields,
      ...(spec.ttlMs === null ? [] : [field("touchedUs", types.long, false)]),
    ]);
    this.#files = new GroupFiles(spec.operatorId, this.#partitions, { key, value }, chunks);
    this.schemas = [{ operatorId: spec.operatorId, operatorName: "stateStoreSave", storeName: "default", key, value, layout: "keys" }];
  }

  needsBatch(facts: BatchFacts): boolean {
    return this.#spec.eventTime !== null && watermarkMoved(facts, this.operatorId);
  }

  begin(facts: BatchFacts): void {
    this.#begun = true;
    this.#touched = 0;
    this.#expired = 0;
    this.#nowUs = facts.batchTimeMs * 1000;
    this.#watermarks = this.#spec.eventTime === null ? null : (facts.watermarks[this.operatorId] ?? null);
    this.#input.begin(this.#lateUs());
    for (const partition of this.#partitions.all()) partition.begin(this.#lateUs(), this.#nowUs);
    if (this.#spec.grouping.length === 0)
      this.#eachPartition(this.#input.read(globalRow), (partition, rows) => partition.touchGlobal(rows));
  }

  process(batch: Batch): Iterable<Emission> {
    this.#eachPartition(this.#input.read(batch), (partition, rows) => partition.fold(rows, batch));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    for (const partition of this.#partitions.all()) {
      for (const { slots } of partition.groups.touched()) {
        this.#touched += slots.length;
        for (let from = 0; from < slots.length; from += this.#chunks.emittedRows) {
          const { before, after } = partition.changesOf(slots.subarray(from, from + this.#chunks.emittedRows));
          if (before.count > 0) yield emission(this.#signed(before, -1));
          if (after.count > 0) yield emission(this.#signed(after, 1));
        }
      }
      yield* this.#let(partition);
    }
  }

  restore({ deletes, upserts }: StateChanges): void {
    assert(!this.#begun, "state is restored before the first batch");
    const keys = this.#spec.grouping.length;
    if (deletes !== null) {
      const judged = this.#input.readSaved(deletes.columns.slice(0, keys), deletes.length);
      this.#eachPartition(judged, ({ groups }, rows) => groups.restoreDeletes(rows));
    }
    if (upserts === null) return;
    const judged = this.#input.readSaved(upserts.columns.slice(0, keys), upserts.length);
    const hasTouch = this.#spec.ttlMs !== null;
    const state = upserts.columns.slice(keys, hasTouch ? -2 : -1);
    const timed = hasTouch ? { ...judged, times: watermarkedTimes(upserts.columns.at(-2)!) } : judged;
    this.#eachPartition(timed, (partition, rows) => partition.restore(rows, state));
  }

  changes(): Iterable<StateChanges> {
    return this.#files.changes();
  }

  get stateRows(): number {
    return this.#files.rows;
  }

  snapshot(groups: GroupRange): Iterable<StateChanges> {
    return this.#files.snapshot(groups);
  }

  get memoryBytes(): number {
    return this.#partitions.all().reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  metrics(): StateOperatorMetrics {
    const partitions = this.#partitions.all();
    const sum = (count: (partition: ChangePartition) => number): number => partitions.reduce((total, p) => total + count(p), 0);
    return {
      operatorName: "stateStoreSave",
      numRowsTotal: sum(({ groups }) => groups.size),
      numRowsUpdated: this.#touched,
      numRowsRemoved: sum(({ released }) => released.removed),
      numRowsDroppedByWatermark: this.#input.lateGroups,
      numDroppedDuplicateRows: null,
      ...(this.#spec.ttlMs !== null && { rowsExpiredByTtl: this.#expired }),
      partitions: this.#spec.partitions,
      memoryUsedBytes: this.memoryBytes,
      lateRows: this.#input.lateRows,
    };
  }

  /** Forgets groups: those that nobody touched for as long as `stateTtl` says are not so any more; those that the watermark has passed are final. */
  *#let(partition: ChangePartition): Iterable<Emission> {
    const { ttlMs } = this.#spec;
    if (ttlMs === null) {
      partition.release(this.#watermarks === null ? null : partition.expired(this.#watermarks.evictMs * 1000));
      return;
    }
    const slots = partition.expired(this.#nowUs - ttlMs * 1000);
    this.#expired += slots.length;
    for (let from = 0; from < slots.length; from += this.#chunks.emittedRows) {
      const some = slots.subarray(from, from + this.#chunks.emittedRows);
      yield emission(this.#signed({ columns: partition.results(some), count: some.length }, -1));
    }
    partition.release(slots);
  }

  #signed({ columns, count }: { readonly columns: readonly Column[]; readonly count: number }, sign: 1 | -1): Batch {
    return batchOf(this.#output, [...columns, constantColumn(types.int, sign, count)], count);
  }

  #eachPartition(judged: JudgedRows, deal: (partition: ChangePartition, rows: KeyedRows) => void): void {
    dealRows(judged, this.#input.keys, { router: this.#router, partitions: this.#partitions }, deal);
  }

  #lateUs(): number | null {
    return this.#watermarks === null ? null : this.#watermarks.lateMs * 1000;
  }
}
