import { StreamingError } from "../../../engine/errors/streamingError.js";
import { plainValuesWasm } from "../../../engine/kernel/wasm/plainValues.generated.js";
import { snappyWasm } from "../../../engine/kernel/wasm/snappy.generated.js";
import { instantiate, webAssembly, type SharedMemory } from "../../../engine/kernel/wasm/webAssembly.js";

interface Kernels {
  compress(from: number, length: number, to: number, table: number): number;
  longsOfDoubles(at: number, count: number): void;
  plainTexts(offsets: number, data: number, count: number, to: number): number;
}

const pageBytes = 65536;
/** 2 GiB are reserved, not taken: a shared memory never moves. */
const maximumPages = 32768;
/** What the kernels may read or write beyond what they were told to. */
const padBytes = 64;
const tableBytes = 32768;
/** Where the values of a page begin; levels end here, so that values of eight bytes lie at a multiple of eight. */
const valuesAt = 2 * pageBytes;
/** A memory that has grown beyond this is let go after its file: it never shrinks. */
const largestKeptBytes = 64 * 1024 * 1024;

/**
 * The page that is being written, in the memory of the kernels: values are put here in the layout of the file, levels before them when all are known, and then
 * it is compressed. Whoever writes a file has it to itself until the file is finished.
 */
export class PageMemory {
  private readonly memory: SharedMemory = new webAssembly.Memory({ initial: 64, maximum: maximumPages, shared: true });
  private readonly kernels = {
    ...(instantiate(snappyWasm, this.memory) as Kernels),
    ...(instantiate(plainValuesWasm, this.memory) as Kernels),
  };
  #bytes = new Uint8Array(this.memory.buffer);
  /** Where the next value goes. */
  #at = valuesAt;
  #start = valuesAt;
  /** Truth values that were put. */
  #bits = 0;

  /** Of the values and, once they are there, the levels. */
  get length(): number {
    return this.#at - this.#start;
  }

  get isLarge(): boolean {
    return this.#bytes.length > largestKeptBytes;
  }

  begin(): void {
    this.#at = this.#start = valuesAt;
    this.#bits = 0;
  }

  /** Values as they lie. */
  put(values: Uint8Array): void {
    this.reserve(values.length);
    this.#bytes.set(values, this.#at);
    this.#at += values.length;
  }

  /** Room for `length` more bytes, all 0 or of an earlier page, for the caller to fill. */
  take(length: number): Uint8Array {
    this.reserve(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Truth values, a bit each. */
  putBits(values: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const place = this.#bits++ & 7;
      if (place === 0) this.take(1)[0] = 0;
      this.#bytes[this.#at - 1]! |= values[i]! << place;
    }
  }

  putInts(values: Int32Array | Int16Array | Int8Array): void {
    const bytes = this.take(values.length * 4);
    new Int32Array(bytes.buffer, bytes.byteOffset, values.length).set(values);
  }

  /** Safe integers as numbers of 64 bits. */
  putLongs(values: Float64Array): void {
    const bytes = this.take(values.length * 8);
    new Float64Array(bytes.buffer, bytes.byteOffset, values.length).set(values);
    this.kernels.longsOfDoubles(bytes.byteOffset, values.length);
  }

  /** Texts `from` to `to`, each behind its length. */
  putTexts(data: Uint8Array, offsets: Int32Array, from: number, to: number): void {
    const [first, last] = [offsets[from]!, offsets[to]!];
    const size = 4 * (to - from) + last - first;
    // The source lies behind what is made of it.
    const offsetsAt = (this.#at + size + padBytes + 3) & ~3;
    const dataAt = offsetsAt + 4 * (to - from + 1);
    this.reserve(dataAt + (last - first) - this.#at);
    new Int32Array(this.memory.buffer, offsetsAt, to - from + 1).set(offsets.subarray(from, to + 1));
    this.#bytes.set(data.subarray(first, last), dataAt);
    this.#at = this.kernels.plainTexts(offsetsAt, dataAt, to - from, this.#at);
  }

  /** Puts the levels before the values. */
  putLevels(levels: Uint8Array): void {
    this.#start -= levels.length;
    this.#bytes.set(levels, this.#start);
  }

  /** The page as it is, lent until it is begun anew. */
  plain(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#at);
  }

  /** The page in Snappy's format, lent until it is begun anew. */
  compressed(): Uint8Array {
    const { length } = this;
    const to = this.#at + padBytes;
    this.reserve(padBytes + length + Math.ceil(length / 6) + 32);
    return this.#bytes.subarray(to, this.kernels.compress(this.#start, length, to, pageBytes - tableBytes));
  }

  /** @throws RECORD_TOO_LARGE */
  private reserve(length: number): void {
    const missing = this.#at + length + padBytes - this.#bytes.length;
    if (missing <= 0) return;
    const present = this.#bytes.length / pageBytes;
    if (present + Math.ceil(missing / pageBytes) > maximumPages) {
      throw new StreamingError("RECORD_TOO_LARGE", { size: String(length), limit: String(maximumPages * pageBytes) });
    }
    this.memory.grow(Math.min(Math.max(Math.ceil(missing / pageBytes), present >> 1), maximumPages - present));
    this.#bytes = new Uint8Array(this.memory.buffer);
  }
}
