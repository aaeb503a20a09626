import { DamagedParquet } from "../thrift.js";

/**
 * Numbers of a few bits, in runs of one value and runs of packed ones: definition levels, and codes of a dictionary. Read piece by piece, so that a page
 * of any size costs no memory of its own.
 */
export class HybridReader {
  /** Values that are left of the run. */
  #left = 0;
  /** The value of a run of one; −1 in a packed one. */
  #repeated = 0;
  /** Of a packed run: bits of the byte at `at` that were given. */
  #bit = 0;
  /** Where the bytes of a packed run end. */
  #packedEnd = 0;
  readonly #view: DataView;

  /** @param width bits of a value */
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
    private readonly width: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Wider ones do not fit into the bits that are held, and belong to dictionaries of 16 million entries.
    if (width > widestCode) throw new DamagedParquet(`codes of ${width} bits`);
  }

  /** Writes the next values to `into[0 .. count)`; gives the largest of them. */
  read(into: Int32Array, count: number): number {
    let largest = 0;
    for (let done = 0; done < count;) {
      if (this.#left === 0) this.#nextRun();
      const taken = Math.min(this.#left, count - done);
      if (this.#repeated >= 0) {
        into.fill(this.#repeated, done, done + taken);
        largest = Math.max(largest, this.#repeated);
      } else largest = Math.max(largest, this.#unpack(into, done, taken));
      this.#left -= taken;
      done += taken;
    }
    return largest;
  }

  /** Goes past values when so many of one kind come next; says whether they did. */
  skipRun(value: number, count: number): boolean {
    if (this.#left === 0 && count > 0) this.#nextRun();
    if (this.#repeated !== value || this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  #unpack(into: Int32Array, at: number, count: number): number {
    const { width } = this;
    const view = this.#view;
    const start = this.at;
    const mask = (1 << width) - 1;
    const lastWord = view.byteLength - 4;
    let bit = this.#bit;
    let largest = 0;
    for (let i = at; i < at + count; i++) {
      const byte = start + (bit >>> 3);
      const word = byte <= lastWord ? view.getInt32(byte, true) : this.#lastBytes(byte);
      const value = (word >>> (bit & 7)) & mask;
      into[i] = value;
      if (value > largest) largest = value;
      bit += width;
    }
    this.at = start + (bit >>> 3);
    this.#bit = bit & 7;
    return largest;
  }

  /** The four bytes from here on, zeros behind the end. */
  #lastBytes(at: number): number {
    let word = 0;
    for (let i = 0; i < 4; i++) word |= (this.bytes[at + i] ?? 0) << (8 * i);
    return word;
  }

  #nextRun(): void {
    this.#bit = 0;
    this.at = Math.max(this.at, this.#packedEnd);
    while (this.#left === 0) {
      const header = this.#header();
      if (header % 2 === 1) {
        // The last run may be cut off behind its last value.
        const bytes = Math.min(((header - 1) / 2) * this.width, this.end - this.at);
        this.#left = this.width === 0 ? ((header - 1) / 2) * 8 : Math.floor((bytes * 8) / this.width);
        this.#repeated = -1;
        this.#packedEnd = this.at + bytes;
      } else {
        this.#left = header / 2;
        this.#repeated = 0;
        const bytes = Math.ceil(this.width / 8);
        if (bytes > this.end - this.at) throw new DamagedParquet("a run beyond the end of its page");
        for (let i = 0; i < bytes; i++) this.#repeated |= this.bytes[this.at++]! << (8 * i);
        if (this.#repeated >= 2 ** this.width) throw new DamagedParquet("a value of too many bits");
      }
    }
  }

  #header(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.at >= this.end) throw new DamagedParquet("a page with too few values");
      const byte = this.bytes[this.at++]!;
      value += (byte & 127) * scale;
      if (value > 2 ** 32) throw new DamagedParquet("a run that is too long");
      if (byte < 128) return value;
    }
  }
}

/** Bits that a code may have: they and the rest of a byte fit into the 31 bits of a small integer. */
export const widestCode = 24;
