import type { Column } from "../../arrow/column.js";
import { types } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { RowChains } from "../../state/rowChains.js";

const none = -1;

/** Rows of a batch for one side of one state partition, with the slots of their join keys. */
export interface JoiningRows {
  readonly rows: PackedKeys;
  /** Which rows of the batch. */
  readonly taken: Int32Array;
  readonly count: number;
  /** By row of the batch: the slot of its key in the partition. */
  readonly keySlots: Int32Array;
}

/** What the batch took out of one side: the columns of rows, and the hashes of their keys. */
export interface GoneRows {
  readonly columns: readonly Column[];
  readonly count: number;
}

/** One side of a join in one state partition: different rows by key, each with how often it is there and how many partners it has. */
export class ChangeJoinRows {
  deletes: GoneRows | null = null;
  readonly chains = new RowChains();
  readonly #rows: KeyedTable;
  readonly #keys: KeyedTable;
  readonly #sorter: HashSorter;
  readonly #countsPartners: boolean;
  /** Of each row: its key, the hash of that, how often it is there, its partners, the batch that changed it, whether the files have it. */
  readonly #keyOf = new Lane("i32", none);
  readonly #hashOf = new Lane("i32", 0);
  readonly #times = new Lane("i32", 0);
  readonly #partners = new Lane("i32", 0);
  readonly #changedIn = new Lane("i32", 0);
  readonly #saved = new Lane("u8", 0);
  readonly #changed = new IntList();
  #batch = 0;

  constructor(layout: KeyLayout, keys: KeyedTable, sorter: HashSorter, countsPartners: boolean) {
    this.#rows = new KeyedTable(layout);
    this.#keys = keys;
    this.#sorter = sorter;
    this.#countsPartners = countsPartners;
  }

  /** Different rows. */
  get size(): number {
    return this.#rows.size;
  }

  get updated(): number {
    return this.#changed.count;
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

  /** A row has so many partners more. Gives 1 when they are its first, −1 when it lost its last, else 0. */
  addPartners(row: number, count: number): number {
    const partners = this.#partners.values;
    const before = partners[row]!;
    const now = before + count;
    assert(now >= 0, "a row loses no partner that it did not have");
    partners[row] = now;
    this.#note(row);
    return before === 0 ? (now > 0 ? 1 : 0) : now === 0 ? -1 : 0;
  }

  /** Adds rows, or takes them back. `partners`: how many each has, by row of the batch. */
  apply({ rows, taken, count, keySlots }: JoiningRows, signs: Int32Array | null, partners: Int32Array | null): void {
    const slots = this.#slotsOf(rows, taken, count);
    for (let j = 0; j < count; j++) {
      const row = taken[j]!;
      const slot = slots[j]!;
      if (this.#keyOf.values[slot] === none) this.#place(slot, keySlots[row]!);
      if (partners !== null) this.#partners.values[slot] = partners[row]!;
      this.#add(slot, signs === null ? 1 : signs[row]!);
    }
  }

  /** The columns of rows. */
  columns(rows: Int32Array, count: number): Column[] {
    return this.#rows.keyColumns(rows, count);
  }

  /** Forgets the rows that are not there any more. */
  settle(): void {
    const dead = new IntList();
    const saved = new IntList();
    for (let j = 0; j < this.#changed.count; j++) {
      const row = this.#changed.values[j]!;
      assert(this.#times.values[row]! >= 0, "a row is taken back as often as it came, at most");
      if (this.#times.values[row]! > 0) continue;
      dead.push(row);
      if (this.#saved.values[row] === 1) saved.push(row);
    }
    this.#sort(saved);
    if (saved.count > 0)
      this.deletes = { columns: [...this.columns(saved.values, saved.count), this.#groupColumn(saved.view())], count: saved.count };
    this.#remove(dead);
  }

  restore(joining: JoiningRows, times: readonly number[], partners: readonly number[] | null): void {
    const { rows, taken, count, keySlots } = joining;
    const slots = this.#slotsOf(rows, taken, count);
    for (let j = 0; j < count; j++) {
      const row = taken[j]!;
      const slot = slots[j]!;
      if (this.#keyOf.values[slot] === none) {
        this.#place(slot, keySlots[row]!);
        this.chains.append(keySlots[row]!, slot);
      }
      this.#times.values[slot] = times[row]!;
      if (partners !== null) this.#partners.values[slot] = partners[row]!;
      this.#saved.values[slot] = 1;
    }
  }

  restoreDeletes(rows: PackedKeys, taken: Int32Array, count: number): void {
    const slots = this.#rows.find(rows, taken, count);
    const found = new IntList();
    for (let j = 0; j < count; j++) if (slots[j]! >= 0) found.push(slots[j]!);
    for (let j = 0; j < found.count; j++) this.chains.remove(found.values[j]!);
    this.#remove(found);
  }

  /** The rows that the batch changed and that are still there, in the order of the files; they count as saved. */
  changed(): Int32Array {
    const rows = new IntList();
    for (let j = 0; j < this.#changed.count; j++) {
      const row = this.#changed.values[j]!;
      if (this.#times.values[row]! > 0) rows.push(row);
    }
    for (let j = 0; j < rows.count; j++) this.#saved.values[rows.values[j]!] = 1;
    this.#sort(rows);
    return rows.view();
  }

  /** The rows of some keys, in the order of the files. */
  ofKeys(keys: IntList): Int32Array {
    const rows = new IntList();
    for (let k = 0; k < keys.count; k++)
      for (let row = this.chains.first(keys.values[k]!); row >= 0; row = this.chains.next(row)) rows.push(row);
    this.#sort(rows);
    return rows.view();
  }

  /** What restores rows: their columns, how often they are there, their partners where these count, the hashes of their keys. */
  savedColumns(rows: Int32Array): Column[] {
    const partners = this.#countsPartners ? [laneColumn(this.#partners, rows)] : [];
    return [...this.columns(rows, rows.length), laneColumn(this.#times, rows), ...partners, this.#groupColumn(rows)];
  }

  get memoryBytes(): number {
    return this.#rows.memoryBytes + this.chains.bytes + 21 * this.#rows.slotLimit;
  }

  #slotsOf(rows: PackedKeys, taken: Int32Array, count: number): Int32Array {
    const slots = this.#rows.lookupOrInsert(rows, taken, count);
    const { inserted, slotLimit } = this.#rows;
    for (const lane of [this.#keyOf, this.#hashOf, this.#times, this.#partners, this.#changedIn, this.#saved]) lane.reserve(slotLimit);
    this.chains.reserveRows(slotLimit);
    for (let f = 0; f < inserted.count; f++) this.#forget(inserted.values[f]!);
    return slots;
  }

  #place(row: number, key: number): void {
    this.#keyOf.values[row] = key;
    this.#hashOf.values[row] = this.#keys.hashes[key]!;
  }

  #add(row: number, sign: number): void {
    const times = this.#times.values;
    const before = times[row]!;
    times[row] = before + sign;
    if (before === 0) this.chains.append(this.#keyOf.values[row]!, row);
    else if (before + sign === 0) this.chains.remove(row);
    this.#note(row);
  }

  #note(row: number): void {
    if (this.#changedIn.values[row] === this.#batch) return;
    this.#changedIn.values[row] = this.#batch;
    this.#changed.push(row);
  }

  #remove({ values, count }: IntList): void {
    this.#rows.remove(values, count);
    for (let j = 0; j < count; j++) this.#forget(values[j]!);
  }

  #forget(row: number): void {
    this.#keyOf.values[row] = none;
    this.#times.values[row] = 0;
    this.#partners.values[row] = 0;
    this.#changedIn.values[row] = 0;
    this.#saved.values[row] = 0;
  }

  /** By the hash of their keys, then by the rows themselves: the same whatever came first. */
  #sort({ values, count }: IntList): void {
    const { hashes } = this.#rows;
    this.#sorter.sort(values, count, this.#hashOf.values, null, (a, b) =>
      hashes[a] === hashes[b] ? this.#rows.compareKeys(a, b) : (hashes[a]! >>> 0) - (hashes[b]! >>> 0),
    );
  }

  #groupColumn(rows: Int32Array): Column {
    return laneColumn(this.#hashOf, rows);
  }
}

function laneColumn(lane: Lane<"i32">, rows: Int32Array): Column {
  const values = new Int32Array(rows.length);
  for (let j = 0; j < rows.length; j++) values[j] = lane.values[rows[j]!]!;
  return { type: types.int, encoding: "i32", length: rows.length, nulls: null, values };
}
