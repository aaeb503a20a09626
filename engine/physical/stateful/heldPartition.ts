import type { Column } from "../../arrow/column.js";
import { readValue } from "../../arrow/columns.js";
import type { EmitEvery } from "../../contract/emitEvery.js";
import { allGroups, type GroupRange } from "../../contract/state.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { RowChains } from "../../state/rowChains.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { CountedRows, type GoneRows, type RowsOfKeys } from "./countedRows.js";

const none = -1;

/** Changes, as they come from a batch or a file: rows by unit. */
export interface HeldRows {
  readonly keys: PackedKeys;
  readonly rows: PackedKeys;
  /** Which rows of the batch; null: the first `count`. */
  readonly taken: Int32Array | null;
  readonly count: number;
  /** When each row of the batch closes, µs. */
  readonly times: Float64Array;
  /** How many rows each stands for; null where nobody asks. */
  readonly sizes: Column | null;
}

/** What holds when a batch ends, µs. */
export interface HeldBounds {
  readonly nowUs: number;
  /** Null before there is a watermark. */
  readonly evictUs: number | null;
  /** Whether all that is held is told. */
  readonly isAllDue: boolean;
}

/** One state partition of changes that are held back: what the changes of each unit since it was told last come to. */
export class HeldPartition implements RowsOfKeys {
  readonly #every: EmitEvery;
  readonly #units: KeyedTable;
  readonly #rows: CountedRows;
  readonly #chains = new RowChains();
  readonly #sorter: HashSorter;
  /** When each row closes. */
  readonly #closes = new TimeIndex();
  /** Of each unit: since when something of it is held, µs; how many more rows it has; the batch that touched it last. */
  readonly #since = new TimeIndex();
  readonly #growth = new Lane("f64", 0);
  readonly #touchedIn = new Lane("i32", 0);
  readonly #touched = new IntList();
  #batch = 0;

  constructor(
    every: EmitEvery,
    { units, rows }: { readonly units: KeyLayout; readonly rows: KeyLayout },
    groups: GroupRange,
    sorter: HashSorter,
  ) {
    this.#every = every;
    this.#units = new KeyedTable(units, groups);
    this.#rows = new CountedRows(rows, this.#units, sorter, this, true);
    this.#sorter = sorter;
  }

  get size(): number {
    return this.#rows.size;
  }

  get updated(): number {
    return this.#rows.updated;
  }

  get deletes(): GoneRows | null {
    return this.#rows.deletes;
  }

  /** Until when nothing is told by the clock, and by a watermark, µs; Infinity where nothing waits. */
  get sinceUs(): number {
    return this.#since.earliest();
  }

  get closesUs(): number {
    return this.#closes.earliest();
  }

  begin(): void {
    this.#batch++;
    this.#touched.clear();
    this.#rows.begin();
  }

  hold(held: HeldRows, signs: Int32Array): void {
    const units = this.#unitsOf(held);
    const slots = this.#rows.slotsOf(held.rows, held.taken, held.count);
    for (let j = 0; j < held.count; j++) {
      const [slot, unit, row] = [slots[j]!, units[j]!, held.taken === null ? j : held.taken[j]!];
      if (this.#rows.isNew(slot)) this.#rows.place(slot, unit);
      this.#rows.add(slot, signs[row]!);
      this.#grow(unit, held, row, signs[row]!);
      if (this.#rows.timesOf(slot) !== 0) this.#closes.set(slot, held.times[row]!);
      this.#touch(unit);
    }
  }

  /** The rows of the units that are told now, each as often as it goes or comes, by unit; they are held no longer. */
  told(bounds: HeldBounds): { readonly gone: IntList; readonly come: IntList } {
    this.#noteSince(bounds.nowUs);
    const told = { gone: new IntList(), come: new IntList() };
    const rows = new IntList();
    for (const unit of this.#due(bounds)) {
      this.#touch(unit);
      rows.clear();
      for (let row = this.#chains.first(unit); row >= 0; row = this.#chains.next(row)) rows.push(row);
      for (let j = 0; j < rows.count; j++) {
        const row = rows.values[j]!;
        const times = this.#rows.timesOf(row);
        for (let n = Math.abs(times); n > 0; n--) (times < 0 ? told.gone : told.come).push(row);
        this.#rows.drop(row);
      }
    }
    return told;
  }

  /** Forgets rows that are not held any more, and units without any. The columns of what was told are gone with it. */
  settle(): void {
    this.#rows.settle();
    const empty = new IntList();
    for (let k = 0; k < this.#touched.count; k++) if (this.#isEmpty(this.#touched.values[k]!)) empty.push(this.#touched.values[k]!);
    this.#removeUnits(empty);
  }

  columns(rows: Int32Array, count: number): Column[] {
    return this.#rows.table.keyColumns(rows, count);
  }

  restore(held: HeldRows, counts: readonly number[], since: readonly number[] | null): void {
    const units = this.#unitsOf(held);
    const slots = this.#rows.slotsOf(held.rows, held.taken, held.count);
    for (let j = 0; j < held.count; j++) {
      const [slot, unit, row] = [slots[j]!, units[j]!, held.taken === null ? j : held.taken[j]!];
      this.#grow(unit, held, row, counts[row]! - (this.#rows.isNew(slot) ? 0 : this.#rows.timesOf(slot)));
      this.#rows.restore(slot, unit, counts[row]!);
      this.#closes.set(slot, held.times[row]!);
      if (since !== null) this.#since.set(unit, since[row]!);
    }
  }

  restoreDeletes(held: HeldRows): void {
    const slots = this.#rows.table.find(held.rows, held.taken, held.count);
    const units = new IntList();
    for (let j = 0; j < held.count; j++) {
      if (slots[j]! < 0) continue;
      const unit = this.#chains.keyOf[slots[j]!]!;
      this.#grow(unit, held, held.taken === null ? j : held.taken[j]!, -this.#rows.timesOf(slots[j]!));
      units.push(unit);
    }
    this.#rows.restoreDeletes(held.rows, held.taken, held.count);
    const empty = new Set([...units.view()].filter((unit) => this.#isEmpty(unit)));
    const list = new IntList(empty.size);
    for (const unit of empty) list.push(unit);
    this.#removeUnits(list);
  }

  /** The rows that the batch changed and that are still held, in the order of the files; they count as saved. */
  changed(): Int32Array {
    return this.#rows.changed();
  }

  of(groups: GroupRange): Int32Array {
    const units = new IntList();
    this.#units.collect(groups, units);
    const rows = new IntList();
    for (let k = 0; k < units.count; k++)
      for (let row = this.#chains.first(units.values[k]!); row >= 0; row = this.#chains.next(row)) rows.push(row);
    this.#rows.sort(rows);
    return rows.view();
  }

  /** What restores rows: their columns, how often they come, since when their unit is held where that counts, the hashes of their units. */
  savedColumns(rows: Int32Array): Column[] {
    return [
      ...this.columns(rows, rows.length),
      this.#rows.timesColumn(rows),
      ...(this.#every.kind === "processingTime" ? [this.#rows.keyTimesColumn(this.#since, rows)] : []),
      this.#rows.groupColumn(rows),
    ];
  }

  get memoryBytes(): number {
    const lanes = this.#growth.bytes + this.#touchedIn.bytes + this.#since.bytes + this.#closes.bytes;
    return this.#units.memoryBytes + this.#rows.memoryBytes + this.#chains.bytes + lanes;
  }

  compare(a: number, b: number): number {
    return a === b ? 0 : this.#rows.compareRows(a, b);
  }

  reserveRows(limit: number): void {
    this.#chains.reserveRows(limit);
    this.#closes.reserve(limit);
  }

  insert(unit: number, row: number): void {
    this.#chains.append(unit, row);
  }

  remove(_unit: number, row: number): void {
    this.#chains.remove(row);
    this.#closes.remove(row);
  }

  forget(): void {}

  #unitsOf({ keys, taken, count }: HeldRows): Int32Array {
    const units = this.#units.lookupOrInsert(keys, taken, count);
    const limit = this.#units.slotLimit;
    this.#chains.reserveKeys(limit);
    this.#growth.reserve(limit);
    this.#touchedIn.reserve(limit);
    this.#since.reserve(limit);
    return units;
  }

  #grow(unit: number, { sizes }: HeldRows, row: number, times: number): void {
    if (sizes !== null) this.#growth.values[unit]! += times * Number(readValue(sizes, row));
  }

  #touch(unit: number): void {
    if (this.#touchedIn.values[unit] === this.#batch) return;
    this.#touchedIn.values[unit] = this.#batch;
    this.#touched.push(unit);
  }

  /** Units of which something is held now and nothing was before. */
  #noteSince(nowUs: number): void {
    if (this.#every.kind !== "processingTime") return;
    for (let k = 0; k < this.#touched.count; k++) {
      const unit = this.#touched.values[k]!;
      const since = this.#since.timeOf(unit);
      if (this.#isEmpty(unit)) this.#since.remove(unit);
      else if (since !== since) this.#since.set(unit, nowUs);
    }
  }

  /** The units that are told now, by hash. */
  #due({ nowUs, evictUs, isAllDue }: HeldBounds): Int32Array {
    const due = new IntList();
    if (isAllDue) this.#units.collect(allGroups, due);
    if (this.#every.kind === "processingTime") this.#since.popUntil(nowUs - this.#every.ms * 1000, due);
    if (this.#every.kind === "rows") {
      const { values, count } = this.#touched;
      for (let k = 0; k < count; k++) if (Math.abs(this.#growth.values[values[k]!]!) >= this.#every.rows) due.push(values[k]!);
    }
    const closed = new IntList();
    if (evictUs !== null) this.#closes.popUntil(evictUs, closed);
    for (let j = 0; j < closed.count; j++) due.push(this.#chains.keyOf[closed.values[j]!]!);
    const units = Int32Array.from(new Set(due.view()));
    this.#sorter.sort(units, units.length, this.#units.hashes, null, (a, b) => this.#units.compareKeys(a, b));
    return units;
  }

  #isEmpty(unit: number): boolean {
    return this.#chains.first(unit) === none;
  }

  #removeUnits({ values, count }: IntList): void {
    for (let k = 0; k < count; k++) {
      this.#since.remove(values[k]!);
      this.#growth.values[values[k]!] = 0;
      this.#touchedIn.values[values[k]!] = 0;
    }
    this.#units.remove(values, count);
  }
}
