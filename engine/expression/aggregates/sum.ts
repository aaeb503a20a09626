import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import { buffers } from "../../arrow/buffers.js";
import { assert } from "../../errors/assert.js";
import { notYetSupported } from "../../errors/streamingError.js";
import type { AggregateCall } from "../expression.js";
import type { EvalMode } from "../../values/evalMode.js";
import type { AggregateFunction, InlineAccumulator } from "./aggregateFunction.js";
import { DecimalSumAccumulator, decimalSumType } from "./decimalSum.js";
import { gatherF64, gatherU8 } from "../../state/gather.js";
import { isIntegral } from "../types/typeOf.js";
import { summable } from "./inputs.js";
import { Lane, laneColumn, SeenLane } from "../../state/lane.js";
import { LongSumLane } from "../../state/longLane.js";
import { whenPresent, type Loop } from "../../state/loop.js";

/** Sum of byte to long, or of day-time intervals: exact at every magnitude. */
class LongSumAccumulator implements InlineAccumulator {
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

/** Sum of floats and doubles, in arrival order. */
class DoubleSumAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields = [field("sum", types.double)];
  readonly #sum = new Lane("f64", 0);
  readonly #seen = new SeenLane();

  reserve(capacity: number): void {
    this.#sum.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#sum.clear(slots, count);
    this.#seen.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const { value, isNull } = loop.access(args[0]!);
    return whenPresent([isNull], `${loop.bind(this.#sum.values)}[s] += ${value}; ${loop.bind(this.#seen.values)}[s] = 1;`);
  }

  merge(state: readonly Column[], loop: Loop): string {
    return this.update(state, loop);
  }

  view(): Column[] {
    return [laneColumn(types.double, this.#sum, this.#seen)];
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    return gatherF64(types.double, this.#sum.values, slots, count, this.#seen.nulls(slots, count));
  }

  get memoryBytes(): number {
    return this.#sum.bytes + this.#seen.bytes;
  }
}

function sumType(type: DataType): DataType {
  if (isIntegral(type)) return types.long;
  if (type.kind === "decimal") return decimalSumType(type);
  if (type.kind === "interval_yearmonth") throw notYetSupported(`sum of ${type.kind}`);
  return type.kind === "float" ? types.double : type;
}

export const sum: AggregateFunction = {
  name: "sum",
  aliases: [],
  doc: "The sum of the values that are present; null when none is.",
  minArgs: 1,
  maxArgs: 1,
  inputs: [summable],
  constantArgs: [],
  orderDependent: false,
  resultType: ([type]) => sumType(type!),
  nullable: () => true,
  accumulator: ({ type, evalMode }: AggregateCall) => {
    if (type.kind === "double") return new DoubleSumAccumulator();
    if (type.kind === "decimal") return new DecimalSumAccumulator(type, evalMode);
    assert(type.kind === "long" || type.kind === "interval_daytime", `a sum is of no type ${type.kind}`);
    return new LongSumAccumulator(type, evalMode);
  },
};

export const trySum: AggregateFunction = {
  ...sum,
  name: "try_sum",
  doc: "The sum of the values that are present; null when none is, or when the sum leaves the range of its type.",
  evalMode: "try",
};
