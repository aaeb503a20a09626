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
  /** By key slot, its timers' places in the index: the place of the only one, or those of all by their times. */
  readonly #places: (number | Map<number, number> | undefined)[] = [];
  readonly #slotOf: number[] = [];
  readonly #timeOf: number[] = [];
  readonly #free: number[] = [];
  /** Null when it must be looked for. */
  #earliestMs: number | null = null;

  set(slot: number, timeMs: number): void {
    if (this.#placeOf(slot, timeMs) !== undefined) return;
    this.table.put(slot, { atMs: timeMs }, {}, 0);
    this.#index(slot, timeMs);
  }

  remove(slot: number, timeMs: number): void {
    const place = this.#placeOf(slot, timeMs);
    if (place === undefined) return;
    this.table.remove(slot, { atMs: timeMs });
    this.#drop(slot, timeMs, place);
  }

  list(slot: number): readonly number[] {
    const places = this.#places[slot];
    if (places === undefined) return [];
    return typeof places === "number" ? [this.#timeOf[places]!] : [...places.keys()].toSorted((a, b) => a - b);
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
      for (const timeMs of this.list(slot)) if (!wanted.has(timeMs)) this.#drop(slot, timeMs, this.#placeOf(slot, timeMs)!);
      for (const timeMs of wanted) if (this.#placeOf(slot, timeMs) === undefined) this.#index(slot, timeMs);
    }
  }

  #placeOf(slot: number, timeMs: number): number | undefined {
    const places = this.#places[slot];
    if (typeof places === "number") return this.#timeOf[places] === timeMs ? places : undefined;
    return places?.get(timeMs);
  }

  #drop(slot: number, timeMs: number, place: number): void {
    const places = this.#places[slot];
    if (places instanceof Map) places.delete(timeMs);
    if (!(places instanceof Map) || places.size === 0) this.#places[slot] = undefined;
    this.#times.remove(place);
    this.#free.push(place);
    if (timeMs === this.#earliestMs) this.#earliestMs = null;
  }

  #index(slot: number, timeMs: number): void {
    const place = this.#free.pop() ?? this.#slotOf.length;
    this.#slotOf[place] = slot;
    this.#timeOf[place] = timeMs;
    this.#times.reserve(this.#slotOf.length);
    this.#times.set(place, timeMs * 1000);
    this.#note(slot, timeMs, place);
    if (this.#earliestMs !== null) this.#earliestMs = Math.min(this.#earliestMs, timeMs);
  }

  #note(slot: number, timeMs: number, place: number): void {
    while (this.#places.length < slot) this.#places.push(undefined);
    const places = this.#places[slot];
    if (places instanceof Map) places.set(timeMs, place);
    else if (places === undefined) this.#places[slot] = place;
    else
      this.#places[slot] = new Map([
        [this.#timeOf[places]!, places],
        [timeMs, place],
      ]);
  }
}
