import { Lane } from "./lane.js";
import type { Loop } from "./loop.js";

/** A few named doubles a slot. */
export class FloatLanes<Name extends string> {
  readonly names: readonly Name[];
  readonly #lanes: readonly Lane<"f64">[];

  constructor(names: readonly Name[]) {
    this.names = names;
    this.#lanes = names.map(() => new Lane("f64", 0));
  }

  reserve(capacity: number): void {
    for (const lane of this.#lanes) lane.reserve(capacity);
  }

  clear(slots: Int32Array, count: number): void {
    for (const lane of this.#lanes) lane.clear(slots, count);
  }

  /** The lanes as places in the text of a loop: `n` is `b3[s]`. */
  places(loop: Loop): Readonly<Record<Name, string>> {
    return Object.fromEntries(this.names.map((name, i) => [name, `${loop.bind(this.#lanes[i]!.values)}[s]`])) as Record<Name, string>;
  }

  values(name: Name): Float64Array {
    return this.#lanes[this.names.indexOf(name)]!.values;
  }

  get bytes(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.bytes, 0);
  }
}
