import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import type { GroupRange } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { TimeIndex } from "../../state/timeIndex.js";

/** One state partition of keys, each with how often it is there (where rows are never taken back: that it is). */
export class CountedKeys {
  /** The keys that the batch took out, by hash: key columns, then hashes. */
  deletes: { readonly columns: readonly Column[]; readonly count: number } | null = null;
  readonly #table: KeyedTable;
  readonly #sorter: HashSorter;
  /** Null where rows are never taken back. */
  readonly #count: Lane<"i32"> | null;
  /** When keys are forgotten; null: never. */
  readonly #times: TimeIndex | null;
  readonly #touchedIn = new Lane("i32", 0);
  readonly #touched = new IntList();
  #batch = 1;

  constructor(
    layout: KeyLayout,
    { counts, expires }: { readonly counts: boolean; readonly expires: boolean },
    groups: GroupRange,
    sorter: HashSorter,
  ) {
    this.#table = new KeyedTable(layout, groups);
    this.#count = counts ? new Lane("i32", 0) : null;
    this.#times = expires ? new TimeIndex() : null;
    this.#sorter = sorter;
  }

  get size(): number {
    return this.#table.size;
  }

  get updated(): number {
    return this.#touched.count;
  }

  begin(): void {
    this.#batch++;
    this.deletes = null;
    this.#touched.clear();
  }

  /**
   * Counts rows, and marks those that bring a key or take its last row back.
   *
   * @param signs 1 or −1 of each row of the batch; null: 1 of all
   */
  count(
    keys: PackedKeys,
    rows: Int32Array | null,
    count: number,
    signs: Int32Array | null,
    times: Float64Array | null,
    marks: Uint8Array,
  ): void {
    const slots = this.#slots(keys, rows, count, times);
    const { insertedRows } = this.#table;
    const counts = this.#count;
    if (counts === null || signs === null) {
      for (let j = 0; j < insertedRows.count; j++) marks[insertedRows.values[j]!] = 1;
      this.#touched.pushAll(this.#table.inserted);
      return;
    }
    const touchedIn = this.#touchedIn.values;
    for (let j = 0; j < count; j++) {
      const [slot, row] = [slots[j]!, rows === null ? j : rows[j]!];
      const before = counts.values[slot]!;
      const sign = signs[row]!;
      counts.values[slot] = before + sign;
      if (sign > 0 ? before === 0 : before === 1) marks[row] = 1;
      if (touchedIn[slot] === this.#batch) continue;
      touchedIn[slot] = this.#batch;
      this.#touched.push(slot);
    }
  }

  /** Forgets keys without rows, and those whose time is at most `boundUs`. */
  settle(boundUs: number | null): void {
    const gone = new IntList();
    if (boundUs !== null) this.#times?.popUntil(boundUs, gone);
    const expired = new Set(gone.view());
    const counts = this.#count;
    const left = new IntList();
    for (let j = 0; j < this.#touched.count; j++) {
      const slot = this.#touched.values[j]!;
      assert(counts === null || counts.values[slot]! >= 0, "a row is taken back as often as it came, at most");
      if (expired.has(slot)) continue;
      if (counts !== null && counts.values[slot] === 0) {
        gone.push(slot);
        this.#times?.remove(slot);
      } else left.push(slot);
    }
    this.#touched.clear();
    this.#touched.pushAll(left);
    if (gone.count === 0) return;
    this.#sort(gone);
    const columns = [...this.#table.keyColumns(gone.values, gone.count), this.#table.groupColumn(gone.values, gone.count)];
    this.deletes = { columns, count: gone.count };
    this.#table.remove(gone.values, gone.count);
  }

  restore(keys: PackedKeys, rows: Int32Array | null, count: number, times: Float64Array | null, saved: readonly number[] | null): void {
    const slots = this.#slots(keys, rows, count, times);
    if (this.#count !== null && saved !== null)
      for (let j = 0; j < count; j++) this.#count.values[slots[j]!] = saved[rows === null ? j : rows[j]!]!;
  }

  restoreDeletes(keys: PackedKeys, rows: Int32Array | null, count: number): void {
    const slots = this.#table.find(keys, rows, count);
    const found = new IntList();
    for (let j = 0; j < count; j++) if (slots[j]! >= 0) found.push(slots[j]!);
    for (let j = 0; j < found.count; j++) this.#times?.remove(found.values[j]!);
    this.#table.remove(found.values, found.count);
  }

  /** The keys that the batch changed and that are still there, by hash. */
  changed(): Int32Array {
    this.#sort(this.#touched);
    return this.#touched.view();
  }

  of(groups: GroupRange): Int32Array {
    const slots = new IntList();
    this.#table.collect(groups, slots);
    this.#sort(slots);
    return slots.view();
  }

  /** What restores keys: their columns, how often they are there, their hashes. */
  savedColumns(slots: Int32Array): Column[] {
    const counts: Column[] = [];
    if (this.#count !== null) {
      const values = new Int32Array(slots.length);
      for (let j = 0; j < slots.length; j++) values[j] = this.#count.values[slots[j]!]!;
      counts.push({ type: types.int, encoding: "i32", length: slots.length, nulls: null, values });
    }
    return [...this.#table.keyColumns(slots, slots.length), ...counts, this.#table.groupColumn(slots, slots.length)];
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + (this.#count?.bytes ?? 0) + (this.#times?.bytes ?? 0) + this.#touchedIn.bytes;
  }

  #slots(keys: PackedKeys, rows: Int32Array | null, count: number, times: Float64Array | null): Int32Array {
    const slots = this.#table.lookupOrInsert(keys, rows, count);
    const { inserted, insertedRows, slotLimit } = this.#table;
    this.#count?.reserve(slotLimit);
    this.#count?.clear(inserted.values, inserted.count);
    this.#touchedIn.reserve(slotLimit);
    this.#touchedIn.clear(inserted.values, inserted.count);
    if (this.#times === null) return slots;
    assert(times !== null, "keys that expire come with their times");
    this.#times.reserve(slotLimit);
    for (let j = 0; j < inserted.count; j++) this.#times.set(inserted.values[j]!, times[insertedRows.values[j]!]!);
    return slots;
  }

  #sort({ values, count }: IntList): void {
    this.#sorter.sort(values, count, this.#table.hashes, null, (a, b) => this.#table.compareKeys(a, b));
  }
}
