import { buffers } from "../arrow/buffers.js";
import { longsOfDoubles } from "../arrow/columns.js";
import type { Column, FixedColumn, Nulls } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { gatherI64 } from "./gather.js";
import { Lane, laneColumn, type SeenLane } from "./lane.js";
import type { Loop, RowAccess } from "./loop.js";

/**
 * One 64-bit integer a slot, exact at every magnitude: doubles while every value is a safe integer, BigInts from the first one on that is not.
 */
export class LongValueLane {
  #narrow: Lane<"f64"> | null = new Lane("f64", 0);
  #wide: Lane<"i64"> | null = null;

  reserve(capacity: number): void {
    this.#narrow?.reserve(capacity);
    this.#wide?.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#narrow?.clear(slots, count);
    this.#wide?.clear(slots, count);
  }

  /** Makes the lane fit for the values of this column. Before `read` and `write` of the same loop. */
  prepare(access: RowAccess): void {
    if (!access.big || this.#narrow === null) return;
    const { values } = this.#narrow;
    const wide = new Lane("i64", 0n);
    wide.reserve(values.length);
    wide.values.set(longsOfDoubles(values, values.length, null));
    this.#wide = wide;
    this.#narrow = null;
  }

  /** The text of the slot's value. It compares with any other, as JavaScript compares numbers and BigInts exactly. */
  read(loop: Loop): string {
    return `${loop.bind((this.#narrow ?? this.#wide!).values)}[s]`;
  }

  /** The statement that stores a value. */
  write({ value, big }: RowAccess, loop: Loop): string {
    return `${this.read(loop)} = ${this.#narrow === null && !big ? `BigInt(${value})` : value};`;
  }

  /** The values of all slots, by slot; null when they are BigInts. Borrowed. */
  view(type: DataType, seen: SeenLane): Column | null {
    return this.#narrow === null ? null : laneColumn(type, this.#narrow, seen);
  }

  gather(type: DataType, slots: Int32Array, count: number, nulls: Nulls): FixedColumn {
    if (this.#narrow === null) return gatherI64(type, this.#wide!.values, slots, count, nulls);
    const values = buffers.float64(count);
    const narrow = this.#narrow.values;
    for (let j = 0; j < count; j++) values[j] = narrow[slots[j]!]!;
    return { type, encoding: "f64", length: count, nulls, values };
  }

  get bytes(): number {
    return (this.#narrow ?? this.#wide!).bytes;
  }
}
