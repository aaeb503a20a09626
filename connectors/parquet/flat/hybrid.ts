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
  /** Of a packed run: bits that were read of the bytes and not yet given. */
  #bits = 0;
  #bitCount = 0;
  /** Where the bytes of a packed run end. */
  #packedEnd = 0;

  /** @param width bits of a value */
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
    private readonly width: number,
  ) {
    // Wider ones do not fit into the bits that are held, and belong to dictionaries of 16 million entries.
    if (width > widestCode) throw new DamagedParquet(`codes of ${width} bits`);
  }

  /** Writes the next values to `into[at .. at + count)`. */
  read(into: Int32Array | Uint8Array, at: number, count: number): void {
    for (let done = 0; done < count;) {
      if (this.#left === 0) this.#nextRun();
      const taken = Math.min(this.#left, count - done);
      if (this.#repeated >= 0) into.fill(this.#repeated, at + done, at + done + taken);
      else this.#unpack(into, at + done, taken);
      this.#left -= taken;
      done += taken;
    }
  }

  /** Goes past values when so many of one kind come next; says whether they did. */
  skipRun(value: number, count: number): boolean {
    if (this.#left === 0 && count > 0) this.#nextRun();
    if (this.#repeated !== value || this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  #unpack(into: Int32Array | Uint8Array, at: number, count: number): void {
    const { bytes, width } = this;
    const mask = (1 << width) - 1;
    let from = this.at;
    let bits = this.#bits;
    let bitCount = this.#bitCount;
    for (let i = at; i < at + count; i++) {
      while (bitCount < width) {
        bits |= bytes[from++]! << bitCount;
        bitCount += 8;
      }
      into[i] = bits & mask;
      bits >>>= width;
      bitCount -= width;
    }
    this.at = from;
    this.#bits = bits;
    this.#bitCount = bitCount;
  }

  #nextRun(): void {
    this.#bitCount = 0;
    this.#bits = 0;
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
