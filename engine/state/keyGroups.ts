import { keyGroupCount, type GroupRange } from "../contract/state.js";
import { assert } from "../errors/assert.js";

/** The key groups of each of `partitions` state partitions: ranges one after the other, as equal as can be. */
export function partitionRanges(partitions: number): GroupRange[] {
  assert(Number.isInteger(partitions) && partitions >= 1 && partitions <= keyGroupCount, `${partitions} state partitions`);
  const start = (p: number): number => Math.floor((p * keyGroupCount) / partitions);
  return Array.from({ length: partitions }, (_, p) => ({ from: start(p), to: start(p + 1) }));
}
