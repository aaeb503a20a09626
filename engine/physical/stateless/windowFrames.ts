import type { Batch } from "../../arrow/batch.js";
import { readValue } from "../../arrow/columns.js";
import type { DataType } from "../../arrow/types.js";
import type { IntervalValue, Value } from "../../arrow/value.js";
import type { Expression, FrameBound, WindowFrame } from "../../expression/expression.js";
import { unreachable } from "../../errors/assert.js";
import { addMonths } from "../../values/calendar.js";
import { compareValues } from "../../values/compare.js";
import type { SortKey } from "./rowOrder.js";
import type { Ranges } from "./windowPartitions.js";
import type { WindowSpec } from "./windowSpec.js";

/** Of each row, the rows that its frame holds: from `starts` to before `ends`; none where the end is not after the start. */
export interface Frames {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The frames of all rows. */
export function framesOf(frame: WindowFrame, rows: Batch, { order }: WindowSpec, partitions: Ranges, peers: Ranges): Frames {
  const { length } = rows;
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  const distance = frame.unit === "range" && hasOffset(frame) ? new Distances(rows, order[0]!) : null;
  for (let row = 0; row < length; row++) {
    const [from, to] = [partitions.starts[row]!, partitions.ends[row]!];
    starts[row] = Math.max(from, Math.min(to, place(frame.start, row, true)));
    ends[row] = Math.max(from, Math.min(to, place(frame.end, row, false)));
  }
  return { starts, ends };

  /** Where a frame begins, or ends (exclusive). */
  function place(bound: FrameBound, row: number, isStart: boolean): number {
    switch (bound.kind) {
      case "unboundedPreceding":
        return partitions.starts[row]!;
      case "unboundedFollowing":
        return partitions.ends[row]!;
      case "currentRow":
        if (frame.unit === "range") return isStart ? peers.starts[row]! : peers.ends[row]!;
        return isStart ? row : row + 1;
      case "preceding":
      case "following": {
        const sign = bound.kind === "preceding" ? -1 : 1;
        if (distance !== null) return distance.place(row, bound.offset, sign, isStart, partitions, peers);
        return row + sign * Number(valueOf(bound.offset)) + (isStart ? 0 : 1);
      }
      default:
        return unreachable(bound);
    }
  }
}

function hasOffset({ start, end }: WindowFrame): boolean {
  return "offset" in start || "offset" in end;
}

function valueOf(offset: Expression): Value {
  return offset.kind === "literal" ? offset.value : null;
}

/** Frames by the distance of values in the one column of the order. */
class Distances {
  readonly #values: readonly Value[];
  readonly #type: DataType;

  constructor(
    rows: Batch,
    private readonly key: SortKey,
  ) {
    const column = rows.columns[key.column]!;
    this.#type = column.type;
    this.#values = Array.from({ length: rows.length }, (_, i) => readValue(column, i));
  }

  place(row: number, offset: Expression, sign: number, isStart: boolean, partitions: Ranges, peers: Ranges): number {
    const value = this.#values[row]!;
    // Null is as far from everything: its frame is the nulls.
    if (value === null) return isStart ? peers.starts[row]! : peers.ends[row]!;
    const bound = shifted(value, offset, this.#type, this.key.descending ? -sign : sign);
    let [low, high] = [partitions.starts[row]!, partitions.ends[row]!];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBefore(this.#values[middle]!, bound, isStart)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether a row stands before the place: before the bound, or (looking for an end) on it. */
  #isBefore(value: Value, bound: Value, isStart: boolean): boolean {
    if (value === null) return this.key.nullsFirst;
    const compared = compareValues(value, bound, this.#type);
    const order = this.key.descending ? -compared : compared;
    return isStart ? order < 0 : order <= 0;
  }
}

const dayUs = 86_400_000_000n;

function shifted(value: Value, offset: Expression, type: DataType, sign: number): Value {
  const by = valueOf(offset)!;
  const kind = offset.kind === "literal" ? offset.type.kind : "null";
  if (type.kind === "date") {
    if (kind === "interval_yearmonth") return addMonths(value as number, sign * Number(by));
    const days = kind === "interval_daytime" ? Number((by as bigint) / dayUs) : Number(by);
    return (value as number) + sign * days;
  }
  if (type.kind === "timestamp" || type.kind === "timestamp_ntz") {
    const us = value as bigint;
    if (kind === "interval_daytime") return us + BigInt(sign) * (by as bigint);
    const { months, days, microseconds } =
      kind === "interval_yearmonth" ? { months: Number(by), days: 0, microseconds: 0n } : (by as IntervalValue);
    const day = us >= 0n ? us / dayUs : -((-us + dayUs - 1n) / dayUs);
    const rest = us - day * dayUs;
    return BigInt(addMonths(Number(day), sign * months) + sign * days) * dayUs + rest + BigInt(sign) * microseconds;
  }
  return typeof value === "bigint" ? value + BigInt(sign) * BigInt(by as bigint | number) : (value as number) + sign * Number(by);
}
