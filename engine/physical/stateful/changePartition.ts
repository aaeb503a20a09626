import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { readValue, takeColumn } from "../../arrow/columns.js";
import { types as arrowTypes } from "../../arrow/types.js";
import { markOwned } from "../../arrow/ownership.js";
import { IntList } from "../../state/intList.js";
import { Lane } from "../../state/lane.js";
import { RowComparer } from "../../state/rowComparer.js";
import { SlotColumns } from "../../state/slotColumns.js";
import type { AggregateSpec } from "./aggregateSpec.js";
import { AggregateValues } from "./aggregateValues.js";
import { nothingReleased, type KeyedRows, type Released } from "./groups.js";
import type { KeyedGroups } from "./keyedGroups.js";

const isNew = -1;

/** What a batch changed of some groups: rows of grouping columns and results. */
export interface ChangedGroups {
  readonly before: { readonly columns: readonly Column[]; readonly count: number };
  readonly after: { readonly columns: readonly Column[]; readonly count: number };
}

/** One state partition of an aggregation that says what changed: its groups, their running values, and what these were when the batch began. */
export class ChangePartition {
  readonly groups: KeyedGroups;
  readonly #values: AggregateValues;
  /** The place of the count of a group's rows among the results; null where no row is taken back. */
  readonly #live: number | null;
  readonly #comparer: RowComparer;
  /** The results that groups had before the batch, in places that are given out anew in each. */
  readonly #before: SlotColumns;
  #beforeCount = 0;
  /** Of each group that the batch touched: the place of what it was, or that it was not there. */
  readonly #placeOf = new Lane("i32", 0);
  /** The batch that touched a group last. */
  readonly #stamp = new Lane("i32", 0);
  #batch = 0;
  #released = nothingReleased;
  /** Whether the files have when a group was last touched. */
  readonly #savesTouch: boolean;

  constructor(groups: KeyedGroups, { aggregates, output, grouping, ttlMs }: AggregateSpec, live: number | null) {
    this.groups = groups;
    this.#values = new AggregateValues(aggregates);
    this.#live = live;
    this.#savesTouch = ttlMs !== null;
    const types = output.slice(grouping.length).map(({ type }) => type);
    this.#comparer = new RowComparer(types);
    this.#before = new SlotColumns(types);
  }

  get released(): Released {
    return this.#released;
  }

  begin(lateUs: number | null, nowUs: number): void {
    this.#batch++;
    this.#beforeCount = 0;
    this.#released = nothingReleased;
    this.groups.begin(lateUs, nowUs);
  }

  fold(rows: KeyedRows, batch: Batch): void {
    const grouped = this.groups.assign(rows);
    const { fresh, capacity } = this.groups;
    this.#values.prepare(capacity, fresh.values, fresh.count);
    this.#keepBefore(grouped.slots, grouped.count);
    this.#values.update(grouped, batch);
  }

  /** The one group of an aggregation without keys is there from the first batch on. */
  touchGlobal(rows: KeyedRows): void {
    const grouped = this.groups.assign(rows);
    const { fresh, capacity } = this.groups;
    this.#values.prepare(capacity, fresh.values, fresh.count);
    this.#keepBefore(grouped.slots, grouped.count);
  }

  /** What the batch changed of the groups at the slots, all of which it touched: what was so before, and what is so now. */
  changesOf(slots: Int32Array): ChangedGroups {
    const count = slots.length;
    const results = this.#values.finish(slots, count);
    const alive = this.#alive(results, slots);
    const known = new IntList(count);
    const places = new IntList(count);
    const placeOf = this.#placeOf.values;
    for (let j = 0; j < count; j++) {
      if (placeOf[slots[j]!] === isNew) continue;
      known.push(j);
      places.push(placeOf[slots[j]!]!);
    }
    const keys = this.groups.groupingColumns(slots, count);
    const was = this.#before.gather(places.values, places.count);
    const now = results.map((column) => takeColumn(column, known.values, known.count));
    const same = this.#comparer.same(was, now, known.count);
    const isSame = new Uint8Array(count);
    const goneRows = new IntList(known.count);
    const goneOf = new IntList(known.count);
    for (let j = 0; j < known.count; j++) {
      const place = known.values[j]!;
      if (same[j] === 1 && alive[place] === 1) isSame[place] = 1;
      else {
        goneRows.push(place);
        goneOf.push(j);
      }
    }
    const newRows = new IntList(count);
    for (let j = 0; j < count; j++) if (isSame[j] === 0 && alive[j] === 1) newRows.push(j);
    const before = [...taken(keys, goneRows), ...taken(was, goneOf)];
    return {
      before: { columns: before.map(markOwned), count: goneRows.count },
      after: { columns: [...taken(keys, newRows), ...taken(results, newRows)].map(markOwned), count: newRows.count },
    };
  }

  /** The groups whose time is at most a bound, by the hash of their keys. */
  expired(boundUs: number): Int32Array {
    return this.groups.expired(boundUs)[0]?.slots.slice() ?? new Int32Array(0);
  }

  /** Grouping columns and results of groups. */
  results(slots: Int32Array): Column[] {
    const { length } = slots;
    return [...this.groups.groupingColumns(slots, length), ...this.#values.finish(slots, length)].map(markOwned);
  }

  /** Forgets groups that no row is left of, of those that the batch touched, and those that have expired. */
  release(expired: Int32Array | null): void {
    const dead = this.#dead();
    const slots = mergedByHash(this.groups, expired ?? new Int32Array(0), dead);
    if (slots.length > 0) this.#released = this.groups.release([{ startUs: 0, slots }]);
  }

  restore(rows: KeyedRows, state: readonly Column[]): void {
    const slots = this.groups.restoreGroups(rows);
    const { capacity } = this.groups;
    this.#values.prepare(capacity, slots, rows.count);
    this.#stamp.reserve(capacity);
    this.#placeOf.reserve(capacity);
    this.#values.merge({ slots, rows: rows.rows, count: rows.count }, state);
  }

  /** Grouping columns, running values, hashes: what restores the groups. */
  saved(slots: Int32Array, count: number): Column[] {
    return [
      ...this.groups.groupingColumns(slots, count),
      ...this.#values.save(slots, count),
      ...this.#touched(slots, count),
      this.groups.groupColumn(slots, count),
    ].map(markOwned);
  }

  get memoryBytes(): number {
    return this.groups.memoryBytes + this.#values.memoryBytes + this.#before.bytes + this.#placeOf.bytes + this.#stamp.bytes;
  }

  #touched(slots: Int32Array, count: number): Column[] {
    if (!this.#savesTouch) return [];
    return [{ type: arrowTypes.long, encoding: "f64", length: count, nulls: null, values: this.groups.touchedAt(slots, count) }];
  }

  /** Notes the results of groups that the batch comes to for the first time. */
  #keepBefore(slots: Int32Array, count: number): void {
    const { fresh, capacity } = this.groups;
    this.#stamp.reserve(capacity);
    this.#placeOf.reserve(capacity);
    const [stamp, placeOf] = [this.#stamp.values, this.#placeOf.values];
    const batch = this.#batch;
    for (let j = 0; j < fresh.count; j++) {
      stamp[fresh.values[j]!] = batch;
      placeOf[fresh.values[j]!] = isNew;
    }
    const first = new IntList();
    const places = new IntList();
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      if (stamp[slot] === batch) continue;
      stamp[slot] = batch;
      placeOf[slot] = this.#beforeCount;
      first.push(slot);
      places.push(this.#beforeCount++);
    }
    if (first.count === 0) return;
    this.#before.reserve(this.#beforeCount);
    this.#before.write(this.#values.finish(first.values, first.count), places.values, null, first.count);
  }

  /** 1 of each group that has rows. */
  #alive(results: readonly Column[], slots: Int32Array): Uint8Array {
    const alive = new Uint8Array(slots.length).fill(1);
    if (this.#live === null) return alive;
    const rows = results[this.#live]!;
    for (let j = 0; j < slots.length; j++) if (isZero(rows, j)) alive[j] = 0;
    return alive;
  }

  #dead(): Int32Array {
    const [run] = this.#live === null ? [] : this.groups.touched();
    if (run === undefined) return new Int32Array(0);
    const alive = this.#alive(this.#values.finish(run.slots, run.slots.length), run.slots);
    return run.slots.filter((_, j) => alive[j] === 0);
  }
}

function taken(columns: readonly Column[], { values, count }: IntList): Column[] {
  return columns.map((column) => takeColumn(column, values, count));
}

function isZero(column: Column, row: number): boolean {
  const value = readValue(column, row);
  return value === null || Number(value) === 0;
}

/** The slots of both lists, each once, by the hash of their keys. */
function mergedByHash(groups: KeyedGroups, a: Int32Array, b: Int32Array): Int32Array {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const slots = [...new Set([...a, ...b])];
  const hashes = groups.groupColumn(Int32Array.from(slots), slots.length);
  const hashOf = new Map(slots.map((slot, j) => [slot, Number(readValue(hashes, j)) >>> 0]));
  return Int32Array.from(slots.toSorted((x, y) => hashOf.get(x)! - hashOf.get(y)!));
}
