import { buffers } from "../arrow/buffers.js";
import type { Column } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";

/** The arrays a lane may be of. */
export interface LaneArrays {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
}

const make: { [K in keyof LaneArrays]: (length: number) => LaneArrays[K] } = {
  u8: (length) => buffers.bytes(length),
  i32: (length) => buffers.int32(length),
  f64: (length) => buffers.float64(length),
  i64: (length) => buffers.int64(length),
};

/** One number for every slot, in an array that grows by doubling. A slot that was never written holds the initial value. */
export class Lane<K extends keyof LaneArrays> {
  values: LaneArrays[K];
  readonly #kind: K;
  readonly #width: number;
  readonly #initial: number | bigint;

  /** `initial`: what a cleared slot holds; `width`: elements a slot. */
  constructor(kind: K, initial: LaneArrays[K][number], width = 1) {
    this.#kind = kind;
    this.#initial = initial;
    this.#width = width;
    this.values = make[kind](0);
  }

  reserve(capacity: number): void {
    const needed = capacity * this.#width;
    if (needed <= this.values.length) return;
    const grown = make[this.#kind](Math.max(needed, this.values.length * 2));
    (grown as Float64Array).set(this.values as Float64Array);
    if (this.#initial !== 0 && this.#initial !== 0n) (grown as Float64Array).fill(this.#initial as number, this.values.length);
    this.values = grown;
  }

  clear(slots: Int32Array, count: number): void {
    const values = this.values as Float64Array;
    const initial = this.#initial as number;
    if (this.#width === 1) {
      for (let j = 0; j < count; j++) values[slots[j]!] = initial;
      return;
    }
    for (let j = 0; j < count; j++) values.fill(initial, slots[j]! * this.#width, (slots[j]! + 1) * this.#width);
  }

  get bytes(): number {
    return this.values.byteLength;
  }
}

/** A lane of doubles as a column, by slot. Borrowed. */
export function laneColumn(type: DataType, { values }: Lane<"f64">, seen: SeenLane | null): Column {
  return { type, encoding: "f64", length: values.length, nulls: seen?.unseen() ?? null, values };
}

/** Whether each slot has seen a value that counts. */
export class SeenLane extends Lane<"u8"> {
  constructor() {
    super("u8", 0);
  }

  /** The nulls of all slots: those that saw nothing. */
  unseen(): Uint8Array {
    const seen = this.values;
    const nulls = new Uint8Array(seen.length);
    for (let s = 0; s < seen.length; s++) nulls[s] = 1 - seen[s]!;
    return nulls;
  }

  /** The nulls of a result that is null for the slots that saw nothing. */
  nulls(slots: Int32Array, count: number): Uint8Array | null {
    const seen = this.values;
    let nulls: Uint8Array | null = null;
    for (let j = 0; j < count; j++) {
      if (seen[slots[j]!] !== 0) continue;
      nulls ??= buffers.bytes(count);
      nulls[j] = 1;
    }
    return nulls;
  }
}
