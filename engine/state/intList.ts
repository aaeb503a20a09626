import { buffers } from "../arrow/buffers.js";

const firstCapacity = 16;
/** Most lists stay empty, and a buffer costs more than all else here. */
const nothing = new Int32Array(0);

/** Integers in an array that grows by doubling: the one list of slots, of rows, of pairs. */
export class IntList {
  values: Int32Array;
  count = 0;

  constructor(capacity = 0) {
    this.values = capacity === 0 ? nothing : buffers.int32(capacity);
  }

  push(value: number): void {
    if (this.count === this.values.length) this.reserve(Math.max(firstCapacity, 2 * this.count));
    this.values[this.count++] = value;
  }

  /** Takes the last value out. The list must have one. */
  pop(): number {
    return this.values[--this.count]!;
  }

  /** Makes room for `capacity` values, which the caller may then write into `values` and count itself. */
  reserve(capacity: number): void {
    if (capacity <= this.values.length) return;
    const grown = buffers.int32(Math.max(capacity, 2 * this.values.length));
    grown.set(this.values.subarray(0, this.count));
    this.values = grown;
  }

  pushAll(other: IntList): void {
    this.reserve(this.count + other.count);
    this.values.set(other.view(), this.count);
    this.count += other.count;
  }

  clear(): void {
    this.count = 0;
  }

  /** The values. Borrowed until the list changes. */
  view(): Int32Array {
    return this.values.subarray(0, this.count);
  }

  get bytes(): number {
    return this.values.byteLength;
  }
}
