import type { Column } from "../../arrow/column.js";
import { field, types, type DataType } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { AggregateCall } from "../expression.js";
import type { AggregateFunction, InlineAccumulator } from "./aggregateFunction.js";
import { DecimalSumAccumulator, decimalSumType } from "./decimalSum.js";
import { gatherF64 } from "../../state/gather.js";
import { isIntegral } from "../types/typeOf.js";
import { summable } from "./inputs.js";
import { Lane, laneColumn, SeenLane } from "../../state/lane.js";
import { IntervalTotalAccumulator } from "./intervalTotals.js";
import { LongSumAccumulator } from "./longSum.js";
import { whenPresent, type Loop } from "../../state/loop.js";

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
    if (type.kind === "interval_yearmonth") return new IntervalTotalAccumulator(type, evalMode, false);
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
