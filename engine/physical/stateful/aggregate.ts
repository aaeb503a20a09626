import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Schema } from "../../arrow/types.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import {
  emission,
  nothing,
  type BatchContext,
  type Emission,
  type OperatorWatermarks,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { AggregateValues } from "./aggregateValues.js";
import type { AggregateSpec } from "./aggregateSpec.js";
import { slotsInGroups, type Groups, type Released, type SlotList } from "./groups.js";
import { KeyedGroups } from "./keyedGroups.js";
import { PanedGroups } from "./panedGroups.js";

/** Groups emitted in one batch at most. */
const emittedRows = 65_536;
const nothingReleased: Released = { droppedPanes: [], deletes: null };

/**
 * GROUP BY: consumes the grouping and argument columns that a projection below computed (`AggregateSpec`), emits the groups with their results.
 *
 * State: a group's running values, by event-time pane and key where the groups are windows, by key otherwise. Append emits a group when the watermark has
 * passed its time and evicts it; update emits the groups a batch touched and evicts silently; complete emits all of them and keeps them.
 *
 * Invariant: no group is alive whose time the watermark of the last batch had passed (append, update), and a group that was evicted never takes a row
 * again, because its rows are late from then on.
 */
export class AggregateOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #spec: AggregateSpec;
  readonly #groups: Groups;
  /** The same as `#groups` when the aggregation has no keys. */
  readonly #global: KeyedGroups | null;
  readonly #values: AggregateValues;
  readonly #output: Schema;
  readonly #upserts: Schema;
  readonly #deletes: Schema;
  #watermarks: OperatorWatermarks | null = null;
  #touchedCount = 0;
  #released = nothingReleased;
  #removed = 0;
  #begun = false;

  constructor(spec: AggregateSpec) {
    if (spec.window !== null && spec.eventTime !== null)
      throw notYetSupported("an event time among the groupings beside a computed window");
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    const keyed = spec.window === null ? new KeyedGroups(spec.grouping, spec.eventTime) : null;
    this.#groups = keyed ?? new PanedGroups(spec.grouping, spec.window!);
    this.#global = spec.grouping.length === 0 ? keyed : null;
    this.#values = new AggregateValues(spec.aggregates);
    this.#output = schemaOf(spec.output);
    const key = schemaOf(spec.grouping);
    const value: Schema = types.struct([...this.#values.stateFields]);
    this.#deletes = types.struct([...key.fields, field("group", types.int, false)]);
    this.#upserts = types.struct([...key.fields, ...value.fields, field("group", types.int, false)]);
    const { layout } = this.#groups;
    this.schemas = [{ operatorId: spec.operatorId, operatorName: "stateStoreSave", storeName: "default", key, value, layout }];
  }

  begin(context: BatchContext): void {
    this.#begun = true;
    this.#watermarks = this.#isBounded() && this.#spec.outputMode !== "complete" ? context.watermarks(this.operatorId) : null;
    this.#released = nothingReleased;
    this.#removed = 0;
    this.#groups.begin(this.#watermarks === null ? null : this.#watermarks.lateMs * 1000);
    if (this.#global === null) return;
    this.#global.touchGlobal();
    this.#values.prepare(this.#groups.capacity, this.#groups.fresh.slots, this.#groups.fresh.count);
  }

  process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return nothing;
    const rows = this.#groups.assign(batch);
    const { fresh } = this.#groups;
    this.#values.prepare(this.#groups.capacity, fresh.slots, fresh.count);
    this.#values.update(rows, batch);
    return nothing;
  }

  *finish(): Iterable<Emission> {
    const touched = this.#groups.touched();
    this.#touchedCount = touched.count;
    const expired = this.#watermarks === null ? null : this.#groups.expired(this.#watermarks.evictMs * 1000);
    if (this.#spec.outputMode === "complete") yield* this.#emitGroups(this.#groups.all());
    else if (this.#spec.outputMode === "update") yield* this.#emitGroups(touched);
    else if (expired !== null) yield* this.#emitGroups(expired);
    if (expired === null) return;
    this.#removed = expired.count;
    this.#released = this.#groups.release(expired);
  }

  restore(changes: StateChanges): void {
    assert(!this.#begun, "state is restored before the first batch");
    for (const startUs of changes.droppedPanes) this.#groups.dropPane(startUs);
    const keys = this.#spec.grouping.length;
    if (changes.deletes !== null) this.#groups.restoreDeletes(changes.deletes.columns.slice(0, keys), changes.deletes.length);
    if (changes.upserts === null) return;
    const { columns, length: count } = changes.upserts;
    const slots = this.#groups.restoreGroups(columns.slice(0, keys), count);
    this.#values.prepare(this.#groups.capacity, slots, count);
    this.#values.merge({ slots, rows: null, count }, columns.slice(keys, -1));
  }

  changes(): StateChanges[] {
    const { droppedPanes, deletes } = this.#released;
    const upserts = this.#groups.touched();
    if (upserts.count === 0 && droppedPanes.length === 0 && deletes === null) return [];
    return [
      {
        ...this.#table(upserts),
        deletes: deletes === null ? null : batchOf(this.#deletes, deletes.columns, deletes.count),
        droppedPanes,
      },
    ];
  }

  get stateRows(): number {
    return this.#groups.size;
  }

  snapshot(groups: GroupRange = allGroups): StateChanges[] {
    const all = this.#groups.all();
    const slots = slotsInGroups(all.slots, this.#groups.groupColumn(all.slots, all.count), groups);
    return [this.#table({ slots, count: slots.length })];
  }

  metrics(): StateOperatorMetrics {
    const { lateRows, lateGroups, rowsWithoutEventTime } = this.#groups.counters;
    return {
      operatorName: "stateStoreSave",
      numRowsTotal: this.#groups.size,
      numRowsUpdated: this.#touchedCount,
      numRowsRemoved: this.#removed,
      numRowsDroppedByWatermark: lateGroups,
      numDroppedDuplicateRows: null,
      memoryUsedBytes: this.#groups.memoryBytes + this.#values.memoryBytes,
      lateRows,
      rowsWithoutEventTime,
    };
  }

  /** Whether a watermark says which groups are late and which are done. */
  #isBounded(): boolean {
    return this.#spec.window === null ? this.#spec.eventTime !== null : this.#spec.window.watermarked;
  }

  *#emitGroups({ slots, count }: SlotList): Iterable<Emission> {
    for (let from = 0; from < count; from += emittedRows) {
      const some = slots.subarray(from, Math.min(from + emittedRows, count));
      const columns = [...this.#groups.groupingColumns(some, some.length), ...this.#values.finish(some, some.length)];
      yield emission(batchOf(this.#output, columns, some.length));
    }
  }

  /** The groups as rows that restore them. */
  #table({ slots, count }: Pick<SlotList, "slots" | "count">): StateChanges {
    const { operatorId } = this;
    const base = { operatorId, storeName: "default", deletes: null, droppedPanes: [] };
    if (count === 0) return { ...base, upserts: null };
    const columns: Column[] = [
      ...this.#groups.groupingColumns(slots, count),
      ...this.#values.save(slots, count),
      this.#groups.groupColumn(slots, count),
    ];
    return { ...base, upserts: batchOf(this.#upserts, columns, count) };
  }
}
