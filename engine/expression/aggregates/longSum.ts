import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import { gatherU8 } from "../../state/gather.js";
import { SeenLane } from "../../state/lane.js";
import { LongSumLane } from "../../state/longLane.js";
import { whenPresent, type Loop } from "../../state/loop.js";
import type { EvalMode } from "../../values/evalMode.js";
import type { InlineAccumulator } from "./aggregateFunction.js";

/** Sum of byte to long, or of day-time intervals: exact at every magnitude. */
export class LongSumAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #mode: EvalMode;
  readonly #sum: LongSumLane;
  readonly #seen = new SeenLane();

  constructor(type: DataType, mode: EvalMode) {
    this.#type = type;
    this.#mode = mode;
    this.#sum = new LongSumLane(mode);
    this.stateFields = mode === "try" ? [field("sum", type), field("isEmpty", types.boolean, false)] : [field("sum", type)];
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
    const x = loop.access(args[0]!);
    return whenPresent([x.isNull], `${this.#sum.add(x, loop)} ${loop.bind(this.#seen.values)}[s] = 1;`);
  }

  merge(state: readonly Column[], loop: Loop): string {
    const restored = this.update([state[0]!], loop);
    if (this.#mode !== "try") return restored;
    const isEmpty = loop.access(state[1]!).value;
    const overflow = loop.bind((s: number) => this.#sum.markOverflowed(s));
    const sumIsNull = loop.nullTest(state[0]!) ?? "false";
    return `${restored} if (${sumIsNull} && ${isEmpty} === 0) { ${overflow}(s); ${loop.bind(this.#seen.values)}[s] = 1; }`;
  }

  view(): Column[] | null {
    const sum = this.#mode === "try" ? null : this.#sum.view(this.#type, this.#seen);
    return sum === null ? null : [sum];
  }

  save(slots: Int32Array, count: number): Column[] {
    const sum = this.finish(slots, count);
    if (this.#mode !== "try") return [sum];
    const seen = gatherU8(types.boolean, this.#seen.values, slots, count, null);
    const empty = (seen.values as Uint8Array).map((x) => 1 - x);
    return [sum, { type: types.boolean, encoding: "u8", length: count, nulls: null, values: empty }];
  }

  finish(slots: Int32Array, count: number): Column {
    let nulls = this.#seen.nulls(slots, count);
    for (let j = 0; this.#mode === "try" && j < count; j++) {
      if (!this.#sum.overflowed(slots[j]!)) continue;
      nulls ??= buffers.bytes(count);
      nulls[j] = 1;
    }
    return this.#sum.gather(this.#type, slots, count, nulls);
  }

  get memoryBytes(): number {
    return this.#sum.bytes + this.#seen.bytes;
  }
}
