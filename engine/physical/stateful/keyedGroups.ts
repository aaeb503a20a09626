import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { allGroups, type GroupRange } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { UntouchedSlots } from "./untouchedSlots.js";
import { nothingReleased, type GroupRun, type Groups, type KeyedRows, type Released } from "./groups.js";

/**
 * Groups by key: a group's slot is its key's slot in the table. With an event time among the keys, or where they live for some time after they were touched, a time index says which of them have expired. Late rows do not
 * come here: the time is a key, so that they are known before.
 */
export class KeyedGroups implements Groups {
  readonly lateGroups = 0;
  readonly lateRows = 0;
  readonly #table: KeyedTable;
  readonly #sorter: HashSorter;
  readonly #touched = new IntList();
  readonly #changed = new IntList();
  /** The batch in which a slot was last touched; −1 where it holds no group. */
  readonly #stamp = new Lane("i32", -1);
  readonly #untouched = new UntouchedSlots();
  /** Null without an event time among the keys. */
  readonly #times: TimeIndex | null;
  /** Whether a group's time is that of the last batch that touched it. */
  readonly #isByTouch: boolean;
  #nowUs = 0;
  #batch = 1;

  constructor(layout: KeyLayout, expiry: "never" | "eventTime" | "touched", groups: GroupRange, sorter: HashSorter) {
    this.#table = new KeyedTable(layout, groups);
    this.#times = expiry === "never" ? null : new TimeIndex();
    this.#isByTouch = expiry === "touched";
    this.#sorter = sorter;
  }

  get fresh(): IntList {
    return this.#table.inserted;
  }

  get size(): number {
    return this.#table.size;
  }

  get savedRows(): number {
    return this.size;
  }

  get capacity(): number {
    return this.#table.slotLimit;
  }

  get touchedCount(): number {
    return this.#touched.count;
  }

  begin(_lateUs: number | null, nowUs: number): void {
    this.#nowUs = nowUs;
    this.#batch++;
    this.#touched.clear();
  }

  assign(keyed: KeyedRows): GroupedRows {
    const { rows, count } = keyed;
    const slots = this.#slotsOf(keyed);
    const stamp = this.#stamp.values;
    const batch = this.#batch;
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      if (stamp[slot] === batch) continue;
      stamp[slot] = batch;
      this.#touched.push(slot);
    }
    return { slots, rows, count };
  }

  touched(): GroupRun[] {
    return this.#run(this.changed());
  }

  touchedAt(slots: Int32Array, count: number): Float64Array {
    const times = buffers.float64(count);
    for (let j = 0; j < count; j++) times[j] = this.#times!.timeOf(slots[j]!);
    return times;
  }

  expired(evictUs: number): GroupRun[] {
    const expired = new IntList();
    if (this.#isByTouch) for (let j = 0; j < this.#touched.count; j++) this.#times!.set(this.#touched.values[j]!, this.#nowUs);
    this.#times?.popUntil(evictUs, expired);
    this.#sort(expired);
    return this.#run(expired);
  }

  earliest(): number {
    return this.#times?.earliest() ?? Infinity;
  }

  all(): GroupRun[] {
    return this.#run(this.of(allGroups));
  }

  release(expired: readonly GroupRun[]): Released {
    const slots = expired[0]?.slots;
    if (slots === undefined) return nothingReleased;
    const columns = [...this.groupingColumns(slots, slots.length), this.groupColumn(slots, slots.length)];
    this.#remove(slots, slots.length);
    return { droppedPanes: [], deletes: { columns, count: slots.length }, removed: slots.length };
  }

  changed(): IntList {
    const changed = this.#changed;
    changed.reserve(this.#touched.count);
    const [from, into, stamp] = [this.#touched.values, changed.values, this.#stamp.values];
    let count = 0;
    for (let j = 0; j < this.#touched.count; j++) if (stamp[from[j]!] === this.#batch) into[count++] = from[j]!;
    changed.count = count;
    this.#sort(changed);
    return changed;
  }

  of(groups: GroupRange): IntList {
    const slots = new IntList();
    this.#table.collect(groups, slots);
    this.#sort(slots);
    return slots;
  }

  groupingColumns(slots: Int32Array, count: number): Column[] {
    return this.#table.keyColumns(slots, count);
  }

  groupColumn(slots: Int32Array, count: number): Column {
    return this.#table.groupColumn(slots, count);
  }

  restoreGroups(keyed: KeyedRows): Int32Array {
    const slots = this.#slotsOf(keyed);
    const { inserted } = this.#table;
    for (let j = 0; j < inserted.count; j++) this.#stamp.values[inserted.values[j]!] = 0;
    const { rows, count, times } = keyed;
    // A file may know of a later touch of a group that an earlier one has.
    if (this.#isByTouch) for (let j = 0; j < count; j++) this.#times!.set(slots[j]!, times![rows === null ? j : rows[j]!]!);
    return slots;
  }

  get roomFor(): number {
    return this.#table.capacity;
  }

  cold(count: number): IntList {
    const slots = this.#untouched.next(this.#stamp.values, this.capacity, this.#batch, count);
    this.#sort(slots);
    return slots;
  }

  find({ keys, rows, count }: KeyedRows): Int32Array {
    return this.#table.find(keys, rows, count);
  }

  letGo({ values, count }: IntList): void {
    this.#remove(values, count);
    this.#table.trim();
  }

  restoreDeletes({ keys, rows, count }: KeyedRows): void {
    const found = new IntList();
    const slots = this.#table.find(keys, rows, count);
    for (let j = 0; j < count; j++) if (slots[j]! >= 0) found.push(slots[j]!);
    this.#remove(found.values, found.count);
  }

  dropPane(): void {
    assert(false, "groups by key have no panes");
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#stamp.bytes + (this.#times?.bytes ?? 0);
  }

  #slotsOf({ keys, rows, count, times }: KeyedRows): Int32Array {
    const slots = this.#table.lookupOrInsert(keys, rows, count);
    const { inserted, insertedRows } = this.#table;
    this.#stamp.reserve(this.capacity);
    if (this.#times === null) return slots;
    this.#times.reserve(this.capacity);
    if (times === null && this.#isByTouch) return slots;
    assert(times !== null, "groups with an event time are given the times of their rows");
    for (let j = 0; j < inserted.count; j++) this.#times.set(inserted.values[j]!, times[insertedRows.values[j]!]!);
    return slots;
  }

  #remove(slots: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) {
      this.#stamp.values[slots[j]!] = -1;
      this.#times?.remove(slots[j]!);
    }
    this.#table.remove(slots, count);
  }

  #run(slots: IntList): GroupRun[] {
    return slots.count === 0 ? [] : [{ startUs: 0, slots: slots.view() }];
  }

  #sort({ values, count }: IntList): void {
    this.#sorter.sort(values, count, this.#table.hashes, null, (a, b) => this.#table.compareKeys(a, b));
  }
}
