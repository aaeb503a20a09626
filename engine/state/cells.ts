import { checkedPlaces } from "../arrow/batchSize.js";
import { buffers } from "../arrow/buffers.js";
import { columnFromValues, plainColumn, readValue, type PlainColumn } from "../arrow/columns.js";
import type { Column, Nulls } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { CellWriter, readCell, writeCell } from "./cellCodec.js";
import { Lane } from "./lane.js";

/** The rows of a column as byte ranges: `load(row)`, then `data[start .. start + length)`. Strings and binaries are not copied. */
export class CellSource {
  data: Uint8Array;
  start = 0;
  length = 0;
  readonly nulls: Nulls;
  readonly allNull: boolean;
  readonly #column: PlainColumn;
  readonly #writer = new CellWriter();

  constructor(column: Column) {
    this.#column = plainColumn(column);
    this.nulls = this.#column.nulls;
    this.allNull = this.#column.encoding === "null";
    this.data = "data" in this.#column ? this.#column.data : this.#writer.bytes;
  }

  isNull(row: number): boolean {
    return this.allNull || (this.nulls !== null && this.nulls[row] !== 0);
  }

  load(row: number): void {
    const column = this.#column;
    if (column.encoding === "view") {
      this.start = column.starts[row]!;
      this.length = column.lengths[row]!;
      return;
    }
    if (column.encoding === "utf8") {
      this.start = column.offsets[row]!;
      this.length = column.offsets[row + 1]! - this.start;
      return;
    }
    const out = this.#writer;
    out.reset();
    if (column.encoding === "f64" && column.type.kind !== "double") out.safeLong(column.values[row]!);
    else if (column.encoding === "f64") out.f64(column.values[row]!);
    else writeCell(out, column.type, readValue(column, row), false);
    this.data = out.bytes;
    this.start = 0;
    this.length = out.length;
  }
}

/** One value of any type a slot, as bytes in an arena that is compacted once more than half of it is dead. */
export class Cells {
  readonly #type: DataType;
  readonly #start = new Lane("i32", 0);
  /** -1: no value. */
  readonly #length = new Lane("i32", -1);
  #arena = buffers.bytes(1024);
  #used = 0;
  #live = 0;

  constructor(type: DataType) {
    this.#type = type;
  }

  get data(): Uint8Array {
    return this.#arena;
  }

  startOf(slot: number): number {
    return this.#start.values[slot]!;
  }

  /** -1 when the slot holds nothing. */
  lengthOf(slot: number): number {
    return this.#length.values[slot]!;
  }

  reserve(capacity: number): void {
    this.#start.reserve(capacity);
    this.#length.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) this.remove(slots[j]!);
  }

  remove(slot: number): void {
    this.#live -= Math.max(this.#length.values[slot]!, 0);
    this.#length.values[slot] = -1;
  }

  set(slot: number, data: Uint8Array, start: number, length: number): void {
    this.remove(slot);
    if (this.#used + length > this.#arena.length) this.#makeRoom(length);
    copyRange(data, start, this.#arena, this.#used, length);
    this.#start.values[slot] = this.#used;
    this.#length.values[slot] = length;
    this.#used += length;
    this.#live += length;
  }

  /** The values of the slots; null where a slot holds none. */
  column(slots: Int32Array, count: number): Column {
    const type = this.#type;
    if (type.kind !== "string" && type.kind !== "binary") {
      return columnFromValues(
        type,
        Array.from({ length: count }, (_, j) => this.value(slots[j]!)),
      );
    }
    const offsets = buffers.int32(count + 1);
    let nulls: Uint8Array | null = null;
    for (let j = 0; j < count; j++) {
      const length = this.lengthOf(slots[j]!);
      if (length < 0) (nulls ??= buffers.bytes(count))[j] = 1;
      offsets[j + 1] = offsets[j]! + Math.max(length, 0);
    }
    const data = buffers.bytes(offsets[count]!);
    const starts = this.#start.values;
    for (let j = 0; j < count; j++) {
      if (offsets[j + 1]! > offsets[j]!) copyRange(this.#arena, starts[slots[j]!]!, data, offsets[j]!, offsets[j + 1]! - offsets[j]!);
    }
    return { type, encoding: "utf8", length: count, nulls, data, offsets };
  }

  value(slot: number): ReturnType<typeof readCell> {
    return this.lengthOf(slot) < 0 ? null : readCell(this.#type, this.#arena, this.startOf(slot), this.lengthOf(slot));
  }

  get bytes(): number {
    return this.#arena.byteLength + this.#start.bytes + this.#length.bytes;
  }

  /** Slides the live cells together into an arena with room for `more`, twice as large as what lives. */
  #makeRoom(more: number): void {
    const size = Math.max(1024, 2 * (this.#live + more));
    checkedPlaces(size, "The values of an aggregate");
    const arena = buffers.bytes(size);
    const starts = this.#start.values;
    const lengths = this.#length.values;
    let at = 0;
    for (let slot = 0; slot < lengths.length; slot++) {
      const length = lengths[slot]!;
      if (length <= 0) continue;
      copyRange(this.#arena, starts[slot]!, arena, at, length);
      starts[slot] = at;
      at += length;
    }
    this.#arena = arena;
    this.#used = at;
  }
}

/** Up to so many bytes are copied one by one: a call for a few costs more. */
const shortBytes = 64;

function copyRange(from: Uint8Array, start: number, into: Uint8Array, at: number, length: number): void {
  if (length > shortBytes) into.set(from.subarray(start, start + length), at);
  else for (let k = 0; k < length; k++) into[at + k] = from[start + k]!;
}

/** Bytewise order, a prefix first: Spark's order of strings and binaries. */
export function compareBytes(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): number {
  const shared = Math.min(aLength, bLength);
  for (let k = 0; k < shared; k++) {
    const difference = a[aStart + k]! - b[bStart + k]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
