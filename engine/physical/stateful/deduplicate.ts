import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { takeBatch } from "../../arrow/columns.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert, unreachable } from "../../errors/assert.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { rowHashes, type RowHashes, type SheddingOperator } from "../spill/sheddingOperator.js";
import type { KeyedOperator } from "../spill/spillByKey.js";
import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { PackedKeys } from "../../state/packedKeys.js";
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
import type { DeduplicateSpec, KeyExpiry } from "./deduplicateSpec.js";
import { watermarkedTimes } from "./eventTimes.js";
import { SeenKeys } from "./seenKeys.js";
import { noExpressions, oneInput, namesOf, stateful, type NodeBase, type OperatorFacts, timeJudge } from "../nodeFacts.js";

/** The first row of each key. */
export interface DeduplicateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "deduplicate";
  readonly spec: DeduplicateSpec;
  readonly input: Plan;
}

export const deduplicate: OperatorFacts<DeduplicateNode> = {
  kind: "deduplicate",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  explain: ({ spec }) => `Deduplicate (${spec.operatorId}) keys ${namesOf(spec.keyAttributes)}${expiryText(spec.expiry)}`,
  shape: ({ spec: { expiry } }) =>
    expiry.kind === "within" ? { withinMs: expiry.delayMs } : expiry.kind === "ttl" ? { stateTtl: true } : {},
  make: ({ spec }, { chunks }) => new DeduplicateOperator(spec, chunks),
  lateJudge: ({ spec: { eventTime } }) => timeJudge(eventTime),
};

function expiryText(expiry: KeyExpiry): string {
  switch (expiry.kind) {
    case "never":
      return "";
    case "time":
      return ", expires";
    case "within":
      return `, within ${expiry.delayMs} ms`;
    case "ttl":
      return `, kept ${expiry.ttlMs} ms`;
    default:
      return unreachable(expiry);
  }
}

/**
 * dropDuplicates and dropDuplicatesWithinWatermark: consumes rows, emits those whose key it has not seen, the first of each as it comes.
 *
 * State, in partitions by key group: the keys. With the event time among them a key is forgotten when the watermark has passed its time; otherwise keys are kept
 * for ever (SEMANTICS 23), or as long as `stateTtl` says, or within a delay of their first row (SEMANTICS 24, 25), which is then kept beside the key. Late rows are dropped in either case; a row without an event time is never late and never forgotten (SEMANTICS 24).
 *
 * Invariant: of all rows with one key exactly one is emitted, in the order in which they came, however many partitions there are.
 */
export class DeduplicateOperator implements KeyedOperator, SheddingOperator {
  readonly operatorId: string;
  readonly passesRows = true;
  readonly schemas: readonly StateSchema[];
  /** Keys may become wider. */
  readonly evolution = { kind: "keys" } as const;
  readonly #spec: DeduplicateSpec;
  readonly #chunks: ChunkSizes;
  readonly #keys: PackedKeys;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<SeenKeys>;
  readonly #upserts: Schema;
  readonly #deletes: Schema;
  #watermarks: OperatorWatermarks | null = null;
  readonly #onTime = new IntList();
  readonly #emitted = new IntList();
  #isNew = new Uint8Array(0);
  #batchTimeMs = 0;
  #lateRows = 0;
  #duplicates = 0;
  #updated = 0;

  constructor(spec: DeduplicateSpec, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    const layout = layoutOf(spec.keyAttributes.map(({ type }) => type));
    const sorter = new HashSorter();
    this.#keys = new PackedKeys(layout);
    this.#router = new KeyRouter(spec.partitions, "group");
    this.#partitions = new StatePartitions(spec.partitions, (groups) => new SeenKeys(layout, spec.expiry.kind, groups, sorter));
    const key = schemaOf(spec.keyAttributes);
    const value = types.struct(this.#savesTimes ? [field("expiresAt", types.long, false)] : []);
    const group = field("group", types.int, false);
    this.#upserts = types.struct([...key.fields, ...value.fields, group]);
    this.#deletes = types.struct([...key.fields, group]);
    this.schemas = [{ operatorId: spec.operatorId, operatorName: this.#name, storeName: "default", layout: "keys", key, value }];
  }

  get #isWithin(): boolean {
    return this.#spec.expiry.kind === "within";
  }

  /** Whether the keys do not say when they are forgotten. */
  get #savesTimes(): boolean {
    return this.#isWithin || this.#spec.expiry.kind === "ttl";
  }

  get #name(): string {
    return this.#isWithin ? "dedupeWithinWatermark" : "dedupe";
  }

  /** As in Spark also where no key expires. */
  needsBatch(facts: BatchFacts): boolean {
    return watermarkMoved(facts, this.operatorId);
  }

  begin(facts: BatchFacts): void {
    this.#watermarks = this.#spec.eventTime === null ? null : (facts.watermarks[this.operatorId] ?? null);
    this.#batchTimeMs = facts.batchTimeMs;
    this.#lateRows = 0;
    this.#duplicates = 0;
    this.#updated = 0;
    for (const partition of this.#partitions.all()) partition.begin();
  }

  readonly emitsExpired = false;
  readonly emitsAll = false;

  /** Each key is touched by the rows that have it and by its time, and by nothing else. */
  get sheds(): boolean {
    return this.#spec.keys.length > 0;
  }

  get evictUs(): number | null {
    const { kind } = this.#spec.expiry;
    const untilMs = kind === "ttl" ? this.#batchTimeMs : kind === "never" ? undefined : this.#watermarks?.evictMs;
    return untilMs === undefined ? null : untilMs * 1000;
  }

  dueTimes({ columns }: Batch): Float64Array | null {
    return this.#savedTimes(columns);
  }

  get roomFor(): number {
    return this.#partitions.all().reduce((sum, { roomFor }) => sum + roomFor, 0);
  }

  *shed(rows: number): Iterable<StateChanges> {
    const { stateRows } = this;
    for (const partition of this.#partitions.all()) {
      const slots = partition.cold(Math.ceil((rows * partition.size) / stateRows));
      yield* this.#saved(partition, slots.view());
      partition.letGo(slots);
    }
  }

  hashesOf(batch: Batch): RowHashes {
    this.#pack(batch);
    return rowHashes(this.#keys, batch.length);
  }

  savedHashesOf(saved: Batch): RowHashes {
    return rowHashes(this.#savedKeys(saved), saved.length);
  }

  #savedKeys({ columns, length }: Batch): PackedKeys {
    this.#keys.pack(columns.slice(0, this.#spec.keys.length), length);
    return this.#keys;
  }

  holds(saved: Batch): Uint8Array {
    const held = new Uint8Array(saved.length);
    const keys = this.#savedKeys(saved);
    for (const { partition, rows, count } of this.#router.route(keys, null, saved.length)) {
      const slots = this.#partitions.at(partition).find(keys, rows, count);
      for (let j = 0; j < count; j++) if (slots[j]! >= 0) held[rows === null ? j : rows[j]!] = 1;
    }
    return held;
  }

  keyGroups(batch: Batch): Uint8Array | null {
    this.#pack(batch);
    return this.#spec.keys.length === 0 ? null : this.#keys.groupsOfRows(batch.length);
  }

  *process(batch: Batch): Iterable<Emission> {
    const { eventTime } = this.#spec;
    const times = eventTime === null ? null : watermarkedTimes(batch.columns[eventTime]!);
    const rows = times === null ? null : this.#onTimeRows(times, batch.length);
    const count = rows === null ? batch.length : this.#onTime.count;
    this.#pack(batch);
    const fresh = this.#freshRows(rows, count, batch.length, this.#expiryTimes(times, batch.length));
    this.#duplicates += count - fresh.count;
    this.#updated += fresh.count;
    if (fresh.count === batch.length && fresh.count > 0) yield emission(batch);
    else if (fresh.count > 0) yield emission(takeBatch(batch, fresh.values, fresh.count));
  }

  finish(): Iterable<Emission> {
    const { evictUs } = this;
    if (evictUs === null) return nothing;
    for (const partition of this.#partitions.all()) partition.forgetUntil(evictUs);
    return nothing;
  }

  restore({ deletes, upserts }: StateChanges): void {
    const keys = this.#spec.keys.length;
    if (deletes !== null) {
      this.#keys.pack(deletes.columns.slice(0, keys), deletes.length);
      for (const { partition, rows, count } of this.#router.route(this.#keys, null, deletes.length))
        this.#partitions.at(partition).remove(this.#keys, rows, count);
    }
    if (upserts === null) return;
    const columns = upserts.columns.slice(0, keys);
    this.#keys.pack(columns, upserts.length);
    const times = this.#savedTimes(upserts.columns);
    for (const { partition, rows, count } of this.#router.route(this.#keys, null, upserts.length))
      this.#partitions.at(partition).restore(this.#keys, rows, count, times);
  }

  *changes(): Iterable<StateChanges> {
    for (const partition of this.#partitions.all()) {
      const { deletes } = partition;
      if (deletes !== null) yield { ...this.#chunk(), deletes: batchOf(this.#deletes, deletes.columns, deletes.count) };
      yield* this.#saved(partition, partition.added());
    }
  }

  get stateRows(): number {
    return this.#partitions.all().reduce((sum, { size }) => sum + size, 0);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const partition of this.#partitions.of(groups)) yield* this.#saved(partition, partition.of(groups));
  }

  metrics(): StateOperatorMetrics {
    const partitions = this.#partitions.all();
    const numRowsRemoved = partitions.reduce((sum, { deletes }) => sum + (deletes?.count ?? 0), 0);
    return {
      operatorName: this.#name,
      numRowsTotal: this.stateRows,
      numRowsUpdated: this.#updated,
      numRowsRemoved,
      ...(this.#spec.expiry.kind === "ttl" && { rowsExpiredByTtl: numRowsRemoved }),
      numRowsDroppedByWatermark: this.#lateRows,
      numDroppedDuplicateRows: this.#duplicates,
      partitions: this.#spec.partitions,
      memoryUsedBytes: this.memoryBytes,
      lateRows: this.#lateRows,
    };
  }

  get memoryBytes(): number {
    return this.#partitions.all().reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  #pack({ columns, length }: Batch): void {
    this.#keys.pack(
      this.#spec.keys.map((column) => columns[column]!),
      length,
    );
  }

  /** The rows that are not late; null when none is. */
  #onTimeRows(times: Float64Array, length: number): Int32Array | null {
    if (this.#watermarks === null) return null;
    const lateUs = this.#watermarks.lateMs * 1000;
    this.#onTime.clear();
    for (let row = 0; row < length; row++) if (!(times[row]! <= lateUs)) this.#onTime.push(row);
    this.#lateRows += length - this.#onTime.count;
    return this.#onTime.count === length ? null : this.#onTime.values;
  }

  /** The rows whose keys are new, ascending; the keys are known from now on. */
  #freshRows(rows: Int32Array | null, count: number, length: number, times: Float64Array | null): IntList {
    const routed = this.#router.route(this.#keys, rows, count);
    const emitted = this.#emitted;
    emitted.clear();
    if (this.#isNew.length < length) this.#isNew = new Uint8Array(2 * length);
    const isNew = this.#isNew.fill(0, 0, length);
    for (const { partition, rows: some, count: n } of routed) {
      const fresh = this.#partitions.at(partition).add(this.#keys, some, n, times);
      for (let j = 0; j < fresh.count; j++) isNew[fresh.values[j]!] = 1;
    }
    for (let row = 0; row < length; row++) if (isNew[row] === 1) emitted.push(row);
    return emitted;
  }

  /** When the keys of rows with these event times are forgotten. */
  #expiryTimes(times: Float64Array | null, length: number): Float64Array | null {
    const { expiry } = this.#spec;
    if (expiry.kind === "ttl") return new Float64Array(length).fill((this.#batchTimeMs + expiry.ttlMs) * 1000);
    if (expiry.kind === "never" || times === null) return null;
    if (expiry.kind === "time") return times;
    const delayUs = expiry.delayMs * 1000;
    return times.map((time) => (time === time ? time : 0) + delayUs);
  }

  #savedTimes(columns: readonly Column[]): Float64Array | null {
    const { expiry, keys, eventTime } = this.#spec;
    if (expiry.kind === "never") return null;
    if (this.#savesTimes) return watermarkedTimes(columns[keys.length]!);
    const place = keys.indexOf(eventTime!);
    assert(place >= 0, "keys expire by an event time that is among them");
    return watermarkedTimes(columns[place]!);
  }

  *#saved(partition: SeenKeys, slots: Int32Array): Iterable<StateChanges> {
    for (let from = 0; from < slots.length; from += this.#chunks.stateRows) {
      const some = slots.subarray(from, from + this.#chunks.stateRows);
      yield { ...this.#chunk(), upserts: batchOf(this.#upserts, partition.saved(some), some.length) };
    }
  }

  #chunk(): StateChanges {
    return { operatorId: this.operatorId, storeName: "default", upserts: null, deletes: null, droppedPanes: [] };
  }
}
