import type { Column } from "../../arrow/column.js";
import type { DataType } from "../../arrow/types.js";
import { allGroups, type GroupRange } from "../../contract/state.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { Lane } from "../../state/lane.js";
import type { WindowSpec } from "./aggregateSpec.js";
import { nothingReleased, type GroupRun, type Groups, type KeyedRows, type MergedGroups, type Released } from "./groups.js";
import { PanedGroups } from "./panedGroups.js";
import { Slicing } from "./slicing.js";
import type { KeepsWindow } from "./windowFilter.js";
import { oneWindowColumn } from "./windows.js";

/** As long as the slices of a window have at most so many groups for each one that is wanted, all of them are looked at, and not the chains of the keys. */
const scannedGroups = 32;

/** A window whose groups are to be emitted; which these are is found out when they are asked for. */
class WindowRun implements GroupRun {
  /** How many groups it has; null until they are asked for. */
  count: number | null = null;

  constructor(
    readonly window: number,
    readonly startUs: number,
    readonly groups: SlicedGroups,
  ) {}

  get slots(): Int32Array {
    const ids = this.groups.sortedKeys(this.window);
    this.count = ids.length;
    return ids;
  }
}

/**
 * Groups by hopping window and key, kept by slice and key: a row is folded into one slice, and a window's groups are merged from its slices when they are emitted
 * (`partsOf`). A slice goes when the last window that it is of has closed. The slots of runs are key ids; all other slots are those of slices.
 *
 * The counters are those of (window, key) groups. A key's groups are chained by time, so that a new one knows how many windows its key was not in before; a window
 * that closes takes as many groups with it as its slices have keys.
 *
 * Invariant: `size` counts, for each window that is kept and not closed, the keys of its slices. That these had all their rows before the window closed is so because a
 * window that closed is never emitted again.
 */
export class SlicedGroups implements Groups {
  readonly #slices: PanedGroups;
  readonly #slicing: Slicing;
  readonly #window: WindowSpec;
  readonly #windowType: DataType;
  readonly #sorter: HashSorter;
  readonly #parts: MergedGroups = { from: new IntList(), into: new IntList() };
  readonly #changed = new IntList();
  /** The run in which a key id was last met. */
  readonly #met = new Lane("i32", 0);
  #metRun = 0;
  /** Of key ids, for a moment, their place in a run; −1 elsewhere. */
  readonly #place = new Lane("i32", -1);
  #size = 0;
  /** Whether `size` must be counted anew, because groups were restored. */
  #isRestored = false;
  /** The first window that is not closed; −∞ where none ever is. */
  #firstOpen = -Infinity;
  #evictUs: number | null = null;
  /** What got rows in this batch, by hash and time; null until it is asked for. */
  #touchedSlices: Int32Array | null = null;
  #touchedCount = 0;

  /** @param keeps which windows have groups */
  constructor(layout: KeyLayout, window: WindowSpec, windowType: DataType, groups: GroupRange, sorter: HashSorter, keeps: KeepsWindow) {
    this.#slicing = new Slicing(window, keeps);
    this.#slices = new PanedGroups(layout, window, windowType, groups, sorter, keeps, this.#slicing);
    this.#window = window;
    this.#windowType = windowType;
    this.#sorter = sorter;
  }

  get size(): number {
    if (this.#isRestored) this.#countAnew();
    return this.#size;
  }

  get savedRows(): number {
    return this.#slices.size;
  }

  get capacity(): number {
    return this.#slices.capacity;
  }

  get fresh(): IntList {
    return this.#slices.fresh;
  }

  get touchedCount(): number {
    return this.#touchedCount;
  }

  get lateGroups(): number {
    return this.#slices.lateGroups;
  }

  get lateRows(): number {
    return this.#slices.lateRows;
  }

  begin(lateUs: number | null): void {
    this.#slices.begin(lateUs);
    this.#firstOpen = lateUs === null ? -Infinity : this.#slicing.lastEnded(lateUs) + 1;
    this.#evictUs = null;
    this.#touchedSlices = null;
    this.#touchedCount = 0;
    if (this.#isRestored) this.#countAnew();
  }

  assign(rows: KeyedRows): GroupedRows {
    const grouped = this.#slices.assign(rows);
    const { neighbours, fresh, startOf } = this.#slices;
    for (let j = 0; j < fresh.count; j++) {
      this.#size += this.#windowsBetween(startOf[fresh.values[j]!]!, neighbours[2 * j]!, neighbours[2 * j + 1]!);
    }
    return grouped;
  }

  touched(): GroupRun[] {
    const ids = new Map<number, IntList>();
    this.#eachTouched((id, first, last) => {
      for (let window = first; window <= last; window++) {
        if (!this.#slicing.keeps(window)) continue;
        let list = ids.get(window);
        if (list === undefined) ids.set(window, (list = new IntList()));
        list.push(id);
      }
    });
    return [...ids].map(([window, list]) => ({ startUs: this.#slicing.windowStart(window), slots: list.view() }));
  }

  expired(evictUs: number): GroupRun[] {
    this.#evictUs = evictUs;
    return this.#runsUntil(this.#slicing.lastEnded(evictUs));
  }

  earliest(): number {
    const [first] = this.#runsUntil(Infinity);
    return first === undefined ? Infinity : first.startUs + this.#window.durationUs;
  }

  all(): GroupRun[] {
    return this.#runsUntil(Infinity);
  }

  release(expired: readonly GroupRun[]): Released {
    this.#touchedCount = 0;
    this.#eachTouched((_id, first, last) => (this.#touchedCount += this.#slicing.keptBetween(first, last)));
    if (this.#evictUs === null) return nothingReleased;
    let removed = 0;
    for (const { window, count } of expired as readonly WindowRun[]) removed += count ?? this.#keysOf(window).count;
    this.#size -= removed;
    const droppedPanes = this.#slices.panes.closingUntil(this.#evictUs).map(({ startUs }) => startUs);
    for (const startUs of droppedPanes) this.#slices.dropPane(startUs);
    this.#firstOpen = Math.max(this.#firstOpen, this.#slicing.lastEnded(this.#evictUs) + 1);
    return { droppedPanes, deletes: null, removed };
  }

  changed(): IntList {
    const changed = this.#changed;
    changed.clear();
    for (const slot of this.#sortedTouched()) if (this.#slices.isTouched(slot)) changed.push(slot);
    return changed;
  }

  of(groups: GroupRange): IntList {
    return this.#slices.of(groups);
  }

  /** Of a key, its slices in the window, by time: so the values of a window are merged in the order of time. */
  partsOf(ids: Int32Array, count: number, startUs: number): MergedGroups {
    const { from, into } = this.#parts;
    from.clear();
    into.clear();
    const { keys, startOf } = this.#slices;
    const endUs = startUs + this.#window.durationUs;
    const slices = this.#slicesOf(startUs);
    const groups = slices.reduce((sum, slice) => sum + slice.count, 0);
    if (groups <= scannedGroups * count) {
      this.#partsBySlice(slices, ids, count);
      return this.#parts;
    }
    for (let j = 0; j < count; j++) {
      for (let slot = keys.firstOf(ids[j]!); slot >= 0; slot = keys.nextOf(slot)) {
        const sliceUs = startOf[slot]!;
        if (sliceUs >= endUs) break;
        if (sliceUs < startUs) continue;
        from.push(slot);
        into.push(j);
      }
    }
    return this.#parts;
  }

  /** `startUs` is given for key ids of that window; without it, groups are saved by their slices. */
  groupingColumns(slots: Int32Array, count: number, startUs: number | null): Column[] {
    if (startUs === null) return this.#slices.groupingColumns(slots, count, null);
    const columns = this.#slices.keys.table.keyColumns(slots, count);
    columns.splice(this.#window.index, 0, oneWindowColumn(this.#windowType, startUs, this.#window.durationUs, count));
    return columns;
  }

  groupColumn(slots: Int32Array, count: number): Column {
    return this.#slices.groupColumn(slots, count);
  }

  restoreGroups(rows: KeyedRows): Int32Array {
    this.#isRestored = true;
    return this.#slices.restoreGroups(rows);
  }

  restoreDeletes(rows: KeyedRows): void {
    this.#slices.restoreDeletes(rows);
  }

  dropPane(startUs: number): void {
    this.#isRestored = true;
    this.#slices.dropPane(startUs);
  }

  get memoryBytes(): number {
    return this.#slices.memoryBytes + this.#met.bytes + this.#place.bytes + this.#parts.from.bytes + this.#parts.into.bytes;
  }

  /** The same by looking at all groups of the slices, which lie together. */
  #partsBySlice(slices: readonly IntList[], ids: Int32Array, count: number): void {
    const { from, into } = this.#parts;
    const { keyOf, idLimit } = this.#slices.keys;
    this.#place.reserve(idLimit);
    const place = this.#place.values;
    for (let j = 0; j < count; j++) place[ids[j]!] = j;
    for (const { values, count: groups } of slices) {
      from.reserve(from.count + groups);
      into.reserve(from.count + groups);
      const [fromSlots, intoPlaces] = [from.values, into.values];
      let parts = from.count;
      for (let g = 0; g < groups; g++) {
        const slot = values[g]!;
        const at = place[keyOf[slot]!]!;
        if (at < 0) continue;
        fromSlots[parts] = slot;
        intoPlaces[parts++] = at;
      }
      from.count = parts;
      into.count = parts;
    }
    this.#place.clear(ids, count);
  }

  /** The groups of a window's slices, by time. */
  #slicesOf(startUs: number): IntList[] {
    const slices: IntList[] = [];
    const endUs = startUs + this.#window.durationUs;
    for (let sliceUs = startUs; sliceUs < endUs; sliceUs = this.#slicing.endOf(sliceUs)) {
      const pane = this.#slices.panes.get(sliceUs);
      if (pane !== undefined) slices.push(pane.groups);
    }
    return slices;
  }

  /** The ids of the keys that have groups in a window, by hash. */
  sortedKeys(window: number): Int32Array {
    const ids = this.#keysOf(window);
    const { table } = this.#slices.keys;
    this.#sorter.sort(ids.values, ids.count, table.hashes, null, (a, b) => table.compareKeys(a, b));
    return ids.view();
  }

  /** How many windows that are not closed have a slice, but neither of two other slices of its key, before it and behind it (−1: none). */
  #windowsBetween(sliceUs: number, before: number, behind: number): number {
    const { startOf } = this.#slices;
    let first = Math.max(this.#firstOpen, this.#slicing.firstWindow(sliceUs));
    let last = this.#slicing.lastWindow(sliceUs);
    if (before >= 0) first = Math.max(first, this.#slicing.lastWindow(startOf[before]!) + 1);
    if (behind >= 0) last = Math.min(last, this.#slicing.firstWindow(startOf[behind]!) - 1);
    return this.#slicing.keptBetween(first, last);
  }

  #countAnew(): void {
    this.#isRestored = false;
    this.#size = 0;
    const { keys, startOf } = this.#slices;
    const ids = new IntList();
    keys.table.collect(allGroups, ids);
    for (let j = 0; j < ids.count; j++) {
      let before = -1;
      for (let slot = keys.firstOf(ids.values[j]!); slot >= 0; slot = keys.nextOf(slot)) {
        this.#size += this.#windowsBetween(startOf[slot]!, before, -1);
        before = slot;
      }
    }
  }

  #sortedTouched(): Int32Array {
    return (this.#touchedSlices ??= this.#slices.changed().view().slice());
  }

  /** The groups that the batch touched: ranges of open windows, by the hash of their keys, those of a key by time and apart from each other. */
  #eachTouched(range: (id: number, firstWindow: number, lastWindow: number) => void): void {
    const { keys, startOf } = this.#slices;
    let before = -1;
    for (const slot of this.#sortedTouched()) {
      const id = keys.keyOf[slot]!;
      const sliceUs = startOf[slot]!;
      let first = Math.max(this.#firstOpen, this.#slicing.firstWindow(sliceUs));
      if (before >= 0 && keys.keyOf[before] === id) first = Math.max(first, this.#slicing.lastWindow(startOf[before]!) + 1);
      const last = this.#slicing.lastWindow(sliceUs);
      if (first <= last) range(id, first, last);
      before = slot;
    }
  }

  /** The windows that may have groups and are not closed, up to one, by start. */
  #runsUntil(lastWindow: number): WindowRun[] {
    const runs: WindowRun[] = [];
    let next = this.#firstOpen;
    for (const { startUs } of this.#slices.panes.closingUntil(Infinity)) {
      const first = Math.max(next, this.#slicing.firstWindow(startUs));
      if (first > lastWindow) break;
      const last = Math.min(lastWindow, this.#slicing.lastWindow(startUs));
      for (let window = first; window <= last; window++)
        if (this.#slicing.keeps(window)) runs.push(new WindowRun(window, this.#slicing.windowStart(window), this));
      next = Math.max(next, last + 1);
    }
    return runs;
  }

  /** The ids of the keys of a window's slices, each once. */
  #keysOf(window: number): IntList {
    const ids = new IntList();
    const { keys } = this.#slices;
    this.#met.reserve(keys.idLimit);
    const met = this.#met.values;
    const run = ++this.#metRun;
    for (const { values, count } of this.#slicesOf(this.#slicing.windowStart(window))) {
      for (let j = 0; j < count; j++) {
        const id = keys.keyOf[values[j]!]!;
        if (met[id] === run) continue;
        met[id] = run;
        ids.push(id);
      }
    }
    return ids;
  }
}
