import type { Column } from "../../arrow/column.js";
import type { DataType } from "../../arrow/types.js";
import { allGroups, type GroupRange } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { Lane } from "../../state/lane.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { nothingReleased, type GroupRun, type Groups, type KeyedRows, type MergedGroups, type Released } from "./groups.js";
import { GoneSessions } from "./goneSessions.js";
import { KeySessions } from "./keySessions.js";
import { UntouchedSlots } from "./untouchedSlots.js";
import { windowsColumn } from "./windows.js";

const none = -1;
/** The start of a session that the state of the batch before does not have. */
const unsaved = NaN;

/**
 * Groups by key and session. A row is a session from its time to its time and gap; sessions of a key that touch are one (SEMANTICS 21). A group's slot is its session's; a time
 * index says which have ended.
 *
 * A session's name in the files is its key and its start: when a session grows backwards or is swallowed by another, the name it had is deleted.
 */
export class SessionGroups implements Groups {
  readonly lateGroups = 0;
  readonly lateRows = 0;
  readonly fresh = new IntList();
  readonly merged: MergedGroups = { from: new IntList(), into: new IntList() };
  readonly #table: KeyedTable;
  readonly #sorter: HashSorter;
  /** Where the session's column is among the grouping columns, and its type. */
  readonly #index: number;
  readonly #type: DataType;
  readonly #start = new Lane("f64", 0);
  readonly #end = new Lane("f64", 0);
  readonly #sessions = new KeySessions(this.#start, this.#end);
  /** The sessions that a row touches. */
  readonly #met = new IntList();
  /** Under which start the state of the batch before has the session. */
  readonly #savedStart = new Lane("f64", unsaved);
  /** Of a session that was swallowed by another: which. */
  readonly #into = new Lane("i32", none);
  readonly #ends: TimeIndex | null;
  /** The batch in which a session (−1 where there is none), or a key, last got a row. */
  readonly #stamp = new Lane("i32", -1);
  readonly #keyStamp = new Lane("i32", 0);
  readonly #untouched = new UntouchedSlots();
  readonly #touched = new IntList();
  readonly #touchedKeys = new IntList();
  readonly #gone = new GoneSessions();
  readonly #free = new IntList();
  readonly #freed = new IntList();
  #slots = new Int32Array(0);
  #slotLimit = 0;
  #size = 0;
  #batch = 1;
  #touchedCount = 0;

  constructor(
    layout: KeyLayout,
    session: { readonly index: number; readonly type: DataType; readonly expires: boolean },
    groups: GroupRange,
    sorter: HashSorter,
  ) {
    this.#table = new KeyedTable(layout, groups);
    this.#index = session.index;
    this.#type = session.type;
    this.#ends = session.expires ? new TimeIndex() : null;
    this.#sorter = sorter;
  }

  get size(): number {
    return this.#size;
  }

  get savedRows(): number {
    return this.size;
  }

  get capacity(): number {
    return this.#slotLimit;
  }

  /** As Spark counts them: all sessions of the keys that got a row, as they are before any is evicted. */
  get touchedCount(): number {
    return this.#touchedCount;
  }

  begin(): void {
    for (const slot of this.#touched.view()) {
      if (this.#into.values[slot] === none) this.#savedStart.values[slot] = this.#start.values[slot]!;
    }
    this.#batch++;
    this.#touched.clear();
    this.#touchedKeys.clear();
    this.#touchedCount = 0;
    this.#free.pushAll(this.#freed);
    this.#freed.clear();
    this.#gone.clear();
  }

  assign({ keys, rows, count, times, ends }: KeyedRows): GroupedRows {
    assert(times !== null && ends !== null, "rows of sessions have starts and ends");
    const keySlots = this.#table.lookupOrInsert(keys, rows, count);
    this.#sessions.reserveKeys(this.#table.slotLimit);
    this.#keyStamp.reserve(this.#table.slotLimit);
    this.fresh.clear();
    this.merged.from.clear();
    this.merged.into.clear();
    if (this.#slots.length < count) this.#slots = new Int32Array(2 * count);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      this.#touchKey(keySlots[j]!);
      this.#slots[j] = this.#sessionOf(keySlots[j]!, times[row]!, ends[row]!);
    }
    // A session may have been swallowed by a later row: its rows go where it went.
    for (let j = 0; j < count; j++) this.#slots[j] = this.#rootOf(this.#slots[j]!);
    const { into } = this.merged;
    for (let j = 0; j < into.count; j++) into.values[j] = this.#rootOf(into.values[j]!);
    return { slots: this.#slots, rows, count };
  }

  touched(): GroupRun[] {
    return this.#run(this.changed());
  }

  expired(evictUs: number): GroupRun[] {
    const expired = new IntList();
    this.#ends?.popUntil(evictUs, expired);
    this.#sort(expired);
    return this.#run(expired);
  }

  earliest(): number {
    return this.#ends?.earliest() ?? Infinity;
  }

  all(): GroupRun[] {
    return this.#run(this.of(allGroups));
  }

  release(expired: readonly GroupRun[]): Released {
    this.#countTouched();
    this.#noteMoved();
    const swallowed = this.#gone.count;
    const slots = expired[0]?.slots ?? new Int32Array(0);
    for (const slot of slots) {
      if (this.#savedStart.values[slot] === this.#savedStart.values[slot]) this.#noteGone(slot);
      this.#drop(slot);
    }
    if (this.#gone.count === 0) {
      this.#dropEmptyKeys(slots);
      return { ...nothingReleased, removed: slots.length };
    }
    const deletes = this.#deletes();
    this.#dropEmptyKeys(slots);
    return { droppedPanes: [], deletes, removed: swallowed + slots.length };
  }

  changed(): IntList {
    const changed = new IntList();
    for (const slot of this.#touched.view()) {
      if (this.#stamp.values[slot] === this.#batch && this.#into.values[slot] === none) changed.push(slot);
    }
    this.#sort(changed);
    return changed;
  }

  of(groups: GroupRange): IntList {
    const keySlots = new IntList();
    this.#table.collect(groups, keySlots);
    const slots = new IntList();
    for (let j = 0; j < keySlots.count; j++) this.#sessions.collect(keySlots.values[j]!, slots);
    this.#sort(slots);
    return slots;
  }

  groupingColumns(slots: Int32Array, count: number): Column[] {
    const { starts, ends } = this.#sessions.boundsOf(slots, count);
    return this.#withSession(this.#table.keyColumns(this.#keysOf(slots, count), count), starts, ends);
  }

  groupColumn(slots: Int32Array, count: number): Column {
    return this.#table.groupColumn(this.#keysOf(slots, count), count);
  }

  restoreGroups({ keys, rows, count, times, ends }: KeyedRows): Int32Array {
    assert(times !== null && ends !== null, "saved sessions have starts and ends");
    const keySlots = this.#table.lookupOrInsert(keys, rows, count);
    this.#sessions.reserveKeys(this.#table.slotLimit);
    this.#keyStamp.reserve(this.#table.slotLimit);
    this.fresh.clear();
    if (this.#slots.length < count) this.#slots = new Int32Array(2 * count);
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      let slot = this.#sessions.startingAt(keySlots[j]!, times[row]!);
      if (slot === none) slot = this.#open(keySlots[j]!, times[row]!, ends[row]!);
      this.#savedStart.values[slot] = times[row]!;
      this.#extend(slot, times[row]!, ends[row]!);
      this.#slots[j] = slot;
    }
    return this.#slots;
  }

  get roomFor(): number {
    return Math.min(this.#start.values.length, this.#size + this.#table.capacity - this.#table.size);
  }

  /** Sessions of keys that the batch has touched stay: they are counted at its end. */
  cold(count: number): IntList {
    const found = this.#untouched.next(this.#stamp.values, this.#slotLimit, this.#batch, count);
    const cold = new IntList(found.count);
    for (const slot of found.view()) {
      if (this.#keyStamp.values[this.#sessions.keyOf[slot]!] === this.#batch) this.#stamp.values[slot] = this.#batch - 1;
      else cold.push(slot);
    }
    this.#sort(cold);
    return cold;
  }

  find({ keys, rows, count, times }: KeyedRows): Int32Array {
    const keySlots = this.#table.find(keys, rows, count);
    const startOf = (j: number): number => times![rows === null ? j : rows[j]!]!;
    return keySlots.subarray(0, count).map((key, j) => (key < 0 ? none : this.#sessions.startingAt(key, startOf(j))));
  }

  letGo(slots: IntList): void {
    for (const slot of slots.view()) this.#remove(slot);
    this.#free.pushAll(slots);
    this.#dropEmptyKeys(slots.view());
    this.#table.trim();
  }

  restoreDeletes({ keys, rows, count, times }: KeyedRows): void {
    const keySlots = this.#table.find(keys, rows, count);
    const gone = new IntList();
    for (let j = 0; j < count; j++) {
      const slot = keySlots[j]! < 0 ? none : this.#sessions.startingAt(keySlots[j]!, times![rows === null ? j : rows[j]!]!);
      if (slot === none) continue;
      this.#drop(slot);
      gone.push(slot);
    }
    this.#dropEmptyKeys(gone.view());
  }

  dropPane(): void {
    assert(false, "sessions have no panes");
  }

  get memoryBytes(): number {
    const lanes = this.#start.bytes + this.#end.bytes + this.#savedStart.bytes + this.#into.bytes + this.#stamp.bytes;
    return this.#table.memoryBytes + this.#sessions.bytes + lanes + (this.#ends?.bytes ?? 0);
  }

  /** The session of a row of a key; those that it makes touch become one, the one that began first. */
  #sessionOf(key: number, startUs: number, endUs: number): number {
    const met = this.#met;
    met.clear();
    this.#sessions.touching(key, startUs, endUs, met);
    const session = met.count === 0 ? this.#open(key, startUs, endUs) : met.values[0]!;
    for (let j = 1; j < met.count; j++) this.#swallow(met.values[j]!, session);
    this.#extend(session, startUs, endUs);
    this.#touch(session);
    return session;
  }

  /** Puts a session into another one that began before it. */
  #swallow(slot: number, into: number): void {
    this.#extend(into, this.#start.values[slot]!, this.#end.values[slot]!);
    this.#into.values[slot] = into;
    this.merged.from.push(slot);
    this.merged.into.push(into);
    if (this.#savedStart.values[slot] === this.#savedStart.values[slot]) this.#noteGone(slot);
    this.#drop(slot);
  }

  #open(key: number, startUs: number, endUs: number): number {
    const slot = this.#free.count > 0 ? this.#free.pop() : this.#newSlot();
    this.#start.values[slot] = startUs;
    this.#end.values[slot] = endUs;
    this.#savedStart.values[slot] = unsaved;
    this.#into.values[slot] = none;
    this.#stamp.values[slot] = 0;
    this.#sessions.add(key, slot);
    this.fresh.push(slot);
    this.#size++;
    return slot;
  }

  #newSlot(): number {
    const slot = this.#slotLimit++;
    for (const lane of [this.#start, this.#end, this.#savedStart, this.#into, this.#stamp]) lane.reserve(this.#slotLimit);
    this.#ends?.reserve(this.#slotLimit);
    this.#sessions.reserveSessions(this.#slotLimit);
    return slot;
  }

  #extend(slot: number, startUs: number, endUs: number): void {
    if (startUs < this.#start.values[slot]!) this.#start.values[slot] = startUs;
    if (endUs > this.#end.values[slot]!) this.#end.values[slot] = endUs;
    this.#ends?.set(slot, this.#end.values[slot]!);
  }

  /** Takes a session out; its slot is given to another one from the next batch on, as others may refer to it. */
  #drop(slot: number): void {
    this.#remove(slot);
    this.#freed.push(slot);
  }

  #remove(slot: number): void {
    this.#sessions.remove(slot);
    this.#ends?.remove(slot);
    this.#stamp.values[slot] = -1;
    this.#size--;
  }

  #touch(slot: number): void {
    if (this.#stamp.values[slot] === this.#batch) return;
    this.#stamp.values[slot] = this.#batch;
    this.#touched.push(slot);
  }

  #touchKey(key: number): void {
    if (this.#keyStamp.values[key] === this.#batch) return;
    this.#keyStamp.values[key] = this.#batch;
    this.#touchedKeys.push(key);
  }

  #countTouched(): void {
    for (const key of this.#touchedKeys.view()) this.#touchedCount += this.#sessions.countOf(key);
  }

  /** Sessions that have grown backwards have another name. */
  #noteMoved(): void {
    for (const slot of this.#touched.view()) {
      if (this.#stamp.values[slot] !== this.#batch) continue;
      const saved = this.#savedStart.values[slot]!;
      if (saved === saved && saved !== this.#start.values[slot]) this.#noteGone(slot);
    }
  }

  #noteGone(slot: number): void {
    this.#gone.add(this.#sessions.keyOf[slot]!, this.#savedStart.values[slot]!);
    this.#savedStart.values[slot] = unsaved;
  }

  #rootOf(slot: number): number {
    let root = slot;
    while (this.#into.values[root] !== none) root = this.#into.values[root]!;
    return root;
  }

  #deletes(): Released["deletes"] {
    const { keys, starts } = this.#gone.sorted(this.#table, this.#sorter);
    const columns = this.#withSession(this.#table.keyColumns(keys, keys.length), starts, starts);
    return { columns: [...columns, this.#table.groupColumn(keys, keys.length)], count: keys.length };
  }

  #dropEmptyKeys(dropped: Int32Array): void {
    const empty = new IntList();
    const seen = new Set<number>();
    for (const slot of dropped) {
      const key = this.#sessions.keyOf[slot]!;
      if (this.#sessions.has(key) || seen.has(key)) continue;
      seen.add(key);
      this.#keyStamp.values[key] = 0;
      empty.push(key);
    }
    this.#table.remove(empty.values, empty.count);
  }

  #withSession(keys: readonly Column[], starts: Float64Array, ends: Float64Array): Column[] {
    return [...keys.slice(0, this.#index), windowsColumn(this.#type, starts, ends), ...keys.slice(this.#index)];
  }

  #keysOf(slots: Int32Array, count: number): Int32Array {
    const keys = new Int32Array(count);
    for (let j = 0; j < count; j++) keys[j] = this.#sessions.keyOf[slots[j]!]!;
    return keys;
  }

  #run(slots: IntList): GroupRun[] {
    return slots.count === 0 ? [] : [{ startUs: 0, slots: slots.view() }];
  }

  /** By the hash of the key, the sessions of one key by their starts. */
  #sort({ values, count }: IntList): void {
    const { keyOf } = this.#sessions;
    const starts = this.#start.values;
    this.#sorter.sort(values, count, this.#table.hashes, keyOf, (a, b) =>
      keyOf[a] === keyOf[b] ? starts[a]! - starts[b]! : this.#table.compareKeys(keyOf[a]!, keyOf[b]!),
    );
  }
}
