import type { GroupRange } from "../contract/state.js";
import { partitionRanges } from "./keyGroups.js";

/**
 * The state partitions of an operator: each holds the keys of a range of key groups, with tables, lanes and lists of its own. A partition is made when its first
 * key comes.
 */
export class StatePartitions<P> {
  readonly #ranges: readonly GroupRange[];
  readonly #make: (groups: GroupRange) => P;
  readonly #made: (P | null)[];

  constructor(count: number, make: (groups: GroupRange) => P) {
    this.#ranges = partitionRanges(count);
    this.#make = make;
    this.#made = this.#ranges.map(() => null);
  }

  at(partition: number): P {
    return (this.#made[partition] ??= this.#make(this.#ranges[partition]!));
  }

  /** Those that are there, in the order of their groups. */
  all(): P[] {
    return this.#made.filter((partition) => partition !== null);
  }

  /** Those that are there and may hold keys of these groups, in their order. */
  of({ from, to }: GroupRange): P[] {
    return this.#made.filter((partition, p): partition is P & {} => {
      const range = this.#ranges[p]!;
      return partition !== null && range.from < to && range.to > from;
    });
  }
}
