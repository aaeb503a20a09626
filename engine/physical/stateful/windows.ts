import { buffers } from "../../arrow/buffers.js";
import { longsOfDoubles } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import type { DataType } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { floorDivide } from "./eventTimes.js";

/** The windows [start, start + duration) with start = startUs + q · slide for every integer q. */
export interface Windows {
  readonly durationUs: number;
  readonly slideUs: number;
  readonly startUs: number;
}

/**
 * The start of the last window that begins at or before `time`. Floored, so that times before the epoch fall right too; exact, because the quotient of two
 * integers below 2^53 never rounds up to the next integer.
 */
export function latestStart({ slideUs, startUs }: Windows, time: number): number {
  return startUs + Math.floor((time - startUs) / slideUs) * slideUs;
}

/**
 * How a time after the year 2255, which no double holds to the microsecond, is kept in one so that it falls into its windows exactly: floored to the grid of
 * the windows' ends, on which a double reaches further by every factor of two in it (whole seconds: the year 20,237, milliseconds: 4253).
 *
 * The function @throws DATETIME_OVERFLOW beyond.
 */
export function largeTimeIn({ durationUs, slideUs, startUs }: Windows): (timeUs: bigint) => number {
  const grid = BigInt(greatestDivisor(greatestDivisor(durationUs, slideUs), Math.abs(startUs)));
  const limit = 2n ** 53n * (grid & -grid) - BigInt(durationUs);
  return (timeUs) => {
    const floored = floorDivide(timeUs, grid) * grid;
    if (floored <= limit && floored >= -limit) return Number(floored);
    throw new StreamingError("DATETIME_OVERFLOW", {
      operation: `the windows of ${durationUs} µs of an event time of ${timeUs} µs since 1970`,
    });
  };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** A window struct from the windows' starts. */
export function windowColumn(type: DataType, starts: Float64Array, durationUs: number): Column {
  const ends = buffers.float64(starts.length);
  for (let j = 0; j < starts.length; j++) ends[j] = starts[j]! + durationUs;
  return windowsColumn(type, starts, ends);
}

/** A window struct from starts and ends. */
export function windowsColumn(type: DataType, starts: Float64Array, ends: Float64Array): Column {
  assert(type.kind === "struct", "a window is a struct of start and end");
  const children = [timeColumn(type.fields[0]!.type, starts), timeColumn(type.fields[1]!.type, ends)];
  return { type, encoding: "struct", length: starts.length, nulls: null, children };
}

/** The same window `length` times. */
export function oneWindowColumn(type: DataType, startUs: number, durationUs: number, length: number): Column {
  return { type, encoding: "constant", length, nulls: null, value: windowColumn(type, Float64Array.of(startUs), durationUs) };
}

function timeColumn(type: DataType, values: Float64Array): Column {
  const { length } = values;
  if (areSafe(values)) return { type, encoding: "f64", length, nulls: null, values };
  return { type, encoding: "i64", length, nulls: null, values: longsOfDoubles(values, length, null) };
}

/** Whether all of these whole numbers are below 2^53. */
function areSafe(values: Float64Array): boolean {
  for (let j = 0; j < values.length; j++) if (Math.abs(values[j]!) > Number.MAX_SAFE_INTEGER) return false;
  return true;
}
