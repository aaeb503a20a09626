import { compareBytes } from "../../state/cells.js";
import { IntList } from "../../state/intList.js";
import { Lane } from "../../state/lane.js";
import type { OrderBytes } from "../../state/orderBytes.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

const none = -1;

/** Of more first rows a key has seldom more in one piece. */
const mostFirst = 10_000;

/** Null where rows are not dropped by how many stand before them: some are taken back, all count, or not rows count but their values (`dense_rank`). */
export function leadingRowsOf({ change, ranks, limit }: TopRowsSpec): LeadingRows | null {
  if (change !== null || limit === 0 || limit > mostFirst || (ranks === "dense_rank" && limit > 1)) return null;
  return new LeadingRows(limit);
}

/**
 * Of rows that only come, those that may be among the first of their key: a row goes when so many rows of the same piece stand before it. What stays is a few rows a key, whatever the piece has of
 * it, so that the others are never copied into the state. Rows that are alike in their order stay together: what else tells them apart is not looked at here.
 */
export class LeadingRows {
  readonly #limit: number;
  /** By slot of a key, for the piece that is looked at: how many rows it has, and where its heap begins. */
  readonly #counts = new Lane("i32", 0);
  readonly #heaps = new Lane("i32", none);
  readonly #keys = new IntList();
  /** Heaps of the places of rows, the last row of a key's first ones on top. */
  #places = new Int32Array(0);
  readonly #sizes = new Lane("i32", 0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes those out of `rows` (places among what is written in `order`) that cannot be among the first. `keySlots`: by place. */
  keep(rows: IntList, keySlots: Int32Array, slotLimit: number, order: OrderBytes): void {
    for (const lane of [this.#counts, this.#heaps, this.#sizes]) lane.reserve(slotLimit);
    if (this.#layOut(rows, keySlots)) {
      for (let j = 0; j < rows.count; j++) this.#offer(rows.values[j]!, keySlots, order);
      let kept = 0;
      for (let j = 0; j < rows.count; j++) {
        const place = rows.values[j]!;
        const heap = this.#heaps.values[keySlots[place]!]!;
        if (heap === none || compareWritten(order, place, this.#places[heap]!) <= 0) rows.values[kept++] = place;
      }
      rows.count = kept;
    }
    for (const lane of [this.#counts, this.#heaps, this.#sizes]) lane.clear(this.#keys.values, this.#keys.count);
    this.#keys.clear();
  }

  /** Gives room to the heaps of keys that have more rows than stay; false when there is no such key. */
  #layOut({ values, count }: IntList, keySlots: Int32Array): boolean {
    const counts = this.#counts.values;
    for (let j = 0; j < count; j++) {
      const key = keySlots[values[j]!]!;
      if (counts[key]!++ === 0) this.#keys.push(key);
    }
    let room = 0;
    for (let k = 0; k < this.#keys.count; k++) {
      const key = this.#keys.values[k]!;
      if (counts[key]! <= this.#limit) continue;
      this.#heaps.values[key] = room;
      room += this.#limit;
    }
    if (this.#places.length < room) this.#places = new Int32Array(2 * room);
    return room > 0;
  }

  #offer(place: number, keySlots: Int32Array, order: OrderBytes): void {
    const key = keySlots[place]!;
    const heap = this.#heaps.values[key]!;
    if (heap === none) return;
    const size = this.#sizes.values[key]!;
    if (size < this.#limit) {
      this.#places[heap + size] = place;
      this.#sizes.values[key] = size + 1;
      this.#up(heap, size, order);
    } else if (compareWritten(order, place, this.#places[heap]!) < 0) {
      this.#places[heap] = place;
      this.#down(heap, size, order);
    }
  }

  #up(heap: number, from: number, order: OrderBytes): void {
    const places = this.#places;
    for (let child = from; child > 0;) {
      const parent = (child - 1) >> 1;
      if (compareWritten(order, places[heap + child]!, places[heap + parent]!) <= 0) return;
      swap(places, heap + child, heap + parent);
      child = parent;
    }
  }

  #down(heap: number, size: number, order: OrderBytes): void {
    const places = this.#places;
    for (let parent = 0; ;) {
      let last = parent;
      for (let child = 2 * parent + 1; child <= 2 * parent + 2 && child < size; child++) {
        if (compareWritten(order, places[heap + child]!, places[heap + last]!) > 0) last = child;
      }
      if (last === parent) return;
      swap(places, heap + last, heap + parent);
      parent = last;
    }
  }
}

function swap(values: Int32Array, a: number, b: number): void {
  const held = values[a]!;
  values[a] = values[b]!;
  values[b] = held;
}

/** How what is written at two places compares. */
function compareWritten({ data, starts }: OrderBytes, a: number, b: number): number {
  const [aStart, bStart] = [starts[a]!, starts[b]!];
  return compareBytes(data, aStart, starts[a + 1]! - aStart, data, bStart, starts[b + 1]! - bStart);
}
