import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import type { DataType } from "../../arrow/types.js";
import { keyGroupOf, type GroupRange } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { Pane } from "../../state/pane.js";
import { SharedKeys } from "../../state/sharedKeys.js";
import type { WindowSpec } from "./aggregateSpec.js";
import { nothingReleased, type GroupRun, type Groups, type KeyedRows, type Released } from "./groups.js";
import { LateGroups } from "./lateGroups.js";
import { OpenPanes } from "./openPanes.js";
import { PaneSlots } from "./paneSlots.js";
import { noWindows, type Slicing } from "./slicing.js";
import type { KeepsWindow } from "./windowFilter.js";
import { latestStart, oneWindowColumn, windowsColumn } from "./windows.js";

/**
 * Groups by event-time pane and key. Each window is a pane, or each slice of windows is (`slicing`): eviction drops it whole. Keys are numbered once for all panes;
 * a pane maps key ids to group slots, which all panes share.
 */
export class PanedGroups implements Groups {
  readonly fresh = new IntList();
  /** The key id of each fresh group. */
  readonly #freshIds = new IntList();
  /** Of each fresh group: the groups of its key before and behind it when it came, where panes are slices. */
  neighbours = new Int32Array(0);
  readonly panes: OpenPanes;
  readonly keys: SharedKeys;
  readonly #window: WindowSpec;
  readonly #windowType: DataType;
  readonly #slicing: Slicing | null;
  readonly #sorter: HashSorter;
  readonly #late = new LateGroups();
  readonly #own = new PaneSlots();
  readonly #touched = new IntList();
  readonly #changed = new IntList();
  #size = 0;
  /** Groups below have room among their keys. */
  #room = 0;
  #batch = 1;
  #slots = new Int32Array(0);
  #rows = new Int32Array(0);

  /**
   * @param keeps which windows have groups
   * @param slicing how the windows are sliced; null where each window is a pane
   */
  constructor(
    layout: KeyLayout,
    window: WindowSpec,
    windowType: DataType,
    groups: GroupRange,
    sorter: HashSorter,
    keeps: KeepsWindow,
    slicing: Slicing | null = null,
  ) {
    assert(window.slideUs > 0 && window.durationUs >= window.slideUs, "a window slides by more than nothing and at most its length");
    this.#window = window;
    this.#windowType = windowType;
    this.keys = new SharedKeys(layout, groups);
    this.#slicing = slicing;
    this.panes = new OpenPanes(
      slicing === null ? window.slideUs : window.slideUs / 2,
      slicing === null ? (startUs) => startUs + window.durationUs : (startUs) => slicing.closesAt(startUs),
      slicing === null ? keeps : (startUs) => slicing.keepsSlice(startUs),
    );
    this.#sorter = sorter;
  }

  get size(): number {
    return this.#size;
  }

  get savedRows(): number {
    return this.#size;
  }

  /** Where each group's pane starts. Borrowed until room is made. */
  get startOf(): Float64Array {
    return this.#own.start.values;
  }

  /** Whether a group got a row in this batch and is still there. */
  isTouched(slot: number): boolean {
    return this.#own.stamp.values[slot] === this.#batch;
  }

  get capacity(): number {
    return this.#own.limit;
  }

  get touchedCount(): number {
    return this.#touched.count;
  }

  get lateGroups(): number {
    return this.#late.groups;
  }

  get lateRows(): number {
    return this.#late.rows;
  }

  get roomFor(): number {
    return Math.min(this.#own.room, this.keys.roomBeside(this.#size));
  }

  begin(lateUs: number | null): void {
    this.#batch++;
    this.#touched.clear();
    this.#late.clear();
    this.keys.sweep();
    this.#slicing?.begin(lateUs ?? -Infinity);
    this.panes.begin(lateUs ?? -Infinity, this.keys.idLimit, this.keys.keyOf);
  }

  assign({ keys, rows, count, times }: KeyedRows): GroupedRows {
    assert(times !== null, "rows of windows have times");
    this.#late.nextRows();
    const ids = this.keys.ids(keys, rows, count);
    this.#beginFresh();
    const assigned =
      this.#slicing === null ? this.#assignRows(times, rows, ids, count) : this.#sliceRows(this.#slicing, times, rows, ids, count);
    this.#linkFresh();
    // Rows of one pane each that are all taken need no list.
    const all = assigned === count && (this.#slicing !== null || this.#window.slideUs === this.#window.durationUs);
    return { slots: this.#slots, rows: all ? rows : this.#rows, count: assigned };
  }

  touched(): GroupRun[] {
    return this.#own.byPane(this.changed());
  }

  expired(evictUs: number): GroupRun[] {
    return this.panes.closingUntil(evictUs).map((pane) => this.#runOf(pane));
  }

  expiredUntil(timeUs: number, group: number): GroupRun[] {
    const { keyOf, table } = this.keys;
    const isBelow = (slot: number): boolean => keyGroupOf(table.hashes[keyOf[slot]!]!) <= group;
    return this.panes
      .closingUntil(timeUs)
      .map((pane) => (pane.startUs + this.#window.durationUs === timeUs ? this.#runOf(pane, isBelow) : this.#runOf(pane)));
  }

  openPane(startUs: number): void {
    this.panes.open(startUs);
  }

  earliest(): number {
    return this.panes.firstClose;
  }

  all(): GroupRun[] {
    return this.panes.closingUntil(Infinity).map((pane) => this.#runOf(pane));
  }

  release(expired: readonly GroupRun[]): Released {
    for (const { startUs } of expired) this.dropPane(startUs);
    if (expired.length === 0) return nothingReleased;
    return {
      droppedPanes: expired.map(({ startUs }) => startUs),
      deletes: null,
      removed: expired.reduce((sum, { slots }) => sum + slots.length, 0),
    };
  }

  changed(): IntList {
    const changed = this.#changed;
    this.#own.touchedIn(this.#batch, this.#touched, changed);
    this.#sort(changed.values, changed.count);
    return changed;
  }

  of(groups: GroupRange): IntList {
    const ids = new IntList();
    this.keys.table.collect(groups, ids);
    const slots = new IntList(ids.count);
    for (let j = 0; j < ids.count; j++) this.keys.groupsOf(ids.values[j]!, slots);
    this.#sort(slots.values, slots.count);
    return slots;
  }

  groupingColumns(slots: Int32Array, count: number, startUs: number | null): Column[] {
    const columns = this.keys.table.keyColumns(this.#idsOf(slots, count), count);
    const { index, durationUs } = this.#window;
    const window = startUs === null ? this.#panesOf(slots, count) : oneWindowColumn(this.#windowType, startUs, durationUs, count);
    columns.splice(index, 0, window);
    return columns;
  }

  groupColumn(slots: Int32Array, count: number): Column {
    return this.keys.table.groupColumn(this.#idsOf(slots, count), count);
  }

  /** The times of the rows are the starts of their windows. */
  restoreGroups({ keys, rows, count, times }: KeyedRows): Int32Array {
    assert(times !== null, "saved windows have starts");
    const ids = this.keys.ids(keys, rows, count);
    this.#beginFresh();
    this.#reserveOutput(count);
    for (let j = 0; j < count; j++) {
      const pane = this.panes.open(times[rows === null ? j : rows[j]!]!);
      const found = pane.find(ids[j]!);
      this.#slots[j] = found >= 0 ? found : this.#create(pane, ids[j]!);
    }
    this.#linkFresh();
    return this.#slots;
  }

  cold(count: number): IntList {
    const slots = this.#own.cold(this.#batch, count);
    this.#sort(slots.values, slots.count);
    return slots;
  }

  find({ keys, rows, count, times }: KeyedRows): Int32Array {
    const ids = this.keys.table.find(keys, rows, count);
    this.#reserveOutput(count);
    const paneOf = (j: number): Pane | undefined => this.panes.get(times![rows === null ? j : rows[j]!]!);
    for (let j = 0; j < count; j++) this.#slots[j] = ids[j]! < 0 ? -1 : (paneOf(j)?.find(ids[j]!) ?? -1);
    return this.#slots;
  }

  /** Panes stay, with no groups in the end: their rows are elsewhere. Those that never close go. */
  letGo(slots: IntList): void {
    const ids = this.#idsOf(slots.values, slots.count);
    this.#own.give(slots, this.keys);
    const { stamp } = this.#own;
    for (const { startUs } of this.#own.byPane(slots)) this.panes.prune(startUs, stamp.values, this.keys.keyOf, this.#window.watermarked);
    this.#size -= slots.count;
    this.keys.letGo(ids, this.#late.ids());
  }

  restoreDeletes({ count }: KeyedRows): void {
    assert(count === 0, "groups by pane go with their panes");
  }

  dropPane(startUs: number): void {
    const pane = this.panes.drop(startUs);
    if (pane === null) return;
    this.#own.give(pane.groups, this.keys);
    this.#size -= pane.groups.count;
  }

  get memoryBytes(): number {
    return this.keys.memoryBytes + this.#own.bytes + this.panes.memoryBytes;
  }

  /** Writes (slot, row) of every row and window that is kept and not late; gives how many. */
  #assignRows(times: Float64Array, rowList: Int32Array | null, ids: Int32Array, count: number): number {
    const { durationUs, slideUs } = this.#window;
    this.#reserveOutput(count * Math.ceil(durationUs / slideUs));
    const [slots, rows] = [this.#slots, this.#rows];
    let assigned = 0;
    const { closed, refused } = this.panes;
    const batch = this.#batch;
    const touched = this.#touched;
    let stamps = this.#own.stamp.values;
    let pane = closed;
    // The pane's slide, as numbers of this function alone: those stay unboxed.
    let paneStart = Infinity;
    let paneEnd = -Infinity;
    for (let j = 0; j < count; j++) {
      const i = rowList === null ? j : rowList[j]!;
      const time = times[i]!;
      const id = ids[j]!;
      let start = time >= paneStart && time < paneEnd ? paneStart : latestStart(this.#window, time);
      for (; start + durationUs > time; start -= slideUs) {
        if (start !== paneStart) {
          pane = this.panes.at(start);
          paneStart = start;
          paneEnd = start + slideUs;
        }
        if (pane === closed) this.#late.add(i, id, start);
        if (pane === closed || pane === refused) continue;
        const { dense } = pane;
        let slot = dense !== null && id < dense.length ? dense[id]! - 1 : pane.find(id);
        if (slot < 0) {
          slot = this.#create(pane, id);
          stamps = this.#own.stamp.values;
        }
        if (stamps[slot] !== batch) {
          stamps[slot] = batch;
          touched.push(slot);
        }
        slots[assigned] = slot;
        rows[assigned++] = i;
      }
    }
    return assigned;
  }

  /** The same of slices: one for each row. A row that comes too late for some of the windows of its slice is in the others all the same. */
  #sliceRows(slicing: Slicing, times: Float64Array, rowList: Int32Array | null, ids: Int32Array, count: number): number {
    this.#reserveOutput(count);
    const [slots, rows] = [this.#slots, this.#rows];
    const { closed, refused } = this.panes;
    const batch = this.#batch;
    const touched = this.#touched;
    let assigned = 0;
    let stamps = this.#own.stamp.values;
    let pane = closed;
    let late = noWindows;
    let sliceStart = Infinity;
    let sliceEnd = -Infinity;
    for (let j = 0; j < count; j++) {
      const i = rowList === null ? j : rowList[j]!;
      const time = times[i]!;
      const id = ids[j]!;
      if (!(time >= sliceStart && time < sliceEnd)) {
        sliceStart = slicing.startAt(time);
        sliceEnd = slicing.endOf(sliceStart);
        pane = this.panes.at(sliceStart);
        late = slicing.lateWindows(sliceStart);
      }
      if (late.length > 0) for (const start of late) this.#late.add(i, id, start);
      if (pane === closed || pane === refused) continue;
      const { dense } = pane;
      let slot = dense !== null && id < dense.length ? dense[id]! - 1 : pane.find(id);
      if (slot < 0) {
        slot = this.#create(pane, id);
        stamps = this.#own.stamp.values;
      }
      if (stamps[slot] !== batch) {
        stamps[slot] = batch;
        touched.push(slot);
      }
      slots[assigned] = slot;
      rows[assigned++] = i;
    }
    return assigned;
  }

  #reserveOutput(entries: number): void {
    if (this.#slots.length >= entries) return;
    this.#slots = new Int32Array(2 * entries);
    this.#rows = new Int32Array(2 * entries);
  }

  #create(pane: Pane, id: number): number {
    const slot = this.#own.take(pane.startUs);
    if (slot >= this.#room) this.keys.reserveGroups((this.#room = this.#own.room));
    pane.add(id, slot, this.keys.idLimit);
    this.panes.changed(pane);
    this.fresh.push(slot);
    this.#freshIds.push(id);
    return slot;
  }

  #beginFresh(): void {
    this.fresh.clear();
    this.#freshIds.clear();
  }

  /** Links the new groups to their keys: in a loop of its own, which is faster than a step for each in the loop over rows. */
  #linkFresh(): void {
    const { values, count } = this.fresh;
    this.#size += count;
    if (this.#slicing === null) return this.keys.addGroups(this.#freshIds.values, values, count);
    if (this.neighbours.length < 2 * count) this.neighbours = new Int32Array(4 * count);
    this.keys.insertGroups(this.#freshIds.values, values, count, this.#own.start.values, this.neighbours);
  }

  #runOf(pane: Pane, takes: ((slot: number) => boolean) | null = null): GroupRun {
    const slots = takes === null ? pane.groups.view().slice() : pane.groups.view().filter(takes);
    this.#sort(slots, slots.length);
    return { startUs: pane.startUs, slots };
  }

  /** By hash, the groups of one key by their windows. */
  #sort(slots: Int32Array, count: number): void {
    const { keyOf, table } = this.keys;
    const starts = this.#own.start.values;
    this.#sorter.sort(slots, count, table.hashes, keyOf, (a, b) =>
      keyOf[a] === keyOf[b] ? starts[a]! - starts[b]! : table.compareKeys(keyOf[a]!, keyOf[b]!),
    );
  }

  /** The panes of groups, as windows. */
  #panesOf(slots: Int32Array, count: number): Column {
    const [starts, ends] = [this.#own.startsOf(slots, count), buffers.float64(count)];
    for (let j = 0; j < count; j++) ends[j] = this.#slicing?.endOf(starts[j]!) ?? starts[j]! + this.#window.durationUs;
    return windowsColumn(this.#windowType, starts, ends);
  }

  #idsOf(slots: Int32Array, count: number): Int32Array {
    const ids = new Int32Array(count);
    const { keyOf } = this.keys;
    for (let j = 0; j < count; j++) ids[j] = keyOf[slots[j]!]!;
    return ids;
  }
}
