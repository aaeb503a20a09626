import { checkedPlaces } from "../arrow/batchSize.js";
import { buffers } from "../arrow/buffers.js";
import { columnFromValues } from "../arrow/columns.js";
import type { Column } from "../arrow/column.js";
import { types, type DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import { readCell } from "./cellCodec.js";
import { compareBytes, type CellSource } from "./cells.js";
import { Lane } from "./lane.js";

/**
 * A list of values of one type a slot: chains of cells in one arena, which is rewritten without the dead ones when it is full. As sets, a hash index over
 * (slot, bytes) keeps a value from being added twice.
 */
export class CellLists {
  readonly #type: DataType;
  readonly #distinct: boolean;
  readonly #head = new Lane("i32", -1);
  readonly #tail = new Lane("i32", -1);
  /** Of each cell: the next of its list (−1: none), where its bytes start, how many they are, its slot. */
  #cells: Int32Array = buffers.int32(4 * 64);
  #cellCount = 0;
  #arena = buffers.bytes(1024);
  #used = 0;
  /** Cell + 1 by hash, 0: empty. Only for sets. */
  #index: Int32Array;

  constructor(type: DataType, distinct: boolean) {
    this.#type = type;
    this.#distinct = distinct;
    this.#index = buffers.int32(distinct ? 256 : 0);
  }

  reserve(capacity: number): void {
    this.#head.reserve(capacity);
    this.#tail.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      // Dead cells name no slot, so that a set does not find them.
      for (let cell = this.#head.values[slot]!; cell >= 0; cell = this.#cells[4 * cell]!) this.#cells[4 * cell + 3] = -1;
      this.#head.values[slot] = -1;
      this.#tail.values[slot] = -1;
    }
  }

  /** Adds the value that `source` has loaded. */
  add(slot: number, source: CellSource): void {
    const { data, start, length } = source;
    const hash = this.#distinct ? hashOf(slot, data, start, length) : 0;
    if (this.#distinct && this.#contains(slot, hash, data, start, length)) return;
    if (this.#used + length > this.#arena.length || 4 * this.#cellCount === this.#cells.length) this.#rewrite(length);
    for (let k = 0; k < length; k++) this.#arena[this.#used + k] = data[start + k]!;
    this.#append(slot, this.#used, length, hash);
    this.#used += length;
  }

  column(slots: Int32Array, count: number): Column {
    const lists: Value[] = [];
    for (let j = 0; j < count; j++) {
      const list: Value[] = [];
      for (let cell = this.#head.values[slots[j]!]!; cell >= 0; cell = this.#cells[4 * cell]!) {
        list.push(readCell(this.#type, this.#arena, this.#cells[4 * cell + 1]!, this.#cells[4 * cell + 2]!));
      }
      lists.push(list);
    }
    return columnFromValues(types.array(this.#type, false), lists);
  }

  get bytes(): number {
    return this.#arena.byteLength + this.#cells.byteLength + this.#index.byteLength + this.#head.bytes + this.#tail.bytes;
  }

  #contains(slot: number, hash: number, data: Uint8Array, start: number, length: number): boolean {
    const mask = this.#index.length - 1;
    for (let p = hash & mask; this.#index[p] !== 0; p = (p + 1) & mask) {
      const at = 4 * (this.#index[p]! - 1);
      if (this.#cells[at + 3] !== slot || this.#cells[at + 2] !== length) continue;
      if (compareBytes(data, start, length, this.#arena, this.#cells[at + 1]!, length) === 0) return true;
    }
    return false;
  }

  #append(slot: number, start: number, length: number, hash: number): void {
    const cell = this.#cellCount++;
    this.#cells.set([-1, start, length, slot], 4 * cell);
    const tail = this.#tail.values[slot]!;
    if (tail < 0) this.#head.values[slot] = cell;
    else this.#cells[4 * tail] = cell;
    this.#tail.values[slot] = cell;
    if (!this.#distinct) return;
    const mask = this.#index.length - 1;
    let p = hash & mask;
    while (this.#index[p] !== 0) p = (p + 1) & mask;
    this.#index[p] = cell + 1;
  }

  /** Copies the live cells, list by list, into arrays twice as large as what lives, with room for `more` bytes. */
  #rewrite(more: number): void {
    const [old, arena] = [this.#cells, this.#arena];
    let [live, bytes] = [0, more];
    for (let at = 0; at < 4 * this.#cellCount; at += 4) {
      if (old[at + 3]! < 0) continue;
      live++;
      bytes += old[at + 2]!;
    }
    checkedPlaces(Math.max(2 * bytes, 8 * live), "The values of an aggregate");
    this.#cells = buffers.int32(4 * Math.max(64, 2 * (live + 1)));
    this.#arena = buffers.bytes(Math.max(1024, 2 * bytes));
    if (this.#distinct) this.#index = buffers.int32(2 ** Math.ceil(Math.log2(Math.max(256, 5 * (live + 1)))));
    this.#cellCount = 0;
    this.#used = 0;
    const heads = this.#head.values.slice();
    for (let slot = 0; slot < heads.length; slot++) {
      this.#head.values[slot] = -1;
      this.#tail.values[slot] = -1;
      for (let cell = heads[slot]!; cell >= 0; cell = old[4 * cell]!) {
        const start = old[4 * cell + 1]!;
        const length = old[4 * cell + 2]!;
        this.#arena.set(arena.subarray(start, start + length), this.#used);
        this.#append(slot, this.#used, length, this.#distinct ? hashOf(slot, arena, start, length) : 0);
        this.#used += length;
      }
    }
  }
}

function hashOf(slot: number, data: Uint8Array, start: number, length: number): number {
  let hash = slot;
  for (let k = 0; k < length; k++) hash = Math.imul(hash ^ data[start + k]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1 | 0);
  return hash ^ (hash >>> 13);
}
