import type { Column } from "../../arrow/column.js";
import { field, types } from "../../arrow/types.js";
import type { AggregateCall } from "../expression.js";
import type { AggregateFunction, InlineAccumulator } from "./aggregateFunction.js";
import { gatherF64 } from "../../state/gather.js";
import { anything, booleanInput } from "./inputs.js";
import { Lane, laneColumn } from "../../state/lane.js";
import { whenPresent, type Loop } from "../../state/loop.js";

/** Rows of which every argument is present (and, for count_if, true). Counts stay below 2^53. */
class CountAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields = [field("count", types.long, false)];
  readonly #count = new Lane("f64", 0);
  readonly #onlyTrue: boolean;

  constructor(onlyTrue: boolean) {
    this.#onlyTrue = onlyTrue;
  }

  reserve(capacity: number): void {
    this.#count.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#count.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const step = this.#onlyTrue ? loop.access(args[0]!).value : "1";
    const nullTests = args.map((column) => loop.nullTest(column));
    return whenPresent(nullTests, `${loop.bind(this.#count.values)}[s] += ${step};`);
  }

  merge(state: readonly Column[], loop: Loop): string {
    const { value, big } = loop.access(state[0]!);
    return `${loop.bind(this.#count.values)}[s] += ${big ? `Number(${value})` : value};`;
  }

  view(): Column[] {
    return [laneColumn(types.long, this.#count, null)];
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    return gatherF64(types.long, this.#count.values, slots, count, null);
  }

  get memoryBytes(): number {
    return this.#count.bytes;
  }
}

export const count: AggregateFunction = {
  name: "count",
  aliases: [],
  doc: "Rows; with arguments, rows of which all arguments are present.",
  minArgs: 0,
  maxArgs: Infinity,
  inputs: [anything],
  constantArgs: [],
  orderDependent: false,
  resultType: () => types.long,
  nullable: () => false,
  accumulator: (_call: AggregateCall) => new CountAccumulator(false),
};

export const countIf: AggregateFunction = {
  ...count,
  name: "count_if",
  doc: "Rows for which the condition holds.",
  minArgs: 1,
  maxArgs: 1,
  inputs: [booleanInput],
  accumulator: () => new CountAccumulator(true),
};
