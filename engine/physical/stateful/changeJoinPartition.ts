import type { GroupRange } from "../../contract/state.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { ChangeJoinRows } from "./changeJoinRows.js";
import { countsPartners, type ChangeJoinSpec } from "./changeJoinSpec.js";
import type { SideIndex } from "./streamJoinSpec.js";

/** How keys, and the rows of both sides, lie in memory. */
export interface ChangeJoinLayouts {
  readonly keys: KeyLayout;
  readonly rows: readonly [KeyLayout, KeyLayout];
}

/** One state partition of a join of changing streams: keys, and the rows of both sides under them. A key is there as long as either side has a row of it. */
export class ChangeJoinPartition {
  readonly sides: readonly [ChangeJoinRows, ChangeJoinRows];
  readonly #keys: KeyedTable;
  /** Keys that may have lost their last row. */
  readonly #touched = new IntList();
  /** When the watermark has passed a key. */
  readonly #times = new TimeIndex();

  constructor(spec: ChangeJoinSpec, layouts: ChangeJoinLayouts, groups: GroupRange, sorter: HashSorter) {
    this.#keys = new KeyedTable(layouts.keys, groups);
    const sideOf = (side: SideIndex) => {
      const how = { countsPartners: countsPartners(spec, side), lapses: spec.sides[side].ttlMs !== null };
      return new ChangeJoinRows(layouts.rows[side], this.#keys, sorter, how);
    };
    this.sides = [sideOf(0), sideOf(1)];
  }

  begin(): void {
    for (const side of this.sides) side.begin();
  }

  /**
   * The slots of the keys of some rows of a batch, by row; new keys get one.
   *
   * @param times by row: the event time of its key, µs; null where keys have none
   */
  lookUp(keys: PackedKeys, rows: Int32Array | null, count: number, slotOfRow: Int32Array, times: Float64Array | null): void {
    const slots = this.#keys.lookupOrInsert(keys, rows, count);
    this.#times.reserve(this.#keys.slotLimit);
    if (times !== null) this.#noteTimes(times);
    for (const { chains } of this.sides) chains.reserveKeys(this.#keys.slotLimit);
    for (let j = 0; j < count; j++) {
      slotOfRow[rows === null ? j : rows[j]!] = slots[j]!;
      this.#touched.push(slots[j]!);
    }
  }

  /** New keys are known to the index of times. */
  #noteTimes(times: Float64Array): void {
    const { inserted, insertedRows } = this.#keys;
    for (let f = 0; f < inserted.count; f++) this.#times.set(inserted.values[f]!, times[insertedRows.values[f]!]!);
  }

  /** Forgets the rows and the keys that are not there any more, and those that the watermark has passed; null: there is none. */
  settle(evictUs: number | null): void {
    if (evictUs !== null) this.#expire(evictUs);
    for (const side of this.sides) side.settle();
    this.dropEmptyKeys();
  }

  #expire(evictUs: number): void {
    const due = new IntList();
    this.#times.popUntil(evictUs, due);
    for (let k = 0; k < due.count; k++) {
      for (const side of this.sides) side.dropKey(due.values[k]!);
      this.#touched.push(due.values[k]!);
    }
  }

  dropEmptyKeys(): void {
    const empty = new IntList();
    const seen = new Set<number>();
    for (let j = 0; j < this.#touched.count; j++) {
      const key = this.#touched.values[j]!;
      if (seen.has(key)) continue;
      seen.add(key);
      if (this.sides.every(({ chains }) => chains.first(key) < 0)) empty.push(key);
    }
    this.#touched.clear();
    for (let k = 0; k < empty.count; k++) this.#times.remove(empty.values[k]!);
    this.#keys.remove(empty.values, empty.count);
  }

  /** The rows of a side whose keys are of some groups, in the order of the files. */
  rowsOf(side: SideIndex, groups: GroupRange): Int32Array {
    const keys = new IntList();
    this.#keys.collect(groups, keys);
    return this.sides[side].ofKeys(keys);
  }

  get memoryBytes(): number {
    return this.#keys.memoryBytes + this.#times.bytes + this.sides[0].memoryBytes + this.sides[1].memoryBytes;
  }
}
