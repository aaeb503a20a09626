import { buffers } from "../arrow/buffers.js";
import { takeColumn } from "../arrow/columns.js";
import type { Column, DictionaryColumn } from "../arrow/column.js";
import { types, type DataType } from "../arrow/types.js";
import { assert } from "../errors/assert.js";
import { wordsOf } from "./byteHash.js";
import { layoutOf, type KeyLayout } from "./keyLayout.js";
import { PackedKeys } from "./packedKeys.js";
import { probeFor, type Probe } from "./probe.js";
import { unpackKeys } from "./unpackKeys.js";

const firstCapacity = 256;

/**
 * A hash table from keys (any number of columns of any types; nulls are values of their own, NaN and −0.0 in one form) to slots: small integers that
 * stay with a key until it is removed. Removed slots are handed out again.
 *
 * Open addressing over an index of slots; keys lie packed in words (`keyLayout.ts`), the bytes of strings in an arena that is compacted.
 */
export class KeyedTable {
  /** Keys in the table. */
  size = 0;
  /** Slots that were ever handed out are below. */
  slotLimit = 0;
  /** The slots of keys that the last look-up inserted, in the order of their first rows. */
  inserted: Int32Array = new Int32Array(16);
  insertedCount = 0;

  readonly #layout: KeyLayout;
  readonly #packed: PackedKeys;
  readonly #probe: Probe;
  #index = buffers.int32(2 * firstCapacity);
  #keys: Int32Array;
  #hashes = buffers.int32(firstCapacity);
  #arena = buffers.bytes(1024);
  #arenaWords = wordsOf(this.#arena);
  #arenaUsed = 0;
  #arenaLive = 0;
  #free: number[] = [];
  #slots = new Int32Array(0);
  /** Slots of the entries of dictionaries (−1: not looked up yet); emptied when a key goes. */
  #entrySlots = new WeakMap<Column, Int32Array>();

  constructor(keyTypes: readonly DataType[]) {
    this.#layout = layoutOf(keyTypes);
    this.#packed = new PackedKeys(this.#layout);
    this.#probe = probeFor(this.#layout);
    this.#keys = buffers.int32(firstCapacity * this.#layout.stride);
  }

  /** The slot of each row's key, which is inserted when it is new. Borrowed until the next call. */
  lookupOrInsert(columns: readonly Column[], count: number): Int32Array {
    this.insertedCount = 0;
    const only = columns.length === 1 ? columns[0]! : null;
    if (only !== null && only.encoding === "dictionary") return this.#lookupDictionary(only, count);
    if (columns.every((column) => column.encoding === "constant")) return this.#lookupConstant(columns, count);
    return this.#lookup(columns, count, true);
  }

  /** The slot of each row's key, −1 where the table has no such key. Borrowed until the next call. */
  find(columns: readonly Column[], count: number): Int32Array {
    return this.#lookup(columns, count, false);
  }

  /** Takes keys out; each slot must hold one. */
  remove(slots: Int32Array, count: number): void {
    const mask = this.#index.length - 1;
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      this.#arenaLive -= this.#keyBytes(slot);
      this.#removeFromIndex(slot, mask);
      this.#free.push(slot);
    }
    this.size -= count;
    if (count > 0) this.#entrySlots = new WeakMap();
  }

  /** The slots of all keys, ascending. */
  liveSlots(): Int32Array {
    const slots = new Int32Array(this.size);
    let count = 0;
    for (const entry of this.#index) if (entry !== 0) slots[count++] = entry - 1;
    return slots.toSorted();
  }

  /** The keys at the slots, one column a key column. */
  keyColumns(slots: Int32Array, count: number): Column[] {
    return unpackKeys(this.#layout, this.#keys, this.#arena, slots, count);
  }

  /** The 32-bit group hash of each slot's key, as a column. */
  groupColumn(slots: Int32Array, count: number): Column {
    const values = buffers.int32(count);
    for (let j = 0; j < count; j++) values[j] = this.#hashes[slots[j]!]!;
    return { type: types.int, encoding: "i32", length: count, nulls: null, values };
  }

  get memoryBytes(): number {
    return this.#index.byteLength + this.#keys.byteLength + this.#hashes.byteLength + this.#arena.byteLength;
  }

  #lookup(columns: readonly Column[], count: number, insert: boolean): Int32Array {
    this.#packed.pack(columns, count);
    const slots = this.#slotBuffer(count);
    const { words, hashes, bytes } = this.#packed;
    let row = 0;
    // The probe stops at a key that is not there; inserting may move the table's arrays.
    for (;;) {
      row = this.#probe(row, count, this.#index, this.#hashes, this.#keys, words, hashes, this.#arenaWords, bytes, slots);
      if (row === count) return slots;
      slots[row] = insert ? this.#insert(row) : -1;
      row++;
    }
  }

  #lookupConstant(columns: readonly Column[], count: number): Int32Array {
    if (count === 0) return this.#slotBuffer(0);
    const values = columns.map((column) => {
      assert(column.encoding === "constant", "constants only");
      return column.value;
    });
    const slot = this.#lookup(values, 1, true)[0]!;
    return this.#slotBuffer(count).fill(slot, 0, count);
  }

  #lookupDictionary(column: DictionaryColumn, count: number): Int32Array {
    const { codes, nulls, dictionary } = column;
    let entrySlots = this.#entrySlots.get(dictionary);
    if (entrySlots === undefined) {
      entrySlots = new Int32Array(dictionary.length).fill(-1);
      this.#entrySlots.set(dictionary, entrySlots);
    }
    // Rows whose key is not known by its code yet, the first of each code and of null.
    const unknown: number[] = [];
    let nullSlot = -1;
    for (let i = 0; i < count; i++) {
      if (nulls !== null && nulls[i] !== 0) {
        if (nullSlot === -1) unknown.push(i);
        nullSlot = -2;
      } else if (entrySlots[codes[i]!] === -1) {
        unknown.push(i);
        entrySlots[codes[i]!] = -2;
      }
    }
    if (unknown.length > 0) {
      const found = this.#lookup([takeColumn(column, Int32Array.from(unknown), unknown.length)], unknown.length, true);
      unknown.forEach((row, u) => {
        if (nulls !== null && nulls[row] !== 0) nullSlot = found[u]!;
        else entrySlots[codes[row]!] = found[u]!;
      });
    }
    const slots = this.#slotBuffer(count);
    if (nulls === null) for (let i = 0; i < count; i++) slots[i] = entrySlots[codes[i]!]!;
    else for (let i = 0; i < count; i++) slots[i] = nulls[i] !== 0 ? nullSlot : entrySlots[codes[i]!]!;
    return slots;
  }

  #slotBuffer(count: number): Int32Array {
    if (this.#slots.length < count) this.#slots = new Int32Array(2 * count);
    return this.#slots;
  }

  #insert(row: number): number {
    if (2 * (this.size + 1) > this.#index.length) this.#growIndex();
    const slot = this.#free.pop() ?? this.slotLimit++;
    if (slot >= this.#hashes.length) this.#growSlots();
    this.#storeKey(row, slot);
    const hash = this.#packed.hashes[row]!;
    this.#hashes[slot] = hash;
    const mask = this.#index.length - 1;
    let p = hash & mask;
    while (this.#index[p] !== 0) p = (p + 1) & mask;
    this.#index[p] = slot + 1;
    this.size++;
    if (this.insertedCount === this.inserted.length) this.inserted = grown(this.inserted, new Int32Array(2 * this.insertedCount));
    this.inserted[this.insertedCount++] = slot;
    return slot;
  }

  #storeKey(row: number, slot: number): void {
    const { stride, columns } = this.#layout;
    const { words, bytes } = this.#packed;
    for (let w = 0; w < stride; w++) this.#keys[slot * stride + w] = words[row * stride + w]!;
    const needed = this.#keyBytes(slot);
    if (this.#arenaUsed + needed > this.#arena.length) this.#compactArena(needed);
    this.#arenaLive += needed;
    for (let c = 0; c < columns.length; c++) {
      const { kind, offset } = columns[c]!;
      if (kind !== "bytes") continue;
      const source = bytes[c]!;
      const from = words[row * stride + offset]!;
      const length = words[row * stride + offset + 1]!;
      for (let k = 0; k < length; k++) this.#arena[this.#arenaUsed + k] = source.getUint8(from + k);
      this.#keys[slot * stride + offset] = this.#arenaUsed;
      this.#arenaUsed += length;
    }
  }

  #keyBytes(slot: number): number {
    const { stride, columns } = this.#layout;
    let sum = 0;
    for (const { kind, offset } of columns) if (kind === "bytes") sum += this.#keys[slot * stride + offset + 1]!;
    return sum;
  }

  /** Deletion without tombstones: entries that the gap would cut off from their bucket move into it. */
  #removeFromIndex(slot: number, mask: number): void {
    const index = this.#index;
    let gap = this.#hashes[slot]! & mask;
    while (index[gap] !== slot + 1) gap = (gap + 1) & mask;
    for (let p = (gap + 1) & mask; index[p] !== 0; p = (p + 1) & mask) {
      const home = this.#hashes[index[p]! - 1]! & mask;
      if (((p - home) & mask) >= ((p - gap) & mask)) {
        index[gap] = index[p]!;
        gap = p;
      }
    }
    index[gap] = 0;
  }

  #growIndex(): void {
    const old = this.#index;
    const index = buffers.int32(old.length * 2);
    const mask = index.length - 1;
    for (let q = 0; q < old.length; q++) {
      const entry = old[q]!;
      if (entry === 0) continue;
      let p = this.#hashes[entry - 1]! & mask;
      while (index[p] !== 0) p = (p + 1) & mask;
      index[p] = entry;
    }
    this.#index = index;
  }

  #growSlots(): void {
    const capacity = this.#hashes.length * 2;
    this.#hashes = grown(this.#hashes, buffers.int32(capacity));
    this.#keys = grown(this.#keys, buffers.int32(capacity * this.#layout.stride));
  }

  /** Slides the bytes of the keys in the index together, into an arena with room for `more`. */
  #compactArena(more: number): void {
    const size = Math.max(1024, 2 * (this.#arenaLive + more));
    assert(size < 2 ** 31, "the keys of one state table take more than 2 GB");
    const arena = buffers.bytes(size);
    const { stride, columns } = this.#layout;
    let used = 0;
    for (const entry of this.#index) {
      if (entry === 0) continue;
      for (const { kind, offset } of columns) {
        if (kind !== "bytes") continue;
        const word = (entry - 1) * stride + offset;
        const start = this.#keys[word]!;
        const length = this.#keys[word + 1]!;
        arena.set(this.#arena.subarray(start, start + length), used);
        this.#keys[word] = used;
        used += length;
      }
    }
    this.#arena = arena;
    this.#arenaWords = wordsOf(arena);
    this.#arenaUsed = used;
  }
}

function grown(array: Int32Array, larger: Int32Array): Int32Array {
  larger.set(array);
  return larger;
}
