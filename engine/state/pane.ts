import { buffers } from "../arrow/buffers.js";
import { IntList } from "./intList.js";

const firstCapacity = 16;
/** Above this share of all keys a pane indexes by an array of keys, below by a small hash table. */
const denseShare = 1 / 8;

/**
 * The groups of one event-time pane: from key ids (small integers that outlive the pane) to group slots.
 *
 * Two forms: `dense`, an array by key id, where keys recur from pane to pane; else a hash table, so that many panes of few keys each stay small.
 */
export class Pane {
  /** Where the pane starts, µs. */
  readonly startUs: number;
  /** Group slot + 1 by key id, 0 where the key has no group; null in the hashed form. For loops that look up inline. */
  dense: Int32Array | null = null;
  /** The groups' slots in the order of their creation. */
  readonly groups = new IntList(firstCapacity);
  /** Key id + 1 (0: empty) and, in the second half, the group's slot. */
  #hashed: Int32Array = buffers.int32(4 * firstCapacity);

  constructor(startUs: number) {
    this.startUs = startUs;
  }

  /** The slot of the key's group, −1 when it has none. */
  find(key: number): number {
    if (this.dense !== null) return key < this.dense.length ? this.dense[key]! - 1 : -1;
    const half = this.#hashed.length / 2;
    for (let p = bucket(key, half - 1); ; p = (p + 1) & (half - 1)) {
      const entry = this.#hashed[p]!;
      if (entry === key + 1) return this.#hashed[half + p]!;
      if (entry === 0) return -1;
    }
  }

  /** Adds a group for a key that has none. `keys`: how many key ids there are. */
  add(key: number, slot: number, keys: number): void {
    this.groups.push(slot);
    if (this.dense !== null) {
      if (key >= this.dense.length) this.#growDense(keys);
      this.dense[key] = slot + 1;
      return;
    }
    if (4 * this.groups.count <= this.#hashed.length) this.#put(key, slot);
    else if (this.#suitsDense(keys)) {
      this.#makeDense(keys);
      this.dense![key] = slot + 1;
    } else {
      this.#growHashed();
      this.#put(key, slot);
    }
  }

  /** Takes the groups out whose slots are marked −1. `keyOf`: the key id of each slot. */
  prune(marks: Int32Array, keyOf: Int32Array): void {
    const { values: slots, count } = this.groups;
    let kept = 0;
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      if (marks[slot] !== -1) slots[kept++] = slot;
      else if (this.dense === null) this.#take(keyOf[slot]!);
      else this.dense[keyOf[slot]!] = 0;
    }
    this.groups.count = kept;
  }

  /** Takes the form that suits the number of groups, now that the number of keys may be another. `keyOf`: the key id of each slot. */
  adapt(keys: number, keyOf: Int32Array): void {
    const { values: slots, count } = this.groups;
    if (this.dense === null) {
      if (this.#suitsDense(keys)) this.#makeDense(keys);
    } else if (count < (keys * denseShare) / 2) {
      this.dense = null;
      this.#hashed = buffers.int32(4 * powerOfTwo(count + firstCapacity));
      for (let j = 0; j < count; j++) this.#put(keyOf[slots[j]!]!, slots[j]!);
    }
  }

  get memoryBytes(): number {
    return this.groups.bytes + this.#hashed.byteLength + (this.dense?.byteLength ?? 0);
  }

  #suitsDense(keys: number): boolean {
    const { count } = this.groups;
    return count >= firstCapacity && count > keys * denseShare;
  }

  #makeDense(keys: number): void {
    const half = this.#hashed.length / 2;
    const dense = buffers.int32(keys);
    for (let p = 0; p < half; p++) if (this.#hashed[p] !== 0) dense[this.#hashed[p]! - 1] = this.#hashed[half + p]! + 1;
    this.#hashed = buffers.int32(4 * firstCapacity);
    this.dense = dense;
  }

  #growDense(keys: number): void {
    const grown = buffers.int32(Math.max(keys, this.dense!.length * 2));
    grown.set(this.dense!);
    this.dense = grown;
  }

  #growHashed(): void {
    const old = this.#hashed;
    const half = old.length / 2;
    this.#hashed = buffers.int32(old.length * 2);
    for (let p = 0; p < half; p++) if (old[p] !== 0) this.#put(old[p]! - 1, old[half + p]!);
  }

  /** Takes a key out of the hashed form, without tombstones: entries that the gap would cut off from their bucket move into it. */
  #take(key: number): void {
    const half = this.#hashed.length / 2;
    const mask = half - 1;
    let gap = bucket(key, mask);
    while (this.#hashed[gap] !== key + 1) gap = (gap + 1) & mask;
    for (let p = (gap + 1) & mask; this.#hashed[p] !== 0; p = (p + 1) & mask) {
      const home = bucket(this.#hashed[p]! - 1, mask);
      if (((p - home) & mask) < ((p - gap) & mask)) continue;
      this.#hashed[gap] = this.#hashed[p]!;
      this.#hashed[half + gap] = this.#hashed[half + p]!;
      gap = p;
    }
    this.#hashed[gap] = 0;
  }

  #put(key: number, slot: number): void {
    const half = this.#hashed.length / 2;
    let p = bucket(key, half - 1);
    while (this.#hashed[p] !== 0) p = (p + 1) & (half - 1);
    this.#hashed[p] = key + 1;
    this.#hashed[half + p] = slot;
  }
}

function bucket(key: number, mask: number): number {
  const mixed = Math.imul(key, 0x9e3779b1 | 0);
  return (mixed ^ (mixed >>> 15)) & mask;
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}
