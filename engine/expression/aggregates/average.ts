import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type DataType, type DecimalType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { AggregateCall } from "../expression.js";
import type { EvalMode } from "../../values/evalMode.js";
import { isInterval, typeOf } from "../types/typeOf.js";
import type { AggregateFunction, InlineAccumulator } from "./aggregateFunction.js";
import { decimalColumn } from "../../state/decimalLane.js";
import { DecimalSumAccumulator, decimalSumType } from "./decimalSum.js";
import { gatherF64 } from "../../state/gather.js";
import { IntervalTotalAccumulator } from "./intervalTotals.js";
import { summable } from "./inputs.js";
import { Lane, laneColumn } from "../../state/lane.js";
import { whenPresent, type Loop } from "../../state/loop.js";

/** Average of numbers: the sum as a double, in arrival order, and the count. */
class DoubleAverageAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields = [field("sum", types.double, false), field("count", types.long, false)];
  readonly #sum = new Lane("f64", 0);
  readonly #count = new Lane("f64", 0);

  reserve(capacity: number): void {
    this.#sum.reserve(capacity);
    this.#count.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#sum.clear(slots, count);
    this.#count.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const { value, isNull, big } = loop.access(args[0]!);
    const x = big ? `Number(${value})` : value;
    return whenPresent([isNull], `${loop.bind(this.#sum.values)}[s] += ${x}; ${loop.bind(this.#count.values)}[s] += 1;`);
  }

  merge(state: readonly Column[], loop: Loop): string {
    const n = loop.access(state[1]!);
    const sum = `${loop.bind(this.#sum.values)}[s] += ${loop.access(state[0]!).value};`;
    return `${sum} ${loop.bind(this.#count.values)}[s] += ${n.big ? `Number(${n.value})` : n.value};`;
  }

  view(): Column[] {
    return [laneColumn(types.double, this.#sum, null), laneColumn(types.long, this.#count, null)];
  }

  save(slots: Int32Array, count: number): Column[] {
    return [gatherF64(types.double, this.#sum.values, slots, count, null), gatherF64(types.long, this.#count.values, slots, count, null)];
  }

  finish(slots: Int32Array, count: number): Column {
    const sums = this.#sum.values;
    const counts = this.#count.values;
    const values = buffers.float64(count);
    let nulls: Uint8Array | null = null;
    for (let j = 0; j < count; j++) {
      const s = slots[j]!;
      if (counts[s] === 0) (nulls ??= buffers.bytes(count))[j] = 1;
      else values[j] = sums[s]! / counts[s]!;
    }
    return { type: types.double, encoding: "f64", length: count, nulls, values };
  }

  get memoryBytes(): number {
    return this.#sum.bytes + this.#count.bytes;
  }
}

/** Average of decimals: the exact sum and the count, divided half-up at 38 digits of scale and then rounded half-up to the result's, as Spark does. */
class DecimalAverageAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DecimalType;
  readonly #scale: number;
  readonly #mode: EvalMode;
  readonly #sum: DecimalSumAccumulator;
  readonly #count = new Lane("f64", 0);

  constructor(argument: DecimalType, result: DecimalType, mode: EvalMode) {
    this.#type = result;
    this.#scale = argument.scale;
    this.#mode = mode;
    this.#sum = new DecimalSumAccumulator(decimalSumType(argument), mode);
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
    const n = loop.access(state[2]!);
    const counted = `${loop.bind(this.#count.values)}[s] += ${n.big ? `Number(${n.value})` : n.value};`;
    return `${this.#sum.merge(state.slice(0, 2), loop)} ${counted}`;
  }

  save(slots: Int32Array, count: number): Column[] {
    return [...this.#sum.save(slots, count), gatherF64(types.long, this.#count.values, slots, count, null)];
  }

  finish(slots: Int32Array, count: number): Column {
    const nulls = buffers.bytes(count);
    const averages: bigint[] = [];
    for (let j = 0; j < count; j++) {
      const average = this.#average(slots[j]!);
      averages.push(average ?? 0n);
      if (average === null) nulls[j] = 1;
    }
    return decimalColumn(this.#type, count, nulls, (j) => averages[j]!);
  }

  get memoryBytes(): number {
    return this.#sum.memoryBytes + this.#count.bytes;
  }

  #average(slot: number): bigint | null {
    const sum = this.#sum.sumOf(slot);
    if (sum === null) return null;
    const atFullScale = divideHalfUp(sum * 10n ** BigInt(38 - this.#scale), BigInt(this.#count.values[slot]!));
    const average = divideHalfUp(atFullScale, 10n ** BigInt(38 - this.#type.scale));
    const limit = 10n ** BigInt(this.#type.precision);
    if (average < limit && average > -limit) return average;
    if (this.#mode !== "ansi") return null;
    throw new StreamingError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", {
      value: String(average),
      precision: String(this.#type.precision),
      scale: String(this.#type.scale),
      config: '"spark.sql.ansi.enabled"',
    });
  }
}

function divideHalfUp(a: bigint, b: bigint): bigint {
  const negative = a < 0n;
  const magnitude = negative ? -a : a;
  const quotient = (2n * magnitude + b) / (2n * b);
  return negative ? -quotient : quotient;
}

function averageType(type: DataType): DataType {
  return type.kind === "decimal" ? types.decimal(Math.min(38, type.precision + 4), Math.min(38, type.scale + 4)) : types.double;
}

export const average: AggregateFunction = {
  name: "avg",
  aliases: ["mean"],
  doc: "The mean of the values that are present; null when none is.",
  minArgs: 1,
  maxArgs: 1,
  inputs: [summable],
  constantArgs: [],
  orderDependent: false,
  resultType: ([type]) => {
    if (type!.kind === "interval_daytime") return types.intervalDayTime;
    return type!.kind === "interval_yearmonth" ? types.intervalYearMonth : averageType(type!);
  },
  nullable: () => true,
  accumulator: ({ args, type, evalMode }: AggregateCall) => {
    if (isInterval(type)) return new IntervalTotalAccumulator(type, evalMode, true);
    if (type.kind !== "decimal") return new DoubleAverageAccumulator();
    const argument = typeOf(args[0]!);
    assert(argument.kind === "decimal", "the average of decimals takes decimals");
    return new DecimalAverageAccumulator(argument, type, evalMode);
  },
};

export const tryAverage: AggregateFunction = {
  ...average,
  name: "try_avg",
  doc: "The mean of the values that are present; null when none is, or when the sum leaves the range of its type.",
  evalMode: "try",
};
