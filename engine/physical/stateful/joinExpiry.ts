import type { IntList } from "../../state/intList.js";
import type { OperatorWatermarks } from "../operator.js";
import type { JoinSide } from "./joinSide.js";
import { isOuter, type JoinSideSpec, type SideIndex, type StreamJoinSpec } from "./streamJoinSpec.js";

/** Up to which time rows of a side can have no partner any more, µs; NaN where nothing says so. */
export function boundUsOf({ expiry }: JoinSideSpec, watermarks: OperatorWatermarks | null, batchTimeMs: number): number {
  const nowMs = expiry?.clock === "batch" ? batchTimeMs : watermarks?.evictMs;
  return expiry === null || nowMs === undefined ? NaN : (nowMs + expiry.offsetMs) * 1000;
}

/** The least watermark, µs, that lets a row of an outer side come out without a partner; Infinity when none waits for that. */
export function dueUsOf(spec: StreamJoinSpec, partitions: readonly { readonly sides: readonly [JoinSide, JoinSide] }[]): number {
  let due = Infinity;
  for (const side of [0, 1] as const) {
    const { expiry } = spec.sides[side];
    if (!isOuter(spec, side) || expiry?.clock !== "watermark") continue;
    for (const { sides } of partitions) due = Math.min(due, sides[side].earliestUs - expiry.offsetMs * 1000);
  }
  return due;
}

/**
 * How many of the rows that go came in this batch, where Spark does not keep them at all: right ones that the watermark has passed already (of an outer side, those that had a
 * partner), and left ones of leftSemi that had theirs. Here the sides may come in any order.
 */
export function neverKept(spec: StreamJoinSpec, rows: JoinSide, side: SideIndex, places: IntList): number {
  if (side === 0 && spec.joinType !== "leftSemi") return 0;
  const withPartner = side === 0 || isOuter(spec, side);
  let count = 0;
  for (let j = 0; j < places.count; j++) {
    const place = places.values[j]!;
    if (!rows.wasThere(place) && (!withPartner || rows.isMarked(place))) count++;
  }
  return count;
}
