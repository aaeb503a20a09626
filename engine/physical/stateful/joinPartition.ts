import type { Column } from "../../arrow/column.js";
import type { GroupRange } from "../../contract/state.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { JoinSide } from "./joinSide.js";
import type { SideIndex, StreamJoinSpec } from "./streamJoinSpec.js";

/** Columns of rows in the order in which they are written. */
export interface SavedRows {
  readonly columns: readonly Column[];
  readonly count: number;
}

/**
 * One state partition of a join: one table of the keys of both sides, and the rows of each side.
 *
 * Invariant: behind a batch every key in the table has a row on one side at least.
 */
export class JoinPartition {
  readonly sides: readonly [JoinSide, JoinSide];
  /** Keys and numbers of the rows that the batch forgot and the state before had, by hash. By side; null when there are none. */
  readonly deletes: [SavedRows | null, SavedRows | null] = [null, null];
  readonly #table: KeyedTable;
  readonly #sorter: HashSorter;
  /** Keys that may have lost their last row, or never had one. */
  readonly #suspects = new IntList();
  readonly #isEmpty = new Lane("u8", 0);

  constructor(spec: StreamJoinSpec, layout: KeyLayout, groups: GroupRange, sorter: HashSorter) {
    this.#table = new KeyedTable(layout, groups);
    this.#sorter = sorter;
    this.sides = [new JoinSide(spec, 0), new JoinSide(spec, 1)];
  }

  begin(): void {
    for (const side of this.sides) side.begin();
    this.deletes[0] = this.deletes[1] = null;
  }

  /** Writes the slot of each row's key, by row; a new key is inserted. `areKept`: whether every one of the rows is appended now. */
  lookUp(keys: PackedKeys, rows: Int32Array | null, count: number, slotOfRow: Int32Array, areKept: boolean): void {
    const slots = this.#table.lookupOrInsert(keys, rows, count);
    for (let j = 0; j < count; j++) slotOfRow[rows === null ? j : rows[j]!] = slots[j]!;
    if (!areKept) this.#suspects.pushAll(this.#table.inserted);
    for (const side of this.sides) side.chains.reserveKeys(this.#table.slotLimit);
  }

  /** Forgets rows of a side. */
  remove(side: SideIndex, places: IntList): void {
    this.deletes[side] = this.#deletesOf(side, places);
    this.forget(side, places.values, places.count);
  }

  /** The same of rows that a file says are gone. */
  forget(side: SideIndex, places: Int32Array, count: number): void {
    const { chains } = this.sides[side];
    for (let j = 0; j < count; j++) this.#suspects.push(chains.keyOf[places[j]!]!);
    this.sides[side].remove(places, count);
  }

  /** Takes out the keys that have no row. */
  dropEmptyKeys(): void {
    const empty = new IntList();
    this.#isEmpty.reserve(this.#table.slotLimit);
    const isEmpty = this.#isEmpty.values;
    const [left, right] = this.sides;
    for (let j = 0; j < this.#suspects.count; j++) {
      const slot = this.#suspects.values[j]!;
      if (isEmpty[slot] !== 0 || left.chains.first(slot) >= 0 || right.chains.first(slot) >= 0) continue;
      isEmpty[slot] = 1;
      empty.push(slot);
    }
    this.#isEmpty.clear(empty.values, empty.count);
    this.#table.remove(empty.values, empty.count);
    this.#suspects.clear();
  }

  /** The rows of a side that the batch added or changed, as upserts: keys, number, columns, mark, hash. */
  upserts(side: SideIndex): IntList {
    return this.#sorted(side, this.sides[side].changed());
  }

  /** The rows of a side whose keys are of some groups, in the order in which they are written. */
  rowsOf(side: SideIndex, groups: GroupRange): IntList {
    const slots = new IntList();
    this.#table.collect(groups, slots);
    const { chains } = this.sides[side];
    const places = new IntList();
    for (let j = 0; j < slots.count; j++) {
      for (let place = chains.first(slots.values[j]!); place >= 0; place = chains.next(place)) places.push(place);
    }
    return this.#sorted(side, places);
  }

  /** What the files have of rows: keys, number, columns, mark, hash. */
  saved(side: SideIndex, places: Int32Array): SavedRows {
    const count = places.length;
    const keys = this.#keysOf(side, places);
    const columns = [
      ...this.#table.keyColumns(keys, count),
      ...this.sides[side].saved(places, count),
      this.#table.groupColumn(keys, count),
    ];
    return { columns, count };
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.sides[0].memoryBytes + this.sides[1].memoryBytes;
  }

  #deletesOf(side: SideIndex, places: IntList): SavedRows | null {
    const gone = new IntList();
    for (let j = 0; j < places.count; j++) if (this.sides[side].wasThere(places.values[j]!)) gone.push(places.values[j]!);
    if (gone.count === 0) return null;
    const sorted = this.#sorted(side, gone).view();
    const keys = this.#keysOf(side, sorted);
    const count = sorted.length;
    const number = this.sides[side].numberColumn(sorted, count);
    return { columns: [...this.#table.keyColumns(keys, count), number, this.#table.groupColumn(keys, count)], count };
  }

  #keysOf(side: SideIndex, places: Int32Array): Int32Array {
    const { keyOf } = this.sides[side].chains;
    const keys = new Int32Array(places.length);
    for (let j = 0; j < places.length; j++) keys[j] = keyOf[places[j]!]!;
    return keys;
  }

  /** Sorts rows by the hash of their keys; those of one key stay in the order of arrival. */
  #sorted(side: SideIndex, places: IntList): IntList {
    const { keyOf } = this.sides[side].chains;
    const numbers = this.sides[side].numbers.values;
    this.#sorter.sort(places.values, places.count, this.#table.hashes, keyOf, (a, b) => {
      const [keyA, keyB] = [keyOf[a]!, keyOf[b]!];
      return keyA === keyB ? numbers[a]! - numbers[b]! : this.#table.compareKeys(keyA, keyB);
    });
    return places;
  }
}
