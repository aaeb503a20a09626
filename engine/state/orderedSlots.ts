import { assert } from "../errors/assert.js";
import type { IntList } from "./intList.js";
import type { Lane } from "./lane.js";

/** Slots of a chunk, at most. */
const chunkSlots = 512;

/**
 * Slots in the order of their starts, where what they span does not overlap: found, put in and taken out in time by the logarithm of their number (and a chunk's
 * length). Starts and ends are the owner's and may move, as long as the order stays.
 */
export class OrderedSlots {
  readonly #starts: Lane<"f64">;
  readonly #ends: Lane<"f64">;
  readonly #chunks: number[][];
  #size = 0;

  constructor(starts: Lane<"f64">, ends: Lane<"f64">) {
    this.#starts = starts;
    this.#ends = ends;
    this.#chunks = [[]];
  }

  get size(): number {
    return this.#size;
  }

  insert(slot: number): void {
    const start = this.#starts.values[slot]!;
    const c = this.#chunkOf(start);
    const chunk = this.#chunks[c]!;
    chunk.splice(this.#countUntil(chunk, start), 0, slot);
    if (chunk.length > chunkSlots) this.#chunks.splice(c + 1, 0, chunk.splice(chunkSlots / 2));
    this.#size++;
  }

  remove(slot: number): void {
    const start = this.#starts.values[slot]!;
    const c = this.#chunkOf(start);
    const chunk = this.#chunks[c]!;
    const place = this.#countUntil(chunk, start) - 1;
    assert(chunk[place] === slot, "a slot is where its start says");
    chunk.splice(place, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(c, 1);
    this.#size--;
  }

  /** Adds the slots that span some of `startUs` to `endUs`, by their starts. */
  touching(startUs: number, endUs: number, into: IntList): void {
    let c = this.#chunkOf(endUs);
    let place = this.#countUntil(this.#chunks[c]!, endUs);
    const from = into.count;
    for (;;) {
      if (place === 0) {
        if (c === 0) break;
        place = this.#chunks[--c]!.length;
        continue;
      }
      const slot = this.#chunks[c]![--place]!;
      if (this.#ends.values[slot]! < startUs) break;
      into.push(slot);
    }
    into.values.subarray(from, into.count).reverse();
  }

  /** The slot with this start, −1 when there is none. */
  startingAt(startUs: number): number {
    const chunk = this.#chunks[this.#chunkOf(startUs)]!;
    const slot = chunk[this.#countUntil(chunk, startUs) - 1];
    return slot !== undefined && this.#starts.values[slot] === startUs ? slot : -1;
  }

  /** The last chunk that begins at or before a start, or the first. */
  #chunkOf(start: number): number {
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts.values[this.#chunks[middle]![0]!]! <= start) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** How many slots of a chunk begin at or before a start. */
  #countUntil(chunk: readonly number[], start: number): number {
    let [low, high] = [0, chunk.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts.values[chunk[middle]!]! <= start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
