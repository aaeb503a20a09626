import { columnFromValues, readValue } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { gatherF64 } from "../../state/gather.js";
import { Lane } from "../../state/lane.js";
import { whenPresent, type Loop } from "../../state/loop.js";
import type { EvalMode } from "../../values/evalMode.js";
import { divideHalfUp } from "../../values/decimal.js";
import type { InlineAccumulator } from "./aggregateFunction.js";
import { LongSumAccumulator } from "./longSum.js";

/** Sums of months and means of intervals: the exact sum of months or microseconds and how many there were. Beyond the type nothing wraps, in legacy mode neither. */
export class IntervalTotalAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #isMean: boolean;
  readonly #mode: EvalMode;
  readonly #sum: LongSumAccumulator;
  readonly #count = new Lane("f64", 0);

  constructor(type: DataType, mode: EvalMode, isMean: boolean) {
    this.#type = type;
    this.#isMean = isMean;
    this.#mode = mode;
    this.#sum = new LongSumAccumulator(types.long, mode === "try" ? "try" : "ansi");
    this.stateFields = [...this.#sum.stateFields, field("count", types.long, false)];
  }

  reserve(capacity: number): void {
    this.#sum.reserve(capacity);
    this.#count.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#sum.clear(slots, count);
    this.#count.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const counted = whenPresent([loop.nullTest(args[0]!)], `${loop.bind(this.#count.values)}[s] += 1;`);
    return `${this.#sum.update(args, loop)} ${counted}`;
  }

  merge(state: readonly Column[], loop: Loop): string {
    const n = loop.access(state.at(-1)!);
    const counted = `${loop.bind(this.#count.values)}[s] += ${n.big ? `Number(${n.value})` : n.value};`;
    return `${this.#sum.merge(state.slice(0, -1), loop)} ${counted}`;
  }

  save(slots: Int32Array, count: number): Column[] {
    return [...this.#sum.save(slots, count), gatherF64(types.long, this.#count.values, slots, count, null)];
  }

  finish(slots: Int32Array, count: number): Column {
    const sums = this.#sum.finish(slots, count);
    const totals = Array.from({ length: count }, (_, j) => this.#total(readValue(sums, j) as bigint | null, slots[j]!));
    return columnFromValues(this.#type, totals);
  }

  get memoryBytes(): number {
    return this.#sum.memoryBytes + this.#count.bytes;
  }

  /** @throws INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION */
  #total(sum: bigint | null, slot: number): Value {
    if (sum === null) return null;
    const isMonths = this.#type.kind === "interval_yearmonth";
    if (isMonths && BigInt.asIntN(32, sum) !== sum) {
      if (this.#mode === "try") return null;
      throw new StreamingError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", { functionName: "`try_add`" });
    }
    const total = this.#isMean ? divideHalfUp(sum, BigInt(this.#count.values[slot]!)) : sum;
    return isMonths ? Number(total) : total;
  }
}
