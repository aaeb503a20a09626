import type { Batch } from "../../arrow/batch.js";
import { buffers } from "../../arrow/buffers.js";
import { plainColumn, takeColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { types, type DataType } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import { Lane } from "../../state/lane.js";
import type { Attribute } from "../../expression/expression.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Pane } from "../../state/pane.js";
import { ReferencedKeys } from "../../state/referencedKeys.js";
import type { WindowSpec } from "./aggregateSpec.js";
import { timesOf } from "./eventTimes.js";
import { largeTimeIn, latestStart, windowColumn } from "./windows.js";
import { SlotList, type GroupCounters, type Groups, type Released } from "./groups.js";

/** Panes that the row loop finds without a map; a power of two. */
const cachedPanes = 64;
/** Stands in the cache for a pane that is closed. */
const closed = new Pane(NaN);

/**
 * Groups by event-time window and key. Each window is a pane: eviction drops it whole. Keys are numbered once for all panes; a pane maps key ids to group
 * slots, which all panes share.
 */
export class PanedGroups implements Groups {
  readonly layout = "panes";
  readonly fresh = new SlotList();
  readonly #window: WindowSpec;
  readonly #windowType: DataType;
  /** Places of the grouping columns beside the window. */
  readonly #keyIndexes: readonly number[];
  readonly #keys: ReferencedKeys;
  readonly #late: KeyedTable;
  readonly #panes = new Map<number, Pane>();
  readonly #cacheStarts = new Float64Array(cachedPanes).fill(NaN);
  readonly #cache: Pane[] = Array.from({ length: cachedPanes }, () => closed);
  /** Of each group: its key, its window's start, the batch in which it was last touched. */
  readonly #key = new Lane("i32", 0);
  readonly #start = new Lane("f64", 0);
  readonly #stamp = new Lane("i32", 0);
  readonly #free = new SlotList();
  readonly #touched = new SlotList();
  #size = 0;
  #slotLimit = 0;
  #batch = 1;
  #lateUs = -Infinity;
  #lateRows = 0;
  #withoutTime = 0;
  #slots = new Int32Array(0);
  #rows = new Int32Array(0);

  constructor(grouping: readonly Attribute[], window: WindowSpec) {
    assert(window.slideUs > 0 && window.durationUs >= window.slideUs, "a window slides by more than nothing and at most its length");
    this.#window = window;
    this.#windowType = grouping[window.index]!.type;
    this.#keyIndexes = grouping.flatMap((_, i) => (i === window.index ? [] : [i]));
    const keyTypes = this.#keyIndexes.map((i) => grouping[i]!.type);
    this.#keys = new ReferencedKeys(keyTypes);
    this.#late = new KeyedTable([...keyTypes, types.double]);
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#slotLimit;
  }

  get counters(): GroupCounters {
    return { lateRows: this.#lateRows, lateGroups: this.#late.size, rowsWithoutEventTime: this.#withoutTime };
  }

  begin(lateUs: number | null): void {
    this.#batch++;
    this.#lateUs = lateUs ?? -Infinity;
    this.#touched.clear();
    this.#lateRows = 0;
    this.#withoutTime = 0;
    this.#cacheStarts.fill(NaN);
    if (this.#late.size > 0) this.#late.remove(this.#late.liveSlots(), this.#late.size);
    this.#keys.sweep();
    for (const pane of this.#panes.values()) pane.adapt(this.#keys.idLimit, this.#key.values);
  }

  assign(batch: Batch): GroupedRows {
    this.fresh.clear();
    const keyColumns = this.#keyIndexes.map((i) => batch.columns[i]!);
    const ids = this.#keys.ids(keyColumns, batch.length);
    const time = plainColumn(batch.columns[this.#window.index]!);
    if (time.encoding === "null") {
      this.#withoutTime += batch.length;
      return { slots: this.#slots, rows: null, count: 0 };
    }
    const count = this.#assignRows(timesOf(time, largeTimeIn(this.#window)), time.nulls, ids, batch.length, keyColumns);
    // Tumbling windows that take every row need no list of rows.
    const all = count === batch.length && this.#window.slideUs === this.#window.durationUs;
    return { slots: this.#slots, rows: all ? null : this.#rows, count };
  }

  touched(): SlotList {
    return this.#touched.stampedWith(this.#batch, this.#stamp.values);
  }

  expired(evictUs: number): SlotList {
    return this.#slotsOf([...this.#panes.keys()].filter((start) => start + this.#window.durationUs <= evictUs));
  }

  release(expired: SlotList): Released {
    const starts = new Set<number>();
    for (let j = 0; j < expired.count; j++) starts.add(this.#start.values[expired.slots[j]!]!);
    for (const start of starts) this.dropPane(start);
    return { droppedPanes: [...starts], deletes: null };
  }

  all(): SlotList {
    return this.#slotsOf([...this.#panes.keys()]);
  }

  groupingColumns(slots: Int32Array, count: number): Column[] {
    const columns = this.#keys.keyColumns(this.#idsOf(slots, count), count);
    columns.splice(this.#window.index, 0, this.#windowColumn(slots, count));
    return columns;
  }

  groupColumn(slots: Int32Array, count: number): Column {
    return this.#keys.groupColumn(this.#idsOf(slots, count), count);
  }

  restoreGroups(grouping: readonly Column[], count: number): Int32Array {
    this.fresh.clear();
    const ids = this.#keys.ids(
      this.#keyIndexes.map((i) => grouping[i]!),
      count,
    );
    const window = plainColumn(grouping[this.#window.index]!);
    assert(window.encoding === "struct", "a saved window is a struct");
    const start = plainColumn(window.children[0]!);
    const starts = timesOf(start, Number);
    const slots = new Int32Array(count);
    for (let j = 0; j < count; j++) {
      const pane = this.#paneFrom(starts[j]!);
      const found = pane.find(ids[j]!);
      slots[j] = found >= 0 ? found : this.#create(pane, ids[j]!);
    }
    return slots;
  }

  restoreDeletes(_grouping: readonly Column[], count: number): void {
    assert(count === 0, "groups by pane go with their panes");
  }

  dropPane(startUs: number): void {
    const pane = this.#panes.get(startUs);
    if (pane === undefined) return;
    for (let j = 0; j < pane.count; j++) {
      const slot = pane.slots[j]!;
      this.#keys.letGo(this.#key.values[slot]!);
      this.#stamp.values[slot] = 0;
      this.#free.push(slot);
    }
    this.#size -= pane.count;
    this.#panes.delete(startUs);
  }

  get memoryBytes(): number {
    let sum = this.#keys.memoryBytes + this.#key.bytes + this.#start.bytes + this.#stamp.bytes;
    for (const pane of this.#panes.values()) sum += pane.memoryBytes;
    return sum;
  }

  /** Writes (slot, row) of every row and window that is not late; gives how many. */
  #assignRows(times: Float64Array, nulls: Uint8Array | null, ids: Int32Array, length: number, keyColumns: readonly Column[]): number {
    const { durationUs, slideUs } = this.#window;
    this.#reserveOutput(length * Math.ceil(durationUs / slideUs));
    const [slots, rows] = [this.#slots, this.#rows];
    const late: { row: number; start: number }[] = [];
    let count = 0;
    let pane = closed;
    let paneEnd = -Infinity;
    for (let i = 0; i < length; i++) {
      if (nulls !== null && nulls[i] !== 0) {
        this.#withoutTime++;
        continue;
      }
      const time = times[i]!;
      const id = ids[i]!;
      let start = time >= pane.startUs && time < paneEnd ? pane.startUs : latestStart(this.#window, time);
      for (; start + durationUs > time; start -= slideUs) {
        if (start !== pane.startUs) {
          pane = this.#paneAt(start);
          paneEnd = start + slideUs;
        }
        if (pane === closed) {
          late.push({ row: i, start });
          continue;
        }
        const { dense } = pane;
        let slot = dense !== null && id < dense.length ? dense[id]! - 1 : pane.find(id);
        if (slot < 0) slot = this.#create(pane, id);
        if (this.#stamp.values[slot] !== this.#batch) this.#touch(slot);
        slots[count] = slot;
        rows[count++] = i;
      }
    }
    if (late.length > 0) this.#countLate(late, keyColumns);
    return count;
  }

  #reserveOutput(entries: number): void {
    if (this.#slots.length >= entries) return;
    this.#slots = new Int32Array(2 * entries);
    this.#rows = new Int32Array(2 * entries);
  }

  /** The pane of a window, `closed` when it is late. */
  #paneAt(start: number): Pane {
    const at = (start / this.#window.slideUs) & (cachedPanes - 1);
    if (this.#cacheStarts[at] !== start) {
      this.#cacheStarts[at] = start;
      this.#cache[at] = start + this.#window.durationUs <= this.#lateUs ? closed : this.#paneFrom(start);
    }
    return this.#cache[at]!;
  }

  #paneFrom(start: number): Pane {
    let pane = this.#panes.get(start);
    if (pane === undefined) this.#panes.set(start, (pane = new Pane(start)));
    return pane;
  }

  #create(pane: Pane, id: number): number {
    const { slots, count } = this.#free;
    const slot = count > 0 ? slots[--this.#free.count]! : this.#slotLimit++;
    this.#key.reserve(this.#slotLimit);
    this.#start.reserve(this.#slotLimit);
    this.#stamp.reserve(this.#slotLimit);
    this.#key.values[slot] = id;
    this.#start.values[slot] = pane.startUs;
    this.#stamp.values[slot] = 0;
    pane.add(id, slot, this.#keys.idLimit);
    this.#keys.hold(id);
    this.#size++;
    this.fresh.push(slot);
    return slot;
  }

  #touch(slot: number): void {
    this.#stamp.values[slot] = this.#batch;
    this.#touched.push(slot);
  }

  #countLate(late: readonly { row: number; start: number }[], keyColumns: readonly Column[]): void {
    const rows = Int32Array.from(late, ({ row }) => row);
    const starts = Float64Array.from(late, ({ start }) => start);
    this.#lateRows += new Set(rows).size;
    const columns = keyColumns.map((column) => takeColumn(column, rows, rows.length));
    this.#late.lookupOrInsert(
      [...columns, { type: types.double, encoding: "f64", length: rows.length, nulls: null, values: starts }],
      rows.length,
    );
  }

  /** The slots of panes, by start and then by creation. */
  #slotsOf(starts: readonly number[]): SlotList {
    const list = new SlotList();
    for (const start of starts.toSorted((a, b) => a - b)) {
      const pane = this.#panes.get(start)!;
      for (let j = 0; j < pane.count; j++) list.push(pane.slots[j]!);
    }
    return list;
  }

  #idsOf(slots: Int32Array, count: number): Int32Array {
    const ids = new Int32Array(count);
    for (let j = 0; j < count; j++) ids[j] = this.#key.values[slots[j]!]!;
    return ids;
  }

  #windowColumn(slots: Int32Array, count: number): Column {
    const starts = buffers.float64(count);
    for (let j = 0; j < count; j++) starts[j] = this.#start.values[slots[j]!]!;
    return windowColumn(this.#windowType, starts, this.#window.durationUs);
  }
}
