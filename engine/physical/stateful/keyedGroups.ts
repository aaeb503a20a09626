import type { Batch } from "../../arrow/batch.js";
import { takeColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { assert } from "../../errors/assert.js";
import type { Attribute } from "../../expression/expression.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import { Lane } from "../../state/lane.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { watermarkedTimes } from "./eventTimes.js";
import { SlotList, type GroupCounters, type Groups, type Released } from "./groups.js";

/**
 * Groups by key: a group's slot is its key's slot in the table. With an event time among the keys, groups are late and expire by it (a scan, and only when
 * the smallest time has expired).
 */
export class KeyedGroups implements Groups {
  readonly layout = "keys";
  readonly fresh = new SlotList();
  readonly #table: KeyedTable;
  readonly #late: KeyedTable;
  readonly #columns: number;
  readonly #eventTime: number | null;
  readonly #touched = new SlotList();
  /** The batch in which a slot was last touched. */
  readonly #stamp = new Lane("i32", 0);
  /** When a group was created, as a running number: slots are reused, so they say nothing about order. */
  readonly #created = new Lane("f64", 0);
  /** The group's event time, µs; NaN when it has none. Only with an event time. */
  readonly #time = new Lane("f64", NaN);
  #batch = 1;
  #creations = 0;
  #removals = 0;
  #lateUs: number | null = null;
  #smallestTime = Infinity;
  #lateRows = 0;

  constructor(grouping: readonly Attribute[], eventTime: number | null) {
    const keyTypes = grouping.map((attribute) => attribute.type);
    this.#table = new KeyedTable(keyTypes);
    this.#late = new KeyedTable(keyTypes);
    this.#columns = grouping.length;
    this.#eventTime = eventTime;
  }

  get size(): number {
    return this.#table.size;
  }

  get capacity(): number {
    return this.#table.slotLimit;
  }

  get counters(): GroupCounters {
    return { lateRows: this.#lateRows, lateGroups: this.#late.size, rowsWithoutEventTime: 0 };
  }

  begin(lateUs: number | null): void {
    this.#batch++;
    this.#touched.clear();
    this.#lateUs = lateUs;
    this.#lateRows = 0;
    const late = this.#late.liveSlots();
    this.#late.remove(late, late.length);
  }

  assign(batch: Batch): GroupedRows {
    const columns = batch.columns.slice(0, this.#columns);
    const rows = this.#eventTime === null || this.#lateUs === null ? null : this.#onTime(columns, batch.length, this.#lateUs);
    if (rows === null) return { slots: this.#touch(columns, batch.length), rows: null, count: batch.length };
    const kept = columns.map((column) => takeColumn(column, rows, rows.length));
    return { slots: this.#touch(kept, rows.length), rows, count: rows.length };
  }

  touched(): SlotList {
    return this.#touched.stampedWith(this.#batch, this.#stamp.values);
  }

  /** The one group of an aggregation without keys, which is there and touched in every batch. */
  touchGlobal(): void {
    assert(this.#columns === 0, "only an aggregation without keys has a global group");
    this.#touch([], 1);
  }

  expired(evictUs: number): SlotList {
    const expired = new SlotList();
    if (this.#eventTime === null || this.#smallestTime > evictUs) return expired;
    this.#smallestTime = Infinity;
    for (const slot of this.#table.liveSlots()) {
      const time = this.#time.values[slot]!;
      if (time <= evictUs) expired.push(slot);
      else if (time < this.#smallestTime) this.#smallestTime = time;
    }
    const times = this.#time.values;
    const created = this.#created.values;
    expired.slots.subarray(0, expired.count).sort((a, b) => times[a]! - times[b]! || created[a]! - created[b]!);
    return expired;
  }

  release({ slots, count }: SlotList): Released {
    if (count === 0) return { droppedPanes: [], deletes: null };
    const columns = [...this.groupingColumns(slots, count), this.groupColumn(slots, count)];
    this.#remove(slots, count);
    return { droppedPanes: [], deletes: { columns, count } };
  }

  all(): SlotList {
    const all = new SlotList();
    const slots = this.#table.liveSlots();
    const created = this.#created.values;
    if (this.#removals > 0) slots.sort((a, b) => created[a]! - created[b]!);
    all.slots = slots;
    all.count = slots.length;
    return all;
  }

  groupingColumns(slots: Int32Array, count: number): Column[] {
    return this.#table.keyColumns(slots, count);
  }

  groupColumn(slots: Int32Array, count: number): Column {
    return this.#table.groupColumn(slots, count);
  }

  restoreGroups(grouping: readonly Column[], count: number): Int32Array {
    const slots = this.#table.lookupOrInsert(grouping, count);
    this.#welcome(grouping, slots, count);
    return slots;
  }

  restoreDeletes(grouping: readonly Column[], count: number): void {
    const found = this.#table
      .find(grouping, count)
      .slice(0, count)
      .filter((slot) => slot >= 0);
    this.#remove(found, found.length);
  }

  dropPane(): void {
    assert(false, "groups by key have no panes");
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#stamp.bytes + this.#created.bytes + this.#time.bytes;
  }

  #remove(slots: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) this.#stamp.values[slots[j]!] = 0;
    this.#table.remove(slots, count);
    this.#removals += count;
  }

  /** The rows that are not late; null when none is. Late ones are counted. */
  #onTime(columns: readonly Column[], length: number, lateUs: number): Int32Array | null {
    const times = watermarkedTimes(columns[this.#eventTime!]!);
    const late = new SlotList();
    const kept = new SlotList();
    for (let i = 0; i < length; i++) (times[i]! <= lateUs ? late : kept).push(i);
    if (late.count === 0) return null;
    this.#lateRows += late.count;
    this.#late.lookupOrInsert(
      columns.map((column) => takeColumn(column, late.slots, late.count)),
      late.count,
    );
    return kept.slots.subarray(0, kept.count);
  }

  #touch(columns: readonly Column[], count: number): Int32Array {
    const slots = this.#table.lookupOrInsert(columns, count);
    this.#welcome(columns, slots, count);
    const stamp = this.#stamp.values;
    const batch = this.#batch;
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      if (stamp[slot] === batch) continue;
      stamp[slot] = batch;
      this.#touched.push(slot);
    }
    return slots;
  }

  /** Notes what the table has just inserted. */
  #welcome(columns: readonly Column[], slots: Int32Array, count: number): void {
    const { inserted, insertedCount } = this.#table;
    this.fresh.clear();
    this.#stamp.reserve(this.capacity);
    this.#created.reserve(this.capacity);
    for (let j = 0; j < insertedCount; j++) {
      this.fresh.push(inserted[j]!);
      this.#stamp.values[inserted[j]!] = 0;
      this.#created.values[inserted[j]!] = this.#creations++;
    }
    if (this.#eventTime === null || insertedCount === 0) return;
    this.#time.reserve(this.capacity);
    const times = watermarkedTimes(columns[this.#eventTime]!);
    for (let j = 0; j < count; j++) {
      this.#time.values[slots[j]!] = times[j]!;
      if (times[j]! < this.#smallestTime) this.#smallestTime = times[j]!;
    }
  }
}
