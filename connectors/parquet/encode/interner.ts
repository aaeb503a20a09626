import { copyBytes, hashBytes, sameBytes, wordsOf } from "../../../engine/arrow/byteHash.js";

/** Numbers values in the order in which they are first seen. */
export interface Interner {
  readonly size: number;
  /** Writes the codes of values `from` to `to` to `codes` from `at` on; gives false, with the work left half done, when the different values take too many bytes. */
  add(from: number, to: number, codes: Int32Array, at: number): boolean;
}

const firstSlots = 1024;
const spread = 0x9e3779b1 | 0;

/** Numbers of 4 or 8 bytes, told apart by their bits. */
export class NumberInterner implements Interner {
  /** A code and 1 at the place of its value; 0 where there is none. */
  #slots = new Int32Array(firstSlots);
  #entries: Int32Array;
  size = 0;

  /** @param words one or two of each value */
  constructor(
    private readonly words: 1 | 2,
    private readonly largestBytes: number,
  ) {
    this.#entries = new Int32Array(firstSlots * words);
  }

  /** The different values, by code. */
  get entries(): Int32Array {
    return this.#entries.subarray(0, this.size * this.words);
  }

  /** The values that `add` numbers. */
  source: Int32Array = new Int32Array(0);

  add(from: number, to: number, codes: Int32Array, at: number): boolean {
    const { source } = this;
    const isWide = this.words === 2;
    for (let i = from; i < to; i++) {
      const low = isWide ? source[2 * i]! : source[i]!;
      const high = isWide ? source[2 * i + 1]! : 0;
      const code = this.#codeOf(low, high);
      if (code < 0) return false;
      codes[at + i - from] = code;
    }
    return true;
  }

  #codeOf(low: number, high: number): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = slots.length - 1;
    let slot = hashOf(low, high) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const code = slots[slot]! - 1;
      if (this.words === 1 ? entries[code] === low : entries[2 * code] === low && entries[2 * code + 1] === high) return code;
    }
    return this.#insert(slot, low, high);
  }

  #insert(slot: number, low: number, high: number): number {
    const { words, size } = this;
    if ((size + 1) * words * 4 > this.largestBytes) return -1;
    if ((size + 1) * words > this.#entries.length) this.#entries = grown(this.#entries);
    this.#entries[size * words] = low;
    if (words === 2) this.#entries[size * 2 + 1] = high;
    this.#slots[slot] = ++this.size;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return size;
  }

  #rehash(): void {
    const { words } = this;
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = hashOf(this.#entries[code * words]!, words === 2 ? this.#entries[code * 2 + 1]! : 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b | 0), spread);
  return mixed ^ (mixed >>> 15);
}

function grown(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2);
  larger.set(words);
  return larger;
}

/** Texts that lie one after the other. */
export class TextInterner implements Interner {
  #slots = new Int32Array(firstSlots);
  #hashes = new Int32Array(firstSlots);
  #offsets = new Int32Array(firstSlots);
  #data = new Uint8Array(16 * firstSlots);
  #words = wordsOf(this.#data);
  size = 0;
  /** The texts that `add` numbers. */
  source: { readonly data: Uint8Array; readonly offsets: Int32Array } = { data: new Uint8Array(0), offsets: new Int32Array(1) };

  constructor(private readonly largestBytes: number) {}

  get data(): Uint8Array {
    return this.#data;
  }

  get offsets(): Int32Array {
    return this.#offsets.subarray(0, this.size + 1);
  }

  add(from: number, to: number, codes: Int32Array, at: number): boolean {
    const { data, offsets } = this.source;
    const words = wordsOf(data);
    for (let i = from; i < to; i++) {
      const code = this.#codeOf(words, offsets[i]!, offsets[i + 1]! - offsets[i]!);
      if (code < 0) return false;
      codes[at + i - from] = code;
    }
    return true;
  }

  #codeOf(words: DataView, start: number, length: number): number {
    const hash = hashBytes(words, start, length);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const code = slots[slot]! - 1;
      if (this.#hashes[code] !== hash) continue;
      const own = this.#offsets[code]!;
      if (this.#offsets[code + 1]! - own === length && sameBytes(this.#words, own, words, start, length)) return code;
    }
    return this.#insert(slot, hash, words, start, length);
  }

  #insert(slot: number, hash: number, words: DataView, start: number, length: number): number {
    const code = this.size;
    const at = this.#offsets[code]!;
    if (at + length + 4 * (code + 1) > this.largestBytes) return -1;
    while (at + length > this.#data.length) {
      const larger = new Uint8Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
      this.#words = wordsOf(larger);
    }
    copyBytes(words, start, this.#words, at, length);
    if (code + 2 > this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#hashes = grown(this.#hashes);
    }
    this.#offsets[code + 1] = at + length;
    this.#hashes[code] = hash;
    this.#slots[slot] = ++this.size;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = this.#hashes[code]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }
}
