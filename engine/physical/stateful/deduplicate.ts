import { batchOf, type Batch } from "../../arrow/batch.js";
import { takeBatch } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Schema } from "../../arrow/types.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { Attribute } from "../../expression/expression.js";
import { Lane } from "../../state/lane.js";
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
import { KeyedTable } from "../../state/keyedTable.js";
import { watermarkedTimes } from "./eventTimes.js";
import { slotsInGroups } from "./groups.js";

/** What a deduplication needs bound. Plain data. */
export interface DeduplicateSpec {
  readonly operatorId: string;
  /** Indexes of the key columns in the input. */
  readonly keys: readonly number[];
  readonly keyAttributes: readonly Attribute[];
  /** Index of the input's event time, by which rows are late; null when it has none. */
  readonly eventTime: number | null;
  /** Whether the event time is among the keys: then keys are forgotten when the watermark has passed it. */
  readonly expires: boolean;
}

/**
 * dropDuplicates: consumes rows, emits those whose key it has not seen, the first of each as it comes.
 *
 * State: the keys. With the event time among them a key is forgotten when the watermark has passed its time; otherwise keys are kept for ever (SEMANTICS 23).
 * Late rows are dropped in either case; a row without an event time is never late and never forgotten (SEMANTICS 24).
 *
 * Invariant: of all rows with one key exactly one is emitted.
 */
export class DeduplicateOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #spec: DeduplicateSpec;
  readonly #table: KeyedTable;
  /** 1 for the slots of keys that are there; the table says nothing of slots that it hands out again. */
  readonly #known = new Lane("u8", 0);
  /** A key's event time, µs; NaN when it has none. Only where keys expire. */
  readonly #time = new Lane("f64", NaN);
  /** Of upserts and deletes alike: key columns and hash. */
  readonly #rows: Schema;
  /** No key expires before: spares looking at all of them. */
  #smallestTimeUs = Infinity;
  #watermarks: OperatorWatermarks | null = null;
  #added: number[] = [];
  #deletes: { readonly columns: Column[]; readonly count: number } | null = null;
  #lateRows = 0;
  #duplicates = 0;
  #updated = 0;

  constructor(spec: DeduplicateSpec) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#table = new KeyedTable(spec.keyAttributes.map(({ type }) => type));
    const key = schemaOf(spec.keyAttributes);
    this.#rows = types.struct([...key.fields, field("group", types.int, false)]);
    const base = { operatorId: spec.operatorId, operatorName: "dedupe", storeName: "default", layout: "keys" };
    this.schemas = [{ ...base, key, value: types.struct([]) }];
  }

  begin(context: BatchContext): void {
    this.#watermarks = this.#spec.eventTime === null ? null : context.watermarks(this.operatorId);
    this.#added = [];
    this.#deletes = null;
    this.#lateRows = 0;
    this.#duplicates = 0;
    this.#updated = 0;
  }

  *process(batch: Batch): Iterable<Emission> {
    const onTime = this.#onTime(batch);
    if (onTime.length === 0) return;
    const columns = this.#spec.keys.map((column) => onTime.columns[column]!);
    const slots = this.#table.lookupOrInsert(columns, onTime.length);
    this.#reserve();
    const known = this.#known.values;
    const fresh = new Int32Array(onTime.length);
    let count = 0;
    for (let row = 0; row < onTime.length; row++) {
      const slot = slots[row]!;
      if (known[slot] === 1) continue;
      known[slot] = 1;
      this.#added.push(slot);
      fresh[count++] = row;
    }
    if (this.#spec.expires) this.#keepTimes(onTime, slots, fresh, count);
    this.#duplicates += onTime.length - count;
    this.#updated += count;
    if (count > 0) yield emission(count === onTime.length ? onTime : takeBatch(onTime, fresh, count));
  }

  finish(): Iterable<Emission> {
    if (this.#watermarks !== null && this.#spec.expires) this.#evict(this.#watermarks.evictMs * 1000);
    return nothing;
  }

  #evict(evictUs: number): void {
    if (this.#smallestTimeUs > evictUs) return;
    const times = this.#time.values;
    const slots = this.#table.liveSlots();
    const expired = slots.filter((slot) => times[slot]! <= evictUs);
    this.#smallestTimeUs = slots.reduce((least, slot) => (times[slot]! > evictUs && times[slot]! < least ? times[slot]! : least), Infinity);
    if (expired.length === 0) return;
    this.#deletes = { columns: this.#columnsAt(expired), count: expired.length };
    this.#forget(expired);
    this.#added = this.#added.filter((slot) => this.#known.values[slot] === 1);
  }

  restore({ deletes, upserts }: StateChanges): void {
    if (deletes !== null) {
      const slots = this.#table.find(deletes.columns.slice(0, this.#spec.keys.length), deletes.length);
      this.#forget(slots.slice(0, deletes.length).filter((slot) => slot >= 0));
    }
    if (upserts === null) return;
    const columns = upserts.columns.slice(0, -1);
    const slots = this.#table.lookupOrInsert(columns, upserts.length);
    this.#reserve();
    const times = this.#spec.expires ? watermarkedTimes(columns[this.#timeAmongKeys()]!) : null;
    for (let row = 0; row < upserts.length; row++) {
      this.#known.values[slots[row]!] = 1;
      if (times !== null) this.#setTime(slots[row]!, times[row]!);
    }
  }

  changes(): StateChanges[] {
    if (this.#added.length === 0 && this.#deletes === null) return [];
    const deletes = this.#deletes === null ? null : batchOf(this.#rows, this.#deletes.columns, this.#deletes.count);
    return [{ ...this.#keysAt(Int32Array.from(this.#added)), deletes }];
  }

  get stateRows(): number {
    return this.#table.size;
  }

  snapshot(groups: GroupRange = allGroups): StateChanges[] {
    const all = this.#table.liveSlots();
    return [this.#keysAt(slotsInGroups(all, this.#table.groupColumn(all, all.length), groups))];
  }

  metrics(): StateOperatorMetrics {
    return {
      operatorName: "dedupe",
      numRowsTotal: this.#table.size,
      numRowsUpdated: this.#updated,
      numRowsRemoved: this.#deletes?.count ?? 0,
      numRowsDroppedByWatermark: this.#lateRows,
      numDroppedDuplicateRows: this.#duplicates,
      memoryUsedBytes: this.#table.memoryBytes + this.#known.bytes + this.#time.bytes,
      lateRows: this.#lateRows,
    };
  }

  /** The rows that are not late. */
  #onTime(batch: Batch): Batch {
    if (this.#watermarks === null || this.#spec.eventTime === null) return batch;
    const lateUs = this.#watermarks.lateMs * 1000;
    const times = watermarkedTimes(batch.columns[this.#spec.eventTime]!);
    const rows = new Int32Array(batch.length);
    let count = 0;
    for (let row = 0; row < batch.length; row++) if (!(times[row]! <= lateUs)) rows[count++] = row;
    this.#lateRows += batch.length - count;
    return count === batch.length ? batch : takeBatch(batch, rows, count);
  }

  #keepTimes(batch: Batch, slots: Int32Array, fresh: Int32Array, count: number): void {
    const times = watermarkedTimes(batch.columns[this.#spec.eventTime!]!);
    for (let j = 0; j < count; j++) this.#setTime(slots[fresh[j]!]!, times[fresh[j]!]!);
  }

  #setTime(slot: number, timeUs: number): void {
    this.#time.values[slot] = timeUs;
    if (timeUs < this.#smallestTimeUs) this.#smallestTimeUs = timeUs;
  }

  #timeAmongKeys(): number {
    const place = this.#spec.keys.indexOf(this.#spec.eventTime!);
    assert(place >= 0, "keys expire by an event time that is among them");
    return place;
  }

  #forget(slots: Int32Array): void {
    this.#known.clear(slots, slots.length);
    this.#time.clear(slots, slots.length);
    this.#table.remove(slots, slots.length);
  }

  #reserve(): void {
    this.#known.reserve(this.#table.slotLimit);
    if (this.#spec.expires) this.#time.reserve(this.#table.slotLimit);
  }

  #keysAt(slots: Int32Array): StateChanges {
    const upserts = slots.length === 0 ? null : batchOf(this.#rows, this.#columnsAt(slots), slots.length);
    return { operatorId: this.operatorId, storeName: "default", upserts, deletes: null, droppedPanes: [] };
  }

  #columnsAt(slots: Int32Array): Column[] {
    return [...this.#table.keyColumns(slots, slots.length), this.#table.groupColumn(slots, slots.length)];
  }
}
