import { types, field } from "../../arrow/types.js";
import type { Batch } from "../../arrow/batch.js";
import type { UserTableSpec } from "../../contract/groupFunction.js";
import { IntList } from "../../state/intList.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { UserTableState } from "./userTable.js";

/** Its name is none that a user's state may have. */
export const timerTable: UserTableSpec = {
  name: "$timers",
  key: types.struct([field("atMs", types.long, false)]),
  value: types.struct([]),
  ttlMs: null,
};

export interface DueTimer {
  readonly slot: number;
  readonly timeMs: number;
}

/** The timers of the keys of one state partition: a table of them for the files, and a time index that says which are due. */
export class GroupTimers {
  readonly table = new UserTableState(timerTable);
  readonly #times = new TimeIndex();
  /** By key slot, its timers' places in the index. */
  readonly #places = new Map<number, Map<number, number>>();
  readonly #slotOf: number[] = [];
  readonly #timeOf: number[] = [];
  readonly #free: number[] = [];
  /** Null when it must be looked for. */
  #earliestMs: number | null = null;

  set(slot: number, timeMs: number): void {
    let places = this.#places.get(slot);
    if (places === undefined) this.#places.set(slot, (places = new Map<number, number>()));
    if (places.has(timeMs)) return;
    this.table.put(slot, { atMs: timeMs }, {}, 0);
    this.#index(slot, timeMs, places);
  }

  remove(slot: number, timeMs: number): void {
    const places = this.#places.get(slot);
    if (places === undefined || !places.has(timeMs)) return;
    this.table.remove(slot, { atMs: timeMs });
    this.#drop(timeMs, places);
    if (places.size === 0) this.#places.delete(slot);
  }

  list(slot: number): readonly number[] {
    return [...(this.#places.get(slot)?.keys() ?? [])].toSorted((a, b) => a - b);
  }

  /** The earliest timer of all; Infinity when there is none. A query that waits asks for it again and again. */
  get earliestMs(): number {
    return (this.#earliestMs ??= this.#times.earliest() / 1000);
  }

  /** Timers up to a time. They stay until they are removed, and are given once. */
  due(boundMs: number): DueTimer[] {
    const places = new IntList();
    this.#times.popUntil(boundMs * 1000, places);
    this.#earliestMs = null;
    return Array.from(places.view(), (place) => ({ slot: this.#slotOf[place]!, timeMs: this.#timeOf[place]! }));
  }

  restore(slots: Int32Array, rows: Batch): void {
    this.table.restore(slots, rows);
    this.#indexAll(slots);
  }

  restoreDeletes(slots: Int32Array, keys: Batch): void {
    this.table.restoreDeletes(slots, keys);
    this.#indexAll(slots);
  }

  /** Brings the index of some keys in line with the table. */
  #indexAll(slots: Int32Array): void {
    for (const slot of new Set(slots)) {
      const wanted = new Set(this.table.entries(slot, 0).map(([{ atMs }]) => Number(atMs)));
      const places = this.#places.get(slot) ?? new Map<number, number>();
      for (const timeMs of places.keys()) if (!wanted.has(timeMs)) this.#drop(timeMs, places);
      for (const timeMs of wanted) if (!places.has(timeMs)) this.#index(slot, timeMs, places);
      if (places.size > 0) this.#places.set(slot, places);
      else this.#places.delete(slot);
    }
  }

  #drop(timeMs: number, places: Map<number, number>): void {
    const place = places.get(timeMs)!;
    this.#times.remove(place);
    places.delete(timeMs);
    this.#free.push(place);
    if (timeMs === this.#earliestMs) this.#earliestMs = null;
  }

  #index(slot: number, timeMs: number, places: Map<number, number>): void {
    const place = this.#free.pop() ?? this.#slotOf.length;
    this.#slotOf[place] = slot;
    this.#timeOf[place] = timeMs;
    this.#times.reserve(this.#slotOf.length);
    this.#times.set(place, timeMs * 1000);
    places.set(timeMs, place);
    if (this.#earliestMs !== null) this.#earliestMs = Math.min(this.#earliestMs, timeMs);
  }
}
