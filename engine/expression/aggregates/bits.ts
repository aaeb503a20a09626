import type { Column } from "../../arrow/column.js";
import { buffers } from "../../arrow/buffers.js";
import { doublesOfLongs } from "../../arrow/columns.js";
import { allocateFixed, fixedColumn, fixedEncodingOf } from "../../arrow/encodings.js";
import { field, types, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { AggregateFunction, InlineAccumulator } from "./aggregateFunction.js";
import { integralInput } from "./inputs.js";
import { Lane, SeenLane } from "../../state/lane.js";
import { whenPresent, type Loop } from "../../state/loop.js";

/** Bitwise and, or, exclusive or of byte to long, in two 32-bit halves. */
class BitAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #operator: "&" | "|" | "^";
  readonly #low: Lane<"i32">;
  readonly #high: Lane<"i32">;
  readonly #seen = new SeenLane();

  constructor(type: DataType, operator: "&" | "|" | "^") {
    const neutral = operator === "&" ? -1 : 0;
    this.#type = type;
    this.#operator = operator;
    this.#low = new Lane("i32", neutral);
    this.#high = new Lane("i32", neutral);
    this.stateFields = [field("bits", type)];
  }

  reserve(capacity: number): void {
    this.#low.reserve(capacity);
    this.#high.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#low.clear(slots, count);
    this.#high.clear(slots, count);
    this.#seen.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const { value, isNull, big } = loop.access(args[0]!);
    const low = big ? "Number(BigInt.asIntN(32, x))" : "x";
    const high = big ? "Number(x >> 32n)" : "Math.floor(x / 4294967296)";
    const step = `const x = ${value};
    ${loop.bind(this.#low.values)}[s] ${this.#operator}= ${low};
    ${loop.bind(this.#high.values)}[s] ${this.#operator}= ${high};
    ${loop.bind(this.#seen.values)}[s] = 1;`;
    return whenPresent([isNull], step);
  }

  merge(state: readonly Column[], loop: Loop): string {
    return this.update(state, loop);
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    const nulls = this.#seen.nulls(slots, count);
    if (this.#type.kind !== "long") {
      const encoding = fixedEncodingOf(this.#type);
      assert(encoding !== null && encoding !== "i64", "an integer has a fixed width");
      const values = allocateFixed(encoding, count);
      for (let j = 0; j < count; j++) values[j] = this.#low.values[slots[j]!]!;
      return fixedColumn(this.#type, encoding, values, count, nulls);
    }
    const wide = buffers.int64(count);
    const halves = new Int32Array(wide.buffer);
    for (let j = 0; j < count; j++) {
      halves[2 * j] = this.#low.values[slots[j]!]!;
      halves[2 * j + 1] = this.#high.values[slots[j]!]!;
    }
    const values = doublesOfLongs(wide, count, nulls);
    if (values === null) return { type: types.long, encoding: "i64", length: count, nulls, values: wide };
    return { type: types.long, encoding: "f64", length: count, nulls, values };
  }

  get memoryBytes(): number {
    return this.#low.bytes + this.#high.bytes + this.#seen.bytes;
  }
}

function bitAggregate(name: string, operator: "&" | "|" | "^", doc: string): AggregateFunction {
  return {
    name,
    aliases: [],
    doc,
    minArgs: 1,
    maxArgs: 1,
    inputs: [integralInput],
    constantArgs: [],
    orderDependent: false,
    resultType: ([type]) => type!,
    nullable: () => true,
    accumulator: ({ type }) => new BitAccumulator(type, operator),
  };
}

export const bitAnd = bitAggregate("bit_and", "&", "The bitwise and of the values that are present; null when none is.");
export const bitOr = bitAggregate("bit_or", "|", "The bitwise or of the values that are present; null when none is.");
export const bitXor = bitAggregate("bit_xor", "^", "The bitwise exclusive or of the values that are present; null when none is.");
