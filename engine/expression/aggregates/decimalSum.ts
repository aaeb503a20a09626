import type { Column } from "../../arrow/column.js";
import { buffers } from "../../arrow/buffers.js";
import { field, types, type DecimalType, type Field } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { EvalMode } from "../../values/evalMode.js";
import type { InlineAccumulator } from "./aggregateFunction.js";
import { decimalColumn, DecimalLane, decimalReader } from "../../state/decimalLane.js";
import { SeenLane } from "../../state/lane.js";
import type { Loop } from "../../state/loop.js";
import { whenPresent } from "../../state/loop.js";

/** Spark's type of the sum of decimals: ten digits more, at most 38. */
export function decimalSumType({ precision, scale }: DecimalType): DecimalType {
  return types.decimal(Math.min(38, precision + 10), scale);
}

/** Sum of decimals, exact. A sum beyond its precision is an error (ansi) or null from then on (legacy and try). */
export class DecimalSumAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DecimalType;
  readonly #mode: EvalMode;
  readonly #limit: bigint;
  readonly #sum = new DecimalLane();
  /** 0: no value yet; 1: a sum; 2: overflowed. */
  readonly #seen = new SeenLane();

  constructor(type: DecimalType, mode: EvalMode) {
    this.#type = type;
    this.#mode = mode;
    this.#limit = 10n ** BigInt(type.precision);
    this.stateFields = [field("sum", type), field("isEmpty", types.boolean, false)];
  }

  reserve(capacity: number): void {
    this.#sum.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#sum.clear(slots, count);
    this.#seen.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const read = decimalReader(args[0]!);
    const add = loop.bind((s: number, i: number) => this.#add(s, read(i)!));
    return whenPresent([loop.nullTest(args[0]!)], `${add}(s, i);`);
  }

  merge(state: readonly Column[], loop: Loop): string {
    const overflow = loop.bind((s: number) => this.#overflow(s));
    const isNull = loop.nullTest(state[0]!) ?? "false";
    return `${this.update([state[0]!], loop)} if (${isNull} && ${loop.access(state[1]!).value} === 0) ${overflow}(s);`;
  }

  save(slots: Int32Array, count: number): Column[] {
    const empty = buffers.bytes(count);
    for (let j = 0; j < count; j++) empty[j] = this.#seen.values[slots[j]!] === 0 ? 1 : 0;
    return [this.finish(slots, count), { type: types.boolean, encoding: "u8", length: count, nulls: null, values: empty }];
  }

  finish(slots: Int32Array, count: number): Column {
    let nulls: Uint8Array | null = null;
    for (let j = 0; j < count; j++) {
      if (this.#seen.values[slots[j]!] === 1) continue;
      nulls ??= buffers.bytes(count);
      nulls[j] = 1;
    }
    return decimalColumn(this.#type, count, nulls, (j) => this.#sum.get(slots[j]!));
  }

  /** The sum of a slot; null when it has none. For the average. */
  sumOf(slot: number): bigint | null {
    return this.#seen.values[slot] === 1 ? this.#sum.get(slot) : null;
  }

  get memoryBytes(): number {
    return this.#sum.bytes + this.#seen.bytes;
  }

  #add(slot: number, x: bigint): void {
    if (this.#seen.values[slot] === 2) return;
    const total = this.#sum.get(slot) + x;
    if (total >= this.#limit || total <= -this.#limit) return this.#overflow(slot);
    this.#sum.set(slot, total);
    this.#seen.values[slot] = 1;
  }

  #overflow(slot: number): void {
    if (this.#mode === "ansi") {
      throw new StreamingError("ARITHMETIC_OVERFLOW", {
        message: "Overflow in sum of decimals",
        alternative: "Use 'try_sum' to tolerate overflow and return NULL instead.",
        config: '"spark.sql.ansi.enabled"',
      });
    }
    this.#seen.values[slot] = 2;
  }
}
