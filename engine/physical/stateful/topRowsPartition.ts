import type { Column } from "../../arrow/column.js";
import type { GroupRange } from "../../contract/state.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import { OrderedRows } from "../../state/orderedRows.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { CountedRows, type GoneRows, type RowsOfKeys } from "./countedRows.js";
import { leadingRowsOf, type LeadingRows } from "./leadingRows.js";
import { rowsAt, type OfferedRows, type SavedRows } from "./offeredRows.js";
import { OrderOfRows } from "./orderOfRows.js";
import { addDifferences, clearRanked, rankedRows, type RankedRows } from "./rankedRows.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

const none = -1;

/** Of a key that the watermark may have passed: how many of its rows, which are in their order, go, and the time of the others; NaN where none stay. */
export type PassedRows = (
  partition: TopRowsPartition,
  rows: Int32Array,
  boundUs: number,
) => { readonly count: number; readonly nextUs: number };

/** One state partition: the rows of each key that may be among its first, each with how often it is there, and their order. */
export class TopRowsPartition implements RowsOfKeys {
  readonly #spec: TopRowsSpec;
  readonly #keys: KeyedTable;
  readonly #rows: CountedRows;
  readonly #order = new OrderOfRows();
  readonly #tree = new OrderedRows((a, b) => this.compare(a, b));
  readonly #sorter: HashSorter;
  /** Of each key: the batch that came to it last, and the last of its rows that is among the first. Rows behind that cannot come in where none is taken back. */
  readonly #touchedIn = new Lane("i32", 0);
  readonly #last = new Lane("i32", none);
  readonly #touched = new IntList();
  /** What the first rows of the touched keys were; of the j-th key those from `beforeEnds[j − 1]` to `beforeEnds[j]`. */
  readonly #before = rankedRows();
  readonly #beforeEnds = new IntList();
  /** Rows of a key that cannot come in any more. */
  readonly #behind = new IntList();
  /** Null where rows are not dropped by how many of a piece stand before them. */
  readonly #leading: LeadingRows | null;
  /** When the watermark has passed a key, or when a batch last came to it. */
  readonly #times = new TimeIndex();
  readonly #expired = new IntList();
  #batch = 0;

  constructor(spec: TopRowsSpec, layouts: { readonly keys: KeyLayout; readonly rows: KeyLayout }, groups: GroupRange, sorter: HashSorter) {
    this.#spec = spec;
    this.#keys = new KeyedTable(layouts.keys, groups);
    this.#rows = new CountedRows(layouts.rows, this.#keys, sorter, this);
    this.#sorter = sorter;
    this.#leading = leadingRowsOf(spec);
  }

  get size(): number {
    return this.#rows.size;
  }

  get updated(): number {
    return this.#rows.updated;
  }

  /** What the batch took out of the state. */
  get deletes(): GoneRows | null {
    return this.#rows.deletes;
  }

  begin(): void {
    this.#batch++;
    this.#rows.begin();
    this.#touched.clear();
    clearRanked(this.#before);
    this.#beforeEnds.clear();
  }

  offer(offered: OfferedRows): void {
    const { taken, count, signs, marks } = offered;
    const keySlots = this.touch(offered);
    const kept = signs === null ? this.#mayComeIn(keySlots, offered) : null;
    const [places, n] = kept === null ? [null, count] : [kept.values, kept.count];
    const rows = rowsAt(taken, places, n);
    const slots = this.#rows.slotsOf(offered.rows, rows, n);
    for (let j = 0; j < n; j++) {
      const place = places === null ? j : places[j]!;
      const slot = slots[j]!;
      if (this.#rows.isNew(slot)) {
        this.#rows.place(slot, keySlots[place]!);
        this.#order.set(slot, offered.order, place);
      }
      const row = rows === null ? j : rows[j]!;
      if (marks !== null) {
        if (this.#rows.timesOf(slot) > 0) continue;
        marks[row] = 1;
      }
      this.#rows.add(slot, signs === null ? 1 : signs[row]!);
    }
    if (this.#leading !== null && marks === null) for (let j = 0; j < n; j++) this.#bound(keySlots[places === null ? j : places[j]!]!);
  }

  /** Rows of the pieces that come now cannot come in behind the last of the first rows that are there. */
  #bound(key: number): void {
    let left = this.#spec.limit;
    this.#tree.walk(key, (row) => {
      left -= this.#rows.timesOf(row);
      if (left > 0) return true;
      this.#last.values[key] = row;
      return false;
    });
  }

  /** The first rows of the keys that the batch touched which were so before it and are not now, and those that are so now and were not. */
  differences(): { readonly gone: RankedRows; readonly come: RankedRows } {
    const [gone, come, after] = [rankedRows(), rankedRows(), rankedRows()];
    const how = { compare: (a: number, b: number) => this.compare(a, b), byRank: this.#spec.emitsRank };
    for (const k of this.#touchedByHash()) {
      const key = this.#touched.values[k]!;
      clearRanked(after);
      this.#firstOf(key, after);
      const range = { from: k === 0 ? 0 : this.#beforeEnds.values[k - 1]!, to: this.#beforeEnds.values[k]! };
      addDifferences(this.#before, range, after, how, { gone, come });
      if (this.#spec.change === null) this.#last.values[key] = this.#isFull(after) ? after.rows.values[after.rows.count - 1]! : none;
    }
    return { gone, come };
  }

  /** Of each key that the batch touched, by the hash of the keys: its rows before the batch and now, a row that is there several times as often. */
  *touchedKeys(): Iterable<{ readonly key: number; readonly before: Int32Array; readonly now: Int32Array }> {
    const now = rankedRows();
    for (const k of this.#touchedByHash()) {
      clearRanked(now);
      const key = this.#touched.values[k]!;
      this.#firstOf(key, now);
      const from = k === 0 ? 0 : this.#beforeEnds.values[k - 1]!;
      yield { key, before: this.#before.rows.values.subarray(from, this.#beforeEnds.values[k]), now: now.rows.view() };
    }
  }

  /** The columns of rows. They are there until `settle`. */
  columns(rows: Int32Array, count: number): Column[] {
    return this.#rows.table.keyColumns(rows, count);
  }

  /**
   * Takes out the rows of keys whose event time is at most a bound, behind what says what the batch changed.
   *
   * @param passed how many of the first rows of such a key go, and the time of those that stay
   * @returns how many rows went
   */
  expire(boundUs: number, passed: PassedRows): number {
    const due = new IntList();
    this.#times.popUntil(boundUs, due);
    let dropped = 0;
    for (let k = 0; k < due.count; k++) {
      const key = due.values[k]!;
      const rows = this.#rowsOf(key);
      const { count, nextUs } = passed(this, rows, boundUs);
      for (let j = 0; j < count; j++) this.#rows.drop(rows[j]!);
      dropped += count;
      if (this.#tree.isEmpty(key)) this.#expired.push(key);
      else this.#times.set(key, nextUs);
    }
    return dropped;
  }

  /**
   * Takes out the rows of keys that no batch has come to for as long as they are kept, as if this one had; before what says what the batch changed.
   *
   * @returns how many rows went
   */
  lapse(nowUs: number, ttlMs: number): number {
    for (let k = 0; k < this.#touched.count; k++) this.#times.set(this.#touched.values[k]!, nowUs);
    const due = new IntList();
    this.#times.popUntil(nowUs - ttlMs * 1000, due);
    let dropped = 0;
    for (let k = 0; k < due.count; k++) {
      this.#touch(due.values[k]!);
      const rows = this.#rowsOf(due.values[k]!);
      for (const row of rows) this.#rows.drop(row);
      dropped += rows.length;
    }
    return dropped;
  }

  /** A key is done when the watermark has passed a time. */
  setTime(key: number, timeUs: number): void {
    this.#times.set(key, timeUs);
  }

  /** Forgets the rows that are not there any more, those that cannot come in any more, and keys without rows. */
  settle(): void {
    if (this.#spec.change === null) for (let k = 0; k < this.#touched.count; k++) this.#prune(this.#touched.values[k]!);
    if (this.#spec.ttlMs !== null) this.#noteTouches();
    this.#rows.settle();
    this.#removeKeys();
  }

  /** @param touchedUs by row: when a batch last came to its key; null where nobody asks */
  restore(offered: SavedRows, counts: readonly number[], touchedUs: readonly number[] | null): void {
    const { keys, rows, taken, count, order } = offered;
    const keySlots = this.#keys.lookupOrInsert(keys, taken, count);
    this.#noteNewKeys(offered.times);
    const slots = this.#rows.slotsOf(rows, taken, count);
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      if (this.#rows.isNew(slot)) this.#order.set(slot, order, j);
      const row = taken === null ? j : taken[j]!;
      this.#rows.restore(slot, keySlots[j]!, counts[row]!);
      // Other rows of the key may have been written before.
      if (touchedUs !== null && !(this.#times.timeOf(keySlots[j]!) > touchedUs[row]!)) this.#times.set(keySlots[j]!, touchedUs[row]!);
    }
  }

  restoreDeletes({ rows, taken, count }: Pick<OfferedRows, "rows" | "taken" | "count">): void {
    this.#rows.restoreDeletes(rows, taken, count);
  }

  /** The rows that the batch changed and that are still there, in the order of the files; they count as saved. */
  changed(): Int32Array {
    return this.#rows.changed();
  }

  /** The rows of the keys of some groups, in the order of the files. */
  of(groups: GroupRange): Int32Array {
    const keys = new IntList();
    this.#keys.collect(groups, keys);
    const rows = new IntList();
    for (let j = 0; j < keys.count; j++) for (const row of this.#rowsOf(keys.values[j]!)) rows.push(row);
    this.#rows.sort(rows);
    return rows.view();
  }

  /** What restores rows: their columns, how often they are there, when their key was last come to where that counts, the hashes of their keys. */
  savedColumns(rows: Int32Array): Column[] {
    const touched = this.#spec.ttlMs === null ? [] : [this.#rows.keyTimesColumn(this.#times, rows)];
    return [...this.columns(rows, rows.length), this.#rows.timesColumn(rows), ...touched, this.#rows.groupColumn(rows)];
  }

  get memoryBytes(): number {
    return this.#keys.memoryBytes + this.#rows.memoryBytes + this.#order.bytes + this.#tree.bytes + this.#times.bytes;
  }

  /** The batch comes to the keys of rows, whatever becomes of these; what was first of them is noted. Gives the slots of the keys. */
  touch({ keys, taken, count, times }: SavedRows): Int32Array {
    const slots = this.#keys.lookupOrInsert(keys, taken, count);
    this.#noteNewKeys(times);
    const touchedIn = this.#touchedIn.values;
    for (let j = 0; j < count; j++) {
      if (touchedIn[slots[j]!] !== this.#batch) this.#touch(slots[j]!);
    }
    return slots;
  }

  /** The batch comes to a key for the first time: what is first of it is noted. */
  #touch(key: number): void {
    this.#touchedIn.values[key] = this.#batch;
    this.#touched.push(key);
    this.#firstOf(key, this.#before);
    this.#beforeEnds.push(this.#before.rows.count);
  }

  /** When a key was come to is written with a row of it. */
  #noteTouches(): void {
    for (let k = 0; k < this.#touched.count; k++) {
      this.#tree.walk(this.#touched.values[k]!, (row) => {
        this.#rows.note(row);
        return false;
      });
    }
  }

  #rowsOf(key: number): Int32Array {
    const rows = new IntList();
    this.#tree.walk(key, (row) => {
      rows.push(row);
      return true;
    });
    return rows.view();
  }

  /** The places of the touched keys among them, in the order of their hashes. */
  #touchedByHash(): Int32Array {
    const { count, values } = this.#touched;
    const places = new Int32Array(count);
    for (let k = 0; k < count; k++) places[k] = k;
    this.#sorter.sort(places, count, this.#keys.hashes, values, (a, b) => this.#keys.compareKeys(values[a]!, values[b]!));
    return places;
  }

  /** Keys that the last look-up brought have no rows yet, and are known to the index of times. */
  #noteNewKeys(times: Float64Array | null): void {
    this.#reserveKeys();
    const { inserted, insertedRows } = this.#keys;
    for (let f = 0; f < inserted.count; f++) {
      const key = inserted.values[f]!;
      this.#touchedIn.values[key] = 0;
      this.#last.values[key] = none;
      this.#tree.clearKey(key);
      if (times !== null) this.#times.set(key, times[insertedRows.values[f]!]!);
    }
  }

  /** The places of rows that are not behind the last of the first rows of their key, nor behind enough of the others; null: all of them. */
  #mayComeIn(keySlots: Int32Array, { count, order, marks }: OfferedRows): IntList | null {
    const last = this.#last.values;
    const kept = new IntList(count);
    for (let j = 0; j < count; j++) {
      const bound = last[keySlots[j]!]!;
      if (bound === none || this.#order.compareWritten(order, j, bound) <= 0) kept.push(j);
    }
    if (marks === null) this.#leading?.keep(kept, keySlots, this.#keys.slotLimit, order);
    return kept.count === count ? null : kept;
  }

  /** Adds the first rows of a key to a list, a row that is there several times as often. */
  #firstOf(key: number, { rows, ranks }: RankedRows): void {
    const { ranks: by, limit } = this.#spec;
    let [number, rank, before] = [0, 0, none];
    this.#tree.walk(key, (row) => {
      if (before === none || this.#order.compare(before, row) !== 0) rank = by === "rank" ? number + 1 : rank + 1;
      before = row;
      for (let copies = this.#rows.timesOf(row); copies > 0; copies--) {
        number++;
        const own = by === "row_number" ? number : rank;
        if (own > limit) return false;
        rows.push(row);
        ranks.push(own);
      }
      return true;
    });
  }

  /** Whether no row that is behind all of these can be among the first. */
  #isFull({ rows, ranks }: RankedRows): boolean {
    if (rows.count === 0) return false;
    return this.#spec.ranks === "dense_rank" ? ranks.values[rows.count - 1]! >= this.#spec.limit : rows.count >= this.#spec.limit;
  }

  #prune(key: number): void {
    const last = this.#last.values[key]!;
    if (last === none) return;
    const behind = this.#behind;
    behind.clear();
    let isBehind = false;
    this.#tree.walk(key, (row) => {
      if (isBehind) behind.push(row);
      else if (row === last) isBehind = true;
      return true;
    });
    for (let j = 0; j < behind.count; j++) this.#rows.drop(behind.values[j]!);
  }

  #removeKeys(): void {
    const empty = new IntList();
    for (let k = 0; k < this.#touched.count; k++) if (this.#tree.isEmpty(this.#touched.values[k]!)) empty.push(this.#touched.values[k]!);
    for (let k = 0; k < this.#expired.count; k++) {
      const key = this.#expired.values[k]!;
      if (this.#touchedIn.values[key] !== this.#batch) empty.push(key);
    }
    this.#expired.clear();
    for (let k = 0; k < empty.count; k++) this.#times.remove(empty.values[k]!);
    this.#keys.remove(empty.values, empty.count);
  }

  compare(a: number, b: number): number {
    if (a === b) return 0;
    const byOrder = this.#order.compare(a, b);
    return byOrder !== 0 ? byOrder : this.#rows.compareRows(a, b);
  }

  reserveRows(limit: number): void {
    this.#order.reserve(limit);
    this.#tree.reserveRows(limit);
  }

  insert(key: number, row: number): void {
    this.#tree.insert(key, row);
  }

  remove(key: number, row: number): void {
    this.#tree.remove(key, row);
  }

  forget(row: number): void {
    this.#order.remove(row);
  }

  #reserveKeys(): void {
    const limit = this.#keys.slotLimit;
    for (const perKey of [this.#touchedIn, this.#last, this.#times]) perKey.reserve(limit);
    this.#tree.reserveKeys(limit);
  }
}
