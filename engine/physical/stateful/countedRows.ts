import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import type { TimeIndex } from "../../state/timeIndex.js";

const none = -1;

/** What the batch took out of the state: the columns of rows, and the hashes of their keys. */
export interface GoneRows {
  readonly columns: readonly Column[];
  readonly count: number;
}

/** How the rows of a key are found, which differs from operator to operator. */
export interface RowsOfKeys {
  reserveRows(limit: number): void;
  /** A row is there from now on, under its key. */
  insert(key: number, row: number): void;
  /** It is not there any more. */
  remove(key: number, row: number): void;
  /** Nothing is known of the row any more: its slot will be another's. */
  forget(row: number): void;
  /** A total order that depends on the rows alone. */
  compare(a: number, b: number): number;
}

/**
 * Different rows by key, each with how often it is there; which of them the batch changed, and which the files have. Rows whose number comes to zero go when the batch is
 * settled.
 */
export class CountedRows {
  /** What the batch took out that the files have; null when nothing. */
  deletes: GoneRows | null = null;
  readonly table: KeyedTable;
  readonly #keys: KeyedTable;
  readonly #index: RowsOfKeys;
  readonly #sorter: HashSorter;
  /** Of each row: its key, the hash of that, how often it is there, the batch that changed it, whether the files have it. */
  readonly #keyOf = new Lane("i32", none);
  readonly #hashOf = new Lane("i32", 0);
  readonly #times = new Lane("i32", 0);
  readonly #changedIn = new Lane("i32", 0);
  readonly #saved = new Lane("u8", 0);
  readonly #changed = new IntList();
  #batch = 0;

  /** Whether a row may be taken back more often than it came: before it, as it were. */
  readonly #owes: boolean;

  /** @param keys whose slots the rows have as their keys */
  constructor(layout: KeyLayout, keys: KeyedTable, sorter: HashSorter, index: RowsOfKeys, owes = false) {
    this.#owes = owes;
    this.table = new KeyedTable(layout);
    this.#keys = keys;
    this.#sorter = sorter;
    this.#index = index;
  }

  /** Different rows. */
  get size(): number {
    return this.table.size;
  }

  get updated(): number {
    return this.#changed.count;
  }

  get memoryBytes(): number {
    return this.table.memoryBytes + 17 * this.table.slotLimit;
  }

  begin(): void {
    this.#batch++;
    this.deletes = null;
    this.#changed.clear();
  }

  /** How often a row is there. */
  timesOf(row: number): number {
    return this.#times.values[row]!;
  }

  /** Whether a row has no key yet. */
  isNew(row: number): boolean {
    return this.#keyOf.values[row] === none;
  }

  /** The slots of rows; new rows get one. Borrowed until the next call. */
  slotsOf(rows: PackedKeys, taken: Int32Array | null, count: number): Int32Array {
    const slots = this.table.lookupOrInsert(rows, taken, count);
    const { inserted, slotLimit } = this.table;
    for (const lane of [this.#keyOf, this.#hashOf, this.#times, this.#changedIn, this.#saved]) lane.reserve(slotLimit);
    this.#index.reserveRows(slotLimit);
    for (let f = 0; f < inserted.count; f++) this.#clear(inserted.values[f]!);
    return slots;
  }

  /** Puts a new row under its key. */
  place(row: number, key: number): void {
    this.#keyOf.values[row] = key;
    this.#hashOf.values[row] = this.#keys.hashes[key]!;
  }

  /** The row is there `sign` times more. */
  add(row: number, sign: number): void {
    const times = this.#times.values;
    const before = times[row]!;
    times[row] = before + sign;
    if (before === 0) this.#index.insert(this.#keyOf.values[row]!, row);
    else if (before + sign === 0) this.#index.remove(this.#keyOf.values[row]!, row);
    this.note(row);
  }

  /** Takes a row out, however often it is there. */
  drop(row: number): void {
    this.add(row, -this.#times.values[row]!);
  }

  /** The batch changed what is known of a row. */
  note(row: number): void {
    if (this.#changedIn.values[row] === this.#batch) return;
    this.#changedIn.values[row] = this.#batch;
    this.#changed.push(row);
  }

  /** Forgets the rows that are not there any more. */
  settle(): void {
    const dead = new IntList();
    const saved = new IntList();
    for (let j = 0; j < this.#changed.count; j++) {
      const row = this.#changed.values[j]!;
      assert(this.#owes || this.#times.values[row]! >= 0, "a row is taken back as often as it came, at most");
      if (this.#times.values[row] !== 0) continue;
      dead.push(row);
      if (this.#saved.values[row] === 1) saved.push(row);
    }
    this.sort(saved);
    if (saved.count > 0)
      this.deletes = { columns: [...this.table.keyColumns(saved.values, saved.count), this.groupColumn(saved.view())], count: saved.count };
    this.#remove(dead);
  }

  /** A row is so often there, as the files have it. */
  restore(row: number, key: number, times: number): void {
    if (this.isNew(row)) {
      this.place(row, key);
      this.#index.insert(key, row);
    }
    this.#times.values[row] = times;
    this.#saved.values[row] = 1;
  }

  restoreDeletes(rows: PackedKeys, taken: Int32Array | null, count: number): void {
    const slots = this.table.find(rows, taken, count);
    const found = new IntList();
    for (let j = 0; j < count; j++) if (slots[j]! >= 0) found.push(slots[j]!);
    for (let j = 0; j < found.count; j++) this.#index.remove(this.#keyOf.values[found.values[j]!]!, found.values[j]!);
    this.#remove(found);
  }

  /** The rows that the batch changed and that are still there, in the order of the files; they count as saved. */
  changed(): Int32Array {
    const rows = new IntList();
    for (let j = 0; j < this.#changed.count; j++) {
      const row = this.#changed.values[j]!;
      if (this.#times.values[row] !== 0) rows.push(row);
    }
    for (let j = 0; j < rows.count; j++) this.#saved.values[rows.values[j]!] = 1;
    this.sort(rows);
    return rows.view();
  }

  /** Brings rows into the order of the files: by the hash of their keys, then by the rows themselves. */
  sort({ values, count }: IntList): void {
    this.#sorter.sort(values, count, this.#hashOf.values, null, (a, b) => this.#index.compare(a, b));
  }

  /** By the rows as such. */
  compareRows(a: number, b: number): number {
    const { hashes } = this.table;
    return hashes[a] === hashes[b] ? this.table.compareKeys(a, b) : (hashes[a]! >>> 0) - (hashes[b]! >>> 0);
  }

  timesColumn(rows: Int32Array): Column {
    return laneColumn(this.#times, rows);
  }

  /** The hashes of the rows' keys. */
  groupColumn(rows: Int32Array): Column {
    return laneColumn(this.#hashOf, rows);
  }

  /** The times of the rows' keys. */
  keyTimesColumn(times: TimeIndex, rows: Int32Array): Column {
    return microsColumn(rows, (row) => times.timeOf(this.#keyOf.values[row]!));
  }

  #remove({ values, count }: IntList): void {
    for (let j = 0; j < count; j++) this.#index.forget(values[j]!);
    this.table.remove(values, count);
    for (let j = 0; j < count; j++) this.#clear(values[j]!);
  }

  #clear(row: number): void {
    this.#keyOf.values[row] = none;
    this.#times.values[row] = 0;
    this.#changedIn.values[row] = 0;
    this.#saved.values[row] = 0;
  }
}

/** What a lane has of rows. */
export function laneColumn(lane: Lane<"i32">, rows: Int32Array): Column {
  const values = new Int32Array(rows.length);
  for (let j = 0; j < rows.length; j++) values[j] = lane.values[rows[j]!]!;
  return { type: types.int, encoding: "i32", length: rows.length, nulls: null, values };
}

/** Times of rows, µs. */
export function microsColumn(rows: Int32Array, timeOf: (row: number) => number): Column {
  return { type: types.long, encoding: "f64", length: rows.length, nulls: null, values: Float64Array.from(rows, timeOf) };
}
