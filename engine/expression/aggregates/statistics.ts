import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { field, types, type Field } from "../../arrow/types.js";
import type { InlineAccumulator } from "./aggregateFunction.js";
import { FloatLanes } from "../../state/floatLanes.js";
import { gatherF64 } from "../../state/gather.js";
import { whenPresent, type Loop } from "../../state/loop.js";

/** A statistic that is kept in a few doubles, `n` (how many rows) among them. */
export interface StatisticSpec<Name extends string> {
  readonly lanes: readonly Name[];
  /** Statements that fold the row into the lanes; the arguments are the constants `x` and `y`. */
  step(lanes: Readonly<Record<Name, string>>): string;
  /** Statements that fold another group's lanes (the constants named like the lanes) into the lanes, neither being empty. */
  combine(lanes: Readonly<Record<Name, string>>): string;
  /** The result from the lanes' values; null where there is none. Never called for a group without rows. */
  result(values: Readonly<Record<Name, number>>): number | null;
}

/** Runs a `StatisticSpec` over rows of which no argument is null. Null for a group without such rows. */
export class StatisticAccumulator<Name extends string> implements InlineAccumulator {
  readonly kind = "inline";
  readonly stateFields: readonly Field[];
  readonly #spec: StatisticSpec<Name | "n">;
  readonly #lanes: FloatLanes<Name | "n">;

  constructor(spec: StatisticSpec<Name | "n">) {
    this.#spec = spec;
    this.#lanes = new FloatLanes(spec.lanes);
    this.stateFields = spec.lanes.map((name) => field(name, types.double, false));
  }

  reserve(capacity: number): void {
    this.#lanes.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    this.#lanes.clear(slots, count);
  }

  update(args: readonly Column[], loop: Loop): string {
    const accesses = args.map((column) => loop.access(column));
    const constants = accesses.map(({ value, big }, a) => `const ${a === 0 ? "x" : "y"} = ${big ? `Number(${value})` : value};`);
    const nullTests = accesses.map(({ isNull }) => isNull);
    return whenPresent(nullTests, `${constants.join(" ")}\n${this.#spec.step(this.#lanes.places(loop))}`);
  }

  merge(state: readonly Column[], loop: Loop): string {
    const places = this.#lanes.places(loop);
    const { lanes } = this.#spec;
    const constants = lanes.map((name, i) => `const ${name} = ${loop.access(state[i]!).value};`);
    const copies = lanes.map((name) => `${places[name]} = ${name};`);
    return `${constants.join(" ")}
    if (${places.n} === 0) { ${copies.join(" ")} }
    else if (n !== 0) { ${this.#spec.combine(places)} }`;
  }

  save(slots: Int32Array, count: number): Column[] {
    return this.#spec.lanes.map((name) => gatherF64(types.double, this.#lanes.values(name), slots, count, null));
  }

  finish(slots: Int32Array, count: number): Column {
    const { lanes } = this.#spec;
    const arrays = lanes.map((name) => this.#lanes.values(name));
    const values = buffers.float64(count);
    let nulls: Uint8Array | null = null;
    const row = Object.fromEntries(lanes.map((name) => [name, 0])) as Record<Name | "n", number>;
    for (let j = 0; j < count; j++) {
      lanes.forEach((name, l) => (row[name] = arrays[l]![slots[j]!]!));
      const value = row.n === 0 ? null : this.#spec.result(row);
      if (value === null) (nulls ??= buffers.bytes(count))[j] = 1;
      else values[j] = value;
    }
    return { type: types.double, encoding: "f64", length: count, nulls, values };
  }

  get memoryBytes(): number {
    return this.#lanes.bytes;
  }
}
