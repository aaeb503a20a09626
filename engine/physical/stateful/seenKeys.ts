import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import type { GroupRange } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyExpiry } from "./deduplicateSpec.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { UntouchedSlots } from "./untouchedSlots.js";

/** One state partition of a deduplication: the keys that were seen, and when each is forgotten. */
export class SeenKeys {
  /** The keys that the batch forgot, by hash: key columns, then hashes. Null when there are none. */
  deletes: { readonly columns: readonly Column[]; readonly count: number } | null = null;
  readonly #table: KeyedTable;
  /** Null where keys are kept for ever. */
  readonly #times: TimeIndex | null;
  /** Whether the keys do not say when they are forgotten. */
  readonly #savesTimes: boolean;
  readonly #sorter: HashSorter;
  /** The slots of the keys that the batch added, until some of them are forgotten in the same batch. */
  readonly #added = new IntList();

  /** The batch in which a slot's key came, 0 where it was saved; −1 where there is none. */
  readonly #stamp = new Lane("i32", -1);
  readonly #untouched = new UntouchedSlots();
  #batch = 1;

  /** Marks, for a moment, the slots that expire. */
  readonly #expired = new Lane("u8", 0);

  constructor(layout: KeyLayout, expiry: KeyExpiry["kind"], groups: GroupRange, sorter: HashSorter) {
    this.#table = new KeyedTable(layout, groups);
    this.#times = expiry === "never" ? null : new TimeIndex();
    this.#savesTimes = expiry === "within" || expiry === "ttl";
    this.#sorter = sorter;
  }

  get size(): number {
    return this.#table.size;
  }

  /** So many keys have room before arrays grow. */
  get roomFor(): number {
    return this.#table.capacity;
  }

  begin(): void {
    this.#batch++;
    this.deletes = null;
    this.#added.clear();
  }

  /** Adds the keys of some rows; gives the rows that were the first with theirs, in that order. Borrowed until the next call. */
  add(keys: PackedKeys, rows: Int32Array | null, count: number, times: Float64Array | null): IntList {
    this.#insert(keys, rows, count, times, this.#batch);
    this.#added.pushAll(this.#table.inserted);
    return this.#table.insertedRows;
  }

  /** The same of keys that were saved. */
  restore(keys: PackedKeys, rows: Int32Array | null, count: number, times: Float64Array | null): void {
    this.#insert(keys, rows, count, times, 0);
  }

  /** The slots of some keys, none of which came in this batch, by hash; those first that are there for long. */
  cold(count: number): IntList {
    const slots = this.#untouched.next(this.#stamp.values, this.#table.slotLimit, this.#batch, count);
    this.#sort(slots);
    return slots;
  }

  /** The slots of keys, −1 for those that are not there. Borrowed until the next call. */
  find(keys: PackedKeys, rows: Int32Array | null, count: number): Int32Array {
    return this.#table.find(keys, rows, count);
  }

  /** Lets go of keys that are there still, but elsewhere. */
  letGo(slots: IntList): void {
    this.#removeSlots(slots);
    this.#table.trim();
  }

  #insert(keys: PackedKeys, rows: Int32Array | null, count: number, times: Float64Array | null, stamp: number): void {
    this.#table.lookupOrInsert(keys, rows, count);
    const { inserted, insertedRows, slotLimit } = this.#table;
    this.#stamp.reserve(slotLimit);
    const stamps = this.#stamp.values;
    for (let j = 0; j < inserted.count; j++) stamps[inserted.values[j]!] = stamp;
    if (this.#times === null) return;
    assert(times !== null, "keys that expire come with their times");
    this.#times.reserve(slotLimit);
    for (let j = 0; j < inserted.count; j++) this.#times.set(inserted.values[j]!, times[insertedRows.values[j]!]!);
  }

  remove(keys: PackedKeys, rows: Int32Array | null, count: number): void {
    const slots = this.#table.find(keys, rows, count);
    const found = new IntList();
    for (let j = 0; j < count; j++) if (slots[j]! >= 0) found.push(slots[j]!);
    this.#removeSlots(found);
  }

  #removeSlots({ values, count }: IntList): void {
    for (let j = 0; j < count; j++) {
      this.#stamp.values[values[j]!] = -1;
      this.#times?.remove(values[j]!);
    }
    this.#table.remove(values, count);
  }

  /** Forgets the keys whose time is at most `boundUs`. */
  forgetUntil(boundUs: number): void {
    const expired = new IntList();
    this.#times?.popUntil(boundUs, expired);
    if (expired.count === 0) return;
    this.#sort(expired);
    this.deletes = { columns: this.columns(expired.view()), count: expired.count };
    this.#leaveOut(expired);
    this.#removeSlots(expired);
  }

  /** The slots of the keys that the batch added and not forgot, by hash. */
  added(): Int32Array {
    this.#sort(this.#added);
    return this.#added.view();
  }

  /** The slots of the keys of some key groups, by hash. */
  of(groups: GroupRange): Int32Array {
    const slots = new IntList();
    this.#table.collect(groups, slots);
    this.#sort(slots);
    return slots.view();
  }

  /** The keys at the slots, then their hashes. */
  columns(slots: Int32Array): Column[] {
    return [...this.#table.keyColumns(slots, slots.length), this.#table.groupColumn(slots, slots.length)];
  }

  /** The same with the times, where they are kept beside the keys. */
  saved(slots: Int32Array): Column[] {
    if (!this.#savesTimes) return this.columns(slots);
    const values = buffers.float64(slots.length);
    for (let j = 0; j < slots.length; j++) values[j] = this.#times!.timeOf(slots[j]!);
    const times: Column = { type: types.long, encoding: "f64", length: slots.length, nulls: null, values };
    return [...this.#table.keyColumns(slots, slots.length), times, this.#table.groupColumn(slots, slots.length)];
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#stamp.bytes + (this.#times?.bytes ?? 0);
  }

  /** Keys that came and expired in one batch were never there. */
  #leaveOut(expired: IntList): void {
    this.#expired.reserve(this.#table.slotLimit);
    const isExpired = this.#expired.values;
    for (let j = 0; j < expired.count; j++) isExpired[expired.values[j]!] = 1;
    let count = 0;
    for (let j = 0; j < this.#added.count; j++) {
      const slot = this.#added.values[j]!;
      if (isExpired[slot] === 0) this.#added.values[count++] = slot;
    }
    this.#added.count = count;
    this.#expired.clear(expired.values, expired.count);
  }

  #sort({ values, count }: IntList): void {
    this.#sorter.sort(values, count, this.#table.hashes, null, (a, b) => this.#table.compareKeys(a, b));
  }
}
