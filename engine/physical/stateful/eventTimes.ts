import { isNullAt, plainColumn, type PlainColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import { assert } from "../../errors/assert.js";

/**
 * Event times (µs) as doubles. A double holds every microsecond up to the year 2255; how a time beyond that becomes one is the caller's to say, because what
 * must stay exact differs (`ofLarge`).
 */
export function timesOf(column: PlainColumn, ofLarge: (timeUs: bigint) => number): Float64Array {
  assert(column.encoding === "f64" || column.encoding === "i64", `event times of encoding ${column.encoding}`);
  if (column.encoding === "f64") return column.values;
  const { values, nulls } = column;
  return Float64Array.from({ length: column.length }, (_, i) => {
    if (nulls !== null && nulls[i] !== 0) return 0;
    const time = values[i]!;
    const exact = Number(time);
    return Number.isSafeInteger(exact) ? exact : ofLarge(time);
  });
}

/** Rounded up to whole milliseconds, which compare with watermarks as the time itself does. */
function ceilToMilliseconds(timeUs: bigint): number {
  return -Number(floorDivide(-timeUs, 1000n)) * 1000;
}

/** The middle of its millisecond: dividing by 1000 and flooring gives that millisecond, whatever the double has lost. */
export function middleOfMillisecond(timeUs: bigint): number {
  return Number(floorDivide(timeUs, 1000n) * 1000n + 500n);
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Times to compare with a watermark, of a timestamp column or of the ends of a window column; NaN where there is none. */
export function watermarkedTimes(column: Column): Float64Array {
  const plain = plainColumn(column);
  if (plain.encoding === "null") return new Float64Array(plain.length).fill(NaN);
  if (plain.encoding === "struct") {
    const ends = watermarkedTimes(plain.children[1]!);
    return plain.nulls === null ? ends : ends.slice(0, plain.length).map((end, i) => (isNullAt(plain, i) ? NaN : end));
  }
  const times = timesOf(plain, ceilToMilliseconds);
  const { nulls } = plain;
  return nulls === null ? times : times.slice(0, plain.length).map((time, i) => (nulls[i] === 0 ? time : NaN));
}
