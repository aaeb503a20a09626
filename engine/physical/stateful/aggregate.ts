import type { Batch } from "../../arrow/batch.js";
import { emptyBatch } from "../../arrow/columns.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { rowHashes, type PaneClosing, type RowHashes, type SheddingOperator } from "../spill/sheddingOperator.js";
import type { KeyedOperator } from "../spill/spillByKey.js";
import { HashSorter } from "../../state/hashSorter.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { StatePartitions } from "../../state/statePartitions.js";
import {
  emission,
  nothing,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type StateOperatorMetrics,
} from "../operator.js";
import { watermarkedTimes } from "./eventTimes.js";
import { AggregateInput, boundsOf, type JudgedRows } from "./aggregateInput.js";
import { AggregatePartition } from "./aggregatePartition.js";
import { shapeOf, type AggregateSpec } from "./aggregateSpec.js";
import type { Evolution } from "../migration/tableSteps.js";
import { AggregateValues, freshValues } from "./aggregateValues.js";
import { keptText } from "../../plan/nodes/timeWindow.js";
import { emittedBatches } from "./groupEmission.js";
import { dealRows, GroupFiles } from "./groupFiles.js";
import type { GroupRun, Groups, KeyedRows } from "./groups.js";
import { KeyedGroups } from "./keyedGroups.js";
import { PaneHashes } from "./paneHashes.js";
import { PanedGroups } from "./panedGroups.js";
import { SessionGroups } from "./sessionGroups.js";
import { SlicedGroups } from "./slicedGroups.js";
import { allWindows, windowFilter, type KeepsWindow } from "./windowFilter.js";
import { noExpressions, oneInput, namesOf, stateful, textsOf, type NodeBase, type OperatorFacts, timeJudge } from "../nodeFacts.js";

export interface AggregateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "aggregate";
  readonly spec: AggregateSpec;
  readonly input: Plan;
}

/** The one group of an aggregation without keys is that of one row without columns. */
const globalRow: Batch = { ...emptyBatch(types.struct([])), length: 1 };

export const aggregate: OperatorFacts<AggregateNode> = {
  kind: "aggregate",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  shape: ({ spec }) => shapeOf(spec),
  explain: ({ spec }) => {
    const calls = textsOf(spec.aggregates.map(({ call }) => call));
    const kept = keptText(spec.window?.keeps?.condition);
    return `HashAggregate (${spec.operatorId}, ${spec.outputMode}) keys ${namesOf(spec.grouping)}, functions ${calls}, ${spec.partitions} partitions${kept}`;
  },
  make: ({ spec }, { chunks }) => new AggregateOperator(spec, chunks),
  lateJudge: ({ spec: { window, eventTime } }) =>
    window === null ? timeJudge(eventTime) : window.watermarked ? { column: window.index, rule: { ...window, kind: "window" } } : null,
};

/** Spark's names. */
function nameOf({ session }: AggregateSpec): string {
  return session === null ? "stateStoreSave" : "sessionWindowStateStoreSaveExec";
}

function layoutOf({ session, window }: AggregateSpec): string {
  if (session !== null) return "sessions";
  return window === null ? "keys" : window.sliced ? "slices" : "panes";
}

/**
 * GROUP BY: consumes the grouping and argument columns that a projection below computed (`AggregateSpec`), emits the groups with their results.
 *
 * State, in partitions by key group: a group's running values, by event-time pane (a window, or a slice of hopping windows) and key where the groups are windows, by key and session where they are sessions, by key otherwise. Append emits a group
 * when the watermark has passed its time and evicts it; update emits the groups a batch touched and evicts silently; complete emits all of them and keeps them.
 * Groups are emitted by the start of their window, then by the hash of their key.
 *
 * Invariant: no group is alive whose time the watermark of the last batch had passed (append, update), and a group that was evicted never takes a row
 * again, because its rows are late from then on.
 */
export class AggregateOperator implements KeyedOperator, SheddingOperator {
  readonly operatorId: string;
  #schema: StateSchema;
  readonly #spec: AggregateSpec;
  readonly #chunks: ChunkSizes;
  readonly #input: AggregateInput;
  readonly #router: KeyRouter;
  readonly #paneHashes: PaneHashes | null;
  readonly #partitions: StatePartitions<AggregatePartition>;
  /** Which windows have groups. */
  readonly #keeps: KeepsWindow;
  readonly #output: Schema;
  readonly #files: GroupFiles<AggregatePartition>;
  #watermarks: OperatorWatermarks | null = null;
  #nowUs = 0;
  /** Null when it must be looked for. */
  #dueUs: number | null = null;

  constructor(spec: AggregateSpec, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    this.#input = new AggregateInput(spec);
    this.#router = new KeyRouter(spec.partitions);
    const { keeps = null, durationUs = 0 } = spec.window ?? {};
    this.#keeps = keeps === null ? allWindows : windowFilter(keeps.condition, keeps.window, durationUs);
    const sorter = new HashSorter();
    this.#partitions = new StatePartitions(spec.partitions, (groups) => this.#newPartition(groups, sorter));
    this.#output = schemaOf(spec.output);
    this.#paneHashes = spec.window === null ? null : new PaneHashes(spec.window);
    const key = schemaOf(spec.grouping);
    const value: Schema = types.struct([
      ...new AggregateValues(spec.aggregates).stateFields,
      ...(spec.ttlMs === null ? [] : [field("touchedUs", types.long, false)]),
    ]);
    this.#files = new GroupFiles(spec.operatorId, this.#partitions, { key, value }, chunks);
    const pane = spec.window?.index ?? spec.session;
    this.#schema = {
      operatorId: spec.operatorId,
      operatorName: nameOf(spec),
      storeName: "default",
      key,
      value,
      layout: layoutOf(spec),
      ...(pane !== null && { pane }),
    };
  }

  get schemas(): readonly StateSchema[] {
    return [this.#schema];
  }

  /** Of a new aggregate, groups that are there begin with what a group has that has seen no row. */
  get evolution(): Evolution {
    return { kind: "groups", fresh: () => freshValues(this.#spec.aggregates) };
  }

  /** Windows that an earlier version kept as panes stay panes. */
  keepLayout(layout: string): void {
    if (this.#schema.layout === "slices" && layout === "panes") this.#schema = { ...this.#schema, layout };
  }

  /** As in Spark also where no watermark bounds the groups. */
  needsBatch(facts: BatchFacts): boolean {
    return this.#spec.outputMode !== "complete" && watermarkMoved(facts, this.operatorId);
  }

  /** In append mode groups wait for the watermark. */
  get dueUs(): number {
    if (this.#spec.outputMode !== "append" || !this.#isBounded()) return Infinity;
    return (this.#dueUs ??= Math.min(Infinity, ...this.#partitions.all().map(({ groups }) => groups.earliest())));
  }

  begin(facts: BatchFacts): void {
    this.#dueUs = null;
    this.#watermarks = this.#isBounded() && this.#spec.outputMode !== "complete" ? (facts.watermarks[this.operatorId] ?? null) : null;
    this.#nowUs = facts.batchTimeMs * 1000;
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
    const partitions = this.#partitions.all();
    const { evictUs } = this;
    const expired = partitions.map(({ groups }) => (evictUs === null ? [] : groups.expired(evictUs)));
    const emitted = partitions.map((partition, p) => ({ partition, runs: this.#emittedOf(partition, expired[p]!) }));
    for (const batch of emittedBatches(this.#output, emitted, this.#chunks.emittedRows)) yield emission(batch);
    partitions.forEach((partition, p) => partition.release(expired[p]!));
  }

  restore(changes: StateChanges): void {
    for (const { groups } of this.#partitions.all()) for (const startUs of changes.droppedPanes) groups.dropPane(startUs);
    const keys = this.#spec.grouping.length;
    const { deletes, upserts } = changes;
    if (deletes !== null) {
      const judged = this.#input.readSaved(deletes.columns.slice(0, keys), deletes.length);
      this.#eachPartition(judged, ({ groups }, rows) => groups.restoreDeletes(rows));
    }
    if (upserts === null) return;
    const { columns } = upserts;
    const read = this.#input.readSaved(columns.slice(0, keys), upserts.length);
    const hasTouch = this.#spec.ttlMs !== null;
    const state = columns.slice(keys, hasTouch ? -2 : -1);
    const judged = hasTouch ? { ...read, times: watermarkedTimes(columns.at(-2)!) } : read;
    this.#eachPartition(judged, (partition, rows) => partition.restore(rows, state));
  }

  /** Groups by key, and by pane and key: each is touched by the rows of its key and by its time, and by nothing else; so are all sessions of a key, as long as they end. */
  get sheds(): boolean {
    const { window, session, eventTime, outputMode, grouping } = this.#spec;
    if ((window ?? session) !== null && outputMode === "complete") return false;
    if (session !== null && eventTime !== session) return false;
    return grouping.length > 0 && this.#schema.layout !== "slices";
  }

  get hashesPanes(): boolean {
    return this.#paneHashes !== null;
  }

  get closing(): PaneClosing | null {
    const { window } = this.#spec;
    if (window === null) return null;
    return {
      areDue: window.watermarked,
      closesAt: (startUs) => startUs + window.durationUs,
      savedKeyHashesOf: (saved) => rowHashes(this.#savedKeys(saved), saved.length),
      startsOf: ({ columns }) => boundsOf(columns[window.index]!).times,
      emitUntil: (timeUs, group) => this.#emitUntil(timeUs, group),
      forget: ({ columns, length }) => {
        const judged = this.#input.readSaved(columns.slice(0, this.#spec.grouping.length), length);
        this.#eachPartition(judged, (partition, rows) => partition.forget(rows));
      },
    };
  }

  get emitsExpired(): boolean {
    return this.#spec.outputMode === "append";
  }

  get emitsAll(): boolean {
    return this.#spec.outputMode === "complete";
  }

  get evictUs(): number | null {
    const { ttlMs } = this.#spec;
    if (ttlMs !== null) return this.#nowUs - ttlMs * 1000;
    return this.#watermarks === null ? null : this.#watermarks.evictMs * 1000;
  }

  dueTimes({ columns }: Batch): Float64Array | null {
    const { ttlMs, eventTime, window } = this.#spec;
    if (window !== null) return window.watermarked ? boundsOf(columns[window.index]!).ends : null;
    if (ttlMs !== null) return watermarkedTimes(columns.at(-2)!);
    return eventTime === null || this.emitsAll ? null : watermarkedTimes(columns[eventTime]!);
  }

  get roomFor(): number {
    return this.#partitions.all().reduce((sum, { groups }) => sum + groups.roomFor!, 0);
  }

  *shed(rows: number): Iterable<StateChanges> {
    const { stateRows } = this;
    for (const partition of this.#partitions.all()) {
      const slots = partition.groups.cold!(Math.ceil((rows * partition.groups.savedRows) / stateRows));
      yield* this.#files.saved(partition, slots.view());
      partition.letGo(slots);
    }
  }

  hashesOf(batch: Batch): RowHashes {
    const keys = this.#input.keysOf(batch);
    return this.#paneHashes?.ofRows(keys, batch.columns[this.#spec.window!.index]!, batch.length) ?? rowHashes(keys, batch.length);
  }

  savedHashesOf(saved: Batch): RowHashes {
    const { columns, length } = saved;
    const keys = this.#savedKeys(saved);
    return this.#paneHashes?.ofGroups(keys, boundsOf(columns[this.#spec.window!.index]!).times, length) ?? rowHashes(keys, length);
  }

  holds({ columns, length }: Batch): Uint8Array {
    const held = new Uint8Array(length);
    const judged = this.#input.readSaved(columns.slice(0, this.#spec.grouping.length), length);
    this.#eachPartition(judged, ({ groups }, keyed) => {
      const slots = groups.find!(keyed);
      for (let j = 0; j < keyed.count; j++) if (slots[j]! >= 0) held[keyed.rows === null ? j : keyed.rows[j]!] = 1;
    });
    return held;
  }

  keyGroups(batch: Batch): Uint8Array | null {
    return this.#input.keyGroups(batch);
  }

  changes(): Iterable<StateChanges> {
    return this.#files.changes();
  }

  get stateRows(): number {
    return this.#files.rows;
  }

  snapshot(groups?: GroupRange): Iterable<StateChanges> {
    return this.#files.snapshot(groups);
  }

  get memoryBytes(): number {
    return this.#partitions.all().reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  metrics(): StateOperatorMetrics {
    const partitions = this.#partitions.all();
    const sum = (count: (partition: AggregatePartition) => number): number => partitions.reduce((total, p) => total + count(p), 0);
    return {
      operatorName: nameOf(this.#spec),
      numRowsTotal: sum(({ groups }) => groups.size),
      numRowsUpdated: sum(({ touchedCount }) => touchedCount),
      numRowsRemoved: sum(({ removedCount }) => removedCount),
      numRowsDroppedByWatermark: this.#input.lateGroups + sum(({ groups }) => groups.lateGroups),
      numDroppedDuplicateRows: null,
      ...(this.#spec.ttlMs !== null && { rowsExpiredByTtl: sum(({ removedCount }) => removedCount) }),
      partitions: this.#spec.partitions,
      memoryUsedBytes: this.memoryBytes,
      lateRows: this.#input.lateRows + sum(({ groups }) => groups.lateRows),
      rowsWithoutEventTime: this.#input.rowsWithoutEventTime,
    };
  }

  #newPartition(groups: GroupRange, sorter: HashSorter): AggregatePartition {
    const { aggregates, ttlMs } = this.#spec;
    const partition = new AggregatePartition(this.#newGroups(groups, sorter), aggregates, ttlMs !== null);
    partition.begin(this.#lateUs(), this.#nowUs);
    return partition;
  }

  #newGroups(groups: GroupRange, sorter: HashSorter): Groups {
    const { window, session, grouping, eventTime, ttlMs } = this.#spec;
    const { layout } = this.#input;
    if (session !== null) {
      const expires = eventTime === session && this.#spec.outputMode !== "complete";
      return new SessionGroups(layout, { index: session, type: grouping[session]!.type, expires }, groups, sorter);
    }
    if (window === null)
      return new KeyedGroups(layout, ttlMs !== null ? "touched" : eventTime !== null ? "eventTime" : "never", groups, sorter);
    const { type } = grouping[window.index]!;
    if (this.#schema.layout === "slices") return new SlicedGroups(layout, window, type, groups, sorter, this.#keeps);
    return new PanedGroups(layout, window, type, groups, sorter, this.#keeps);
  }

  #savedKeys({ columns, length }: Batch): PackedKeys {
    return this.#input.keysOf({ columns: columns.slice(0, this.#spec.grouping.length), length });
  }

  /** Groups come out by pane, then by key group, so that some may come out before the others are read. */
  *#emitUntil(timeUs: number, group: number): Iterable<Emission> {
    const partitions = this.#partitions.all();
    const due = partitions.map(({ groups }) => groups.expiredUntil!(timeUs, group));
    const emitted = partitions.map((partition, p) => ({ partition, runs: this.#kept(due[p]!) }));
    for (const batch of emittedBatches(this.#output, emitted, this.#chunks.emittedRows)) yield emission(batch);
    partitions.forEach((partition, p) => partition.releaseSome(due[p]!));
  }

  /** Deals rows to their partitions. */
  #eachPartition(judged: JudgedRows, deal: (partition: AggregatePartition, rows: KeyedRows) => void): void {
    dealRows(judged, this.#input.keys, { router: this.#router, partitions: this.#partitions }, deal);
  }

  /** Whether a watermark says which groups are late and which are done. */
  #isBounded(): boolean {
    return this.#spec.window === null ? this.#spec.eventTime !== null : this.#spec.window.watermarked;
  }

  #lateUs(): number | null {
    return this.#watermarks === null ? null : this.#watermarks.lateMs * 1000;
  }

  #emittedOf({ groups }: AggregatePartition, expired: GroupRun[]): GroupRun[] {
    const { outputMode } = this.#spec;
    return this.#kept(outputMode === "append" ? expired : outputMode === "update" ? groups.touched() : groups.all());
  }

  #kept(runs: GroupRun[]): GroupRun[] {
    // State of before the condition was there has others too.
    return this.#keeps === allWindows ? runs : runs.filter(({ startUs }) => this.#keeps(startUs));
  }
}
