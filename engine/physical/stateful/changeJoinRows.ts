import type { Column } from "../../arrow/column.js";
import { assert } from "../../errors/assert.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import type { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { RowChains } from "../../state/rowChains.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { CountedRows, laneColumn, microsColumn, type GoneRows, type RowsOfKeys } from "./countedRows.js";

/** Rows of a batch for one side of one state partition, with the slots of their join keys. */
export interface JoiningRows {
  readonly rows: PackedKeys;
  /** Which rows of the batch. */
  readonly taken: Int32Array;
  readonly count: number;
  /** By row of the batch: the slot of its key in the partition. */
  readonly keySlots: Int32Array;
}

/** One side of a join in one state partition: different rows in a chain a key, each with how often it is there and how many partners it has. */
export class ChangeJoinRows implements RowsOfKeys {
  readonly chains = new RowChains();
  readonly #counted: CountedRows;
  readonly #countsPartners: boolean;
  readonly #partners = new Lane("i32", 0);
  /** When each row came last; null where none goes by that. */
  readonly #came: TimeIndex | null;

  constructor(
    layout: KeyLayout,
    keys: KeyedTable,
    sorter: HashSorter,
    { countsPartners, lapses }: { readonly countsPartners: boolean; readonly lapses: boolean },
  ) {
    this.#counted = new CountedRows(layout, keys, sorter, this);
    this.#countsPartners = countsPartners;
    this.#came = lapses ? new TimeIndex() : null;
  }

  /** Different rows. */
  get size(): number {
    return this.#counted.size;
  }

  get updated(): number {
    return this.#counted.updated;
  }

  get deletes(): GoneRows | null {
    return this.#counted.deletes;
  }

  begin(): void {
    this.#counted.begin();
  }

  /** How often a row is there. */
  timesOf(row: number): number {
    return this.#counted.timesOf(row);
  }

  /** A row has so many partners more. Gives 1 when they are its first, −1 when it lost its last, else 0. */
  addPartners(row: number, count: number): number {
    const partners = this.#partners.values;
    const before = partners[row]!;
    const now = before + count;
    assert(now >= 0, "a row loses no partner that it did not have");
    partners[row] = now;
    this.#counted.note(row);
    return before === 0 ? (now > 0 ? 1 : 0) : now === 0 ? -1 : 0;
  }

  /** Adds rows, or takes them back. `partners`: how many each has, by row of the batch. */
  apply({ rows, taken, count, keySlots }: JoiningRows, signs: Int32Array | null, partners: Int32Array | null, nowUs: number): void {
    const slots = this.#counted.slotsOf(rows, taken, count);
    for (let j = 0; j < count; j++) {
      const row = taken[j]!;
      const slot = slots[j]!;
      if (this.#counted.isNew(slot)) this.#counted.place(slot, keySlots[row]!);
      if (partners !== null) this.#partners.values[slot] = partners[row]!;
      this.#counted.add(slot, signs === null ? 1 : signs[row]!);
      if (this.#counted.timesOf(slot) > 0) this.#came?.set(slot, nowUs);
    }
  }

  /** The rows that came until a time, each as often as it is there. They stay until they are taken back, and are given once. */
  lapsed(boundUs: number): IntList {
    const [due, rows] = [new IntList(), new IntList()];
    this.#came?.popUntil(boundUs, due);
    for (let j = 0; j < due.count; j++) for (let n = this.timesOf(due.values[j]!); n > 0; n--) rows.push(due.values[j]!);
    return rows;
  }

  /** Takes all rows of a key out. */
  dropKey(key: number): void {
    const rows = new IntList();
    for (let row = this.chains.first(key); row >= 0; row = this.chains.next(row)) rows.push(row);
    for (let j = 0; j < rows.count; j++) this.#counted.drop(rows.values[j]!);
  }

  /** The columns of rows. */
  columns(rows: Int32Array, count: number): Column[] {
    return this.#counted.table.keyColumns(rows, count);
  }

  /** Forgets the rows that are not there any more. */
  settle(): void {
    this.#counted.settle();
  }

  restore(
    { rows, taken, count, keySlots }: JoiningRows,
    times: readonly number[],
    partners: readonly number[] | null,
    came: readonly number[] | null,
  ): void {
    const slots = this.#counted.slotsOf(rows, taken, count);
    for (let j = 0; j < count; j++) {
      const row = taken[j]!;
      this.#counted.restore(slots[j]!, keySlots[row]!, times[row]!);
      if (partners !== null) this.#partners.values[slots[j]!] = partners[row]!;
      if (came !== null) this.#came?.set(slots[j]!, came[row]!);
    }
  }

  restoreDeletes(rows: PackedKeys, taken: Int32Array, count: number): void {
    this.#counted.restoreDeletes(rows, taken, count);
  }

  /** The rows that the batch changed and that are still there, in the order of the files; they count as saved. */
  changed(): Int32Array {
    return this.#counted.changed();
  }

  /** The rows of some keys, in the order of the files. */
  ofKeys(keys: IntList): Int32Array {
    const rows = new IntList();
    for (let k = 0; k < keys.count; k++)
      for (let row = this.chains.first(keys.values[k]!); row >= 0; row = this.chains.next(row)) rows.push(row);
    this.#counted.sort(rows);
    return rows.view();
  }

  /** What restores rows: their columns, how often they are there, their partners and when they came where these count, the hashes of their keys. */
  savedColumns(rows: Int32Array): Column[] {
    const partners = this.#countsPartners ? [laneColumn(this.#partners, rows)] : [];
    const came = this.#came === null ? [] : [microsColumn(rows, (row) => this.#came!.timeOf(row))];
    return [...this.columns(rows, rows.length), this.#counted.timesColumn(rows), ...partners, ...came, this.#counted.groupColumn(rows)];
  }

  get memoryBytes(): number {
    return this.#counted.memoryBytes + this.chains.bytes + this.#partners.bytes + (this.#came?.bytes ?? 0);
  }

  reserveRows(limit: number): void {
    this.chains.reserveRows(limit);
    this.#partners.reserve(limit);
    this.#came?.reserve(limit);
  }

  insert(key: number, row: number): void {
    this.chains.append(key, row);
  }

  remove(_key: number, row: number): void {
    this.chains.remove(row);
  }

  forget(row: number): void {
    this.#partners.values[row] = 0;
    this.#came?.remove(row);
  }

  compare(a: number, b: number): number {
    return this.#counted.compareRows(a, b);
  }
}
