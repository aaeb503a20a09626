import { buffers } from "../arrow/buffers.js";
import type { Column, FixedColumn, Nulls } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { StreamingError } from "../errors/streamingError.js";
import type { EvalMode } from "../values/evalMode.js";
import { Lane, laneColumn, type SeenLane } from "./lane.js";
import type { Loop, RowAccess } from "./loop.js";

const unit = 2 ** 52;
const bigUnit = BigInt(unit);
const longMin = -(2n ** 63n);
const longMax = 2n ** 63n - 1n;

/**
 * Exact 64-bit sums in two doubles a slot: high · 2^52 + low, |high| ≤ 2047, low in [-2^52, 2^52): exactly the range of a long. A step adds to `low` and
 * touches `high` only when `low` leaves its range, so that the overflow check costs nothing elsewhere.
 */
export class LongSumLane {
  readonly #high = new Lane("f64", 0);
  readonly #low = new Lane("f64", 0);
  readonly #overflowed = new Lane("u8", 0);
  readonly #mode: EvalMode;
  /** Whether a sum ever needed its high part. */
  #isWide = false;

  constructor(mode: EvalMode) {
    this.#mode = mode;
  }

  reserve(capacity: number): void {
    this.#high.reserve(capacity);
    this.#low.reserve(capacity);
    if (this.#mode === "try") this.#overflowed.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#high.clear(slots, count);
    this.#low.clear(slots, count);
    if (this.#mode === "try") this.#overflowed.clear(slots, count);
  }

  /** The statement that adds a value to slot `s`. */
  add({ value, big }: RowAccess, loop: Loop): string {
    if (big) return `${loop.bind((s: number, x: bigint) => this.#addBig(s, x))}(s, ${value});`;
    const low = loop.bind(this.#low.values);
    const carry = loop.bind((s: number, x: number) => this.#carry(s, x));
    return `const x = ${value}, sum = ${low}[s] + x;
    if (sum < ${unit} && sum >= -${unit}) ${low}[s] = sum; else ${carry}(s, x);`;
  }

  /** Whether the slot's sum has left the range of a long (mode `try`; there it stays null). */
  overflowed(slot: number): boolean {
    return this.#mode === "try" && this.#overflowed.values[slot] !== 0;
  }

  /** Marks a slot as overflowed (a restored null sum of mode `try`). */
  markOverflowed(slot: number): void {
    this.#overflowed.values[slot] = 1;
  }

  /** The sums of all slots, by slot; null when one of them is beyond a double. Borrowed. */
  view(type: DataType, seen: SeenLane): Column | null {
    return this.#isWide ? null : laneColumn(type, this.#low, seen);
  }

  /** The sums as a column: doubles when all are safe integers, else BigInts. */
  gather(type: DataType, slots: Int32Array, count: number, nulls: Nulls): FixedColumn {
    const high = this.#high.values;
    const low = this.#low.values;
    const out = buffers.float64(count);
    for (let j = 0; j < count; j++) {
      const s = slots[j]!;
      const sum = high[s]! * unit + low[s]!;
      if (!Number.isSafeInteger(sum)) return this.#gatherBig(type, slots, count, nulls);
      out[j] = sum;
    }
    return { type, encoding: "f64", length: count, nulls, values: out };
  }

  get bytes(): number {
    return this.#high.bytes + this.#low.bytes + this.#overflowed.bytes;
  }

  #gatherBig(type: DataType, slots: Int32Array, count: number, nulls: Nulls): FixedColumn {
    const out = buffers.int64(count);
    for (let j = 0; j < count; j++) out[j] = this.#total(slots[j]!);
    return { type, encoding: "i64", length: count, nulls, values: out };
  }

  #total(slot: number): bigint {
    return BigInt(this.#high.values[slot]!) * bigUnit + BigInt(this.#low.values[slot]!);
  }

  /** Adds a value that takes `low` out of its range. */
  #carry(slot: number, x: number): void {
    const units = Math.trunc(x / unit);
    const low = this.#low.values[slot]! + (x - units * unit);
    const carry = low >= 0 ? Math.floor(low / unit) : -(Math.ceil(-low / unit) - 1);
    const high = this.#high.values[slot]! + units + carry;
    // Near the ends of the range the signs of the two parts matter.
    if (high > 2046 || high < -2046) this.#addBig(slot, BigInt(x));
    else this.#store(slot, high, low - carry * unit);
  }

  #addBig(slot: number, x: bigint): void {
    const total = this.#total(slot) + x;
    if (total > longMax || total < longMin) this.#overflow(slot, total);
    else this.#storeBig(slot, total);
  }

  #overflow(slot: number, total: bigint): void {
    if (this.#mode === "ansi") throw sumOverflow();
    if (this.#mode === "try") this.markOverflowed(slot);
    this.#storeBig(slot, BigInt.asIntN(64, total));
  }

  #storeBig(slot: number, total: bigint): void {
    // Rounded towards zero, so that low has the sign of the total; the smallest long becomes (-2047, -2^52).
    let high = Number(total / bigUnit);
    let low = Number(total % bigUnit);
    if (high === -2048) {
      high = -2047;
      low -= unit;
    }
    this.#store(slot, high, low);
  }

  #store(slot: number, high: number, low: number): void {
    if (high !== 0) this.#isWide = true;
    this.#high.values[slot] = high;
    this.#low.values[slot] = low;
  }
}

function sumOverflow(): StreamingError {
  return new StreamingError("ARITHMETIC_OVERFLOW", {
    message: "overflow",
    alternative: "Use 'try_add' to tolerate overflow and return NULL instead.",
    config: '"spark.sql.ansi.enabled"',
  });
}
