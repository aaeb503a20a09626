import type { Column } from "../../arrow/column.js";
import { allocateFixed, fixedColumn, fixedEncodingOf, isLongLike } from "../../arrow/encodings.js";
import { field, type DataType, type Field } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { AggregateCall } from "../expression.js";
import type { Accumulator, AggregateFunction, InlineAccumulator } from "./aggregateFunction.js";
import { CellExtremumAccumulator } from "./cellExtremum.js";
import { orderable } from "./inputs.js";
import { gatherF64 } from "../../state/gather.js";
import { Lane, laneColumn, SeenLane } from "../../state/lane.js";
import { LongValueLane } from "../../state/longValueLane.js";
import { whenPresent, type Loop } from "../../state/loop.js";

export type Extremum = "min" | "max";

/** Long and everything stored like it. Equal values keep the first. */
class LongExtremumAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #before: "<" | ">";
  readonly #lane = new LongValueLane();
  readonly #seen = new SeenLane();

  constructor(type: DataType, which: Extremum) {
    this.#type = type;
    this.#before = which === "min" ? "<" : ">";
    this.stateFields = [field(which, type)];
  }

  reserve(capacity: number): void {
    this.#lane.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#lane.clear(slots, count);
    this.#seen.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const x = loop.access(args[0]!);
    this.#lane.prepare(x);
    const seen = loop.bind(this.#seen.values);
    return whenPresent(
      [x.isNull],
      `if (${x.value} ${this.#before} ${this.#lane.read(loop)} || ${seen}[s] === 0) { ${this.#lane.write(x, loop)} ${seen}[s] = 1; }`,
    );
  }

  merge(state: readonly Column[], loop: Loop): string {
    return this.update(state, loop);
  }

  view(): Column[] | null {
    const values = this.#lane.view(this.#type, this.#seen);
    return values === null ? null : [values];
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    return this.#lane.gather(this.#type, slots, count, this.#seen.nulls(slots, count));
  }

  get memoryBytes(): number {
    return this.#lane.bytes + this.#seen.bytes;
  }
}

/** Numbers of up to 53 bits, booleans and dates, in a lane of doubles. NaN is the largest, −0.0 equals 0.0, and equal values keep the first. */
class NumberExtremumAccumulator implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #type: DataType;
  readonly #which: Extremum;
  /** NaN in an unseen slot, so that the first comparison fails and the rare path looks closer. */
  readonly #lane = new Lane("f64", NaN);
  readonly #seen = new SeenLane();

  constructor(type: DataType, which: Extremum) {
    this.#type = type;
    this.#which = which;
    this.stateFields = [field(which, type)];
  }

  reserve(capacity: number): void {
    this.#lane.reserve(capacity);
    this.#seen.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#lane.clear(slots, count);
    this.#seen.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const { value, isNull } = loop.access(args[0]!);
    const best = `${loop.bind(this.#lane.values)}[s]`;
    const seen = `${loop.bind(this.#seen.values)}[s]`;
    // Past the first test: unseen, or x is strictly better, or one of the two is NaN.
    const better = this.#which === "min" ? "x === x" : `${best} === ${best}`;
    const stays = this.#which === "min" ? ">=" : "<=";
    return whenPresent(
      [isNull],
      `const x = ${value};
    if (!(x ${stays} ${best})) {
      if (${seen} === 0) { ${best} = x; ${seen} = 1; }
      else if (${better}) ${best} = x;
    }`,
    );
  }

  merge(state: readonly Column[], loop: Loop): string {
    return this.update(state, loop);
  }

  view(): Column[] {
    return [laneColumn(this.#type, this.#lane, this.#seen)];
  }

  save(slots: Int32Array, count: number): Column[] {
    return [this.finish(slots, count)];
  }

  finish(slots: Int32Array, count: number): Column {
    const encoding = fixedEncodingOf(this.#type);
    assert(encoding !== null && encoding !== "i64", "a number has a fixed width");
    const nulls = this.#seen.nulls(slots, count);
    const best = this.#lane.values;
    if (encoding === "f64") return gatherF64(this.#type, best, slots, count, nulls);
    const values = allocateFixed(encoding, count);
    for (let j = 0; j < count; j++) values[j] = best[slots[j]!]!;
    return fixedColumn(this.#type, encoding, values, count, nulls);
  }

  get memoryBytes(): number {
    return this.#lane.bytes + this.#seen.bytes;
  }
}

function extremum(which: Extremum): AggregateFunction {
  return {
    name: which,
    aliases: [],
    doc:
      which === "min" ? "The smallest value that is present; null when none is." : "The largest value that is present; null when none is.",
    minArgs: 1,
    maxArgs: 1,
    inputs: [orderable],
    constantArgs: [],
    orderDependent: false,
    resultType: ([type]) => type!,
    nullable: () => true,
    accumulator: ({ type }: AggregateCall): Accumulator => {
      if (isLongLike(type)) return new LongExtremumAccumulator(type, which);
      const encoding = fixedEncodingOf(type);
      return encoding === null || encoding === "i64"
        ? new CellExtremumAccumulator(type, which)
        : new NumberExtremumAccumulator(type, which);
    },
  };
}

export const min = extremum("min");
export const max = extremum("max");
