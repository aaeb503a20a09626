import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { isNullAt, nullColumn, takeColumn } from "../../arrow/columns.js";
import { concatColumns } from "../../arrow/concat.js";
import { types } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { Frames } from "./windowFrames.js";
import type { Ranges } from "./windowPartitions.js";
import type { BoundWindowCall } from "./windowSpec.js";

/** The functions that are about the place of a row in its partition, or about the row at a place. */
export function placeFunction(call: BoundWindowCall, rows: Batch, partitions: Ranges, peers: Ranges, frames: Frames): Column {
  const { length } = rows;
  const at = (row: number): number => partitions.starts[row]!;
  switch (call.name) {
    case "row_number":
      return integers(length, (row) => row - at(row) + 1);
    case "rank":
      return integers(length, (row) => peers.starts[row]! - at(row) + 1);
    case "dense_rank":
      return integers(length, (row) => peers.numbers[row]! - peers.numbers[at(row)]! + 1);
    case "percent_rank":
      return doubles(length, (row) => {
        const size = partitions.ends[row]! - at(row);
        return size === 1 ? 0 : (peers.starts[row]! - at(row)) / (size - 1);
      });
    case "cume_dist":
      return doubles(length, (row) => (peers.ends[row]! - at(row)) / (partitions.ends[row]! - at(row)));
    case "ntile":
      return ntile(Number(call.constants[0]), length, partitions);
    case "lag":
    case "lead":
      return shifted(call, rows, partitions);
    default:
      assert(call.name === "nth_value", `no function of places ${call.name}`);
      return nthValue(call, rows, frames);
  }
}

function integers(length: number, of: (row: number) => number): Column {
  const values = new Int32Array(length);
  for (let row = 0; row < length; row++) values[row] = of(row);
  return { type: types.int, encoding: "i32", length, nulls: null, values };
}

function doubles(length: number, of: (row: number) => number): Column {
  const values = new Float64Array(length);
  for (let row = 0; row < length; row++) values[row] = of(row);
  return { type: types.double, encoding: "f64", length, nulls: null, values };
}

/** Buckets of the same size; the first ones hold one more where it does not come out even. */
function ntile(buckets: number, length: number, { starts, ends }: Ranges): Column {
  return integers(length, (row) => {
    const size = ends[row]! - starts[row]!;
    const place = row - starts[row]!;
    const [small, larger] = [Math.floor(size / buckets), size % buckets];
    const inLarger = larger * (small + 1);
    return place < inLarger ? Math.floor(place / (small + 1)) + 1 : larger + Math.floor((place - inLarger) / small) + 1;
  });
}

/** lag and lead: the value of another row of the partition, or a default. */
function shifted({ name, args, constants, ignoreNulls, type }: BoundWindowCall, rows: Batch, { starts, ends }: Ranges): Column {
  const { length } = rows;
  const input = rows.columns[args[0]!]!;
  const offset = (name === "lag" ? -1 : 1) * Number(constants[1]);
  const places = Int32Array.from({ length }, (_, row) => {
    const place = ignoreNulls ? nthPresent(input, row, offset, starts[row]!, ends[row]!) : row + offset;
    return place >= starts[row]! && place < ends[row]! ? place : length + row;
  });
  // Behind the values stand the defaults.
  return takeColumn(concatColumns(type, [input, rows.columns[args[2]!]!]), places, length);
}

/** The place of the nth value that is not null, counted from a row; −1 when there is none. */
function nthPresent(input: Column, row: number, offset: number, start: number, end: number): number {
  if (offset === 0) return row;
  const step = offset < 0 ? -1 : 1;
  let left = Math.abs(offset);
  for (let place = row + step; place >= start && place < end; place += step) if (!isNullAt(input, place) && --left === 0) return place;
  return -1;
}

function nthValue({ args, constants, ignoreNulls, type }: BoundWindowCall, rows: Batch, { starts, ends }: Frames): Column {
  const { length } = rows;
  const input = rows.columns[args[0]!]!;
  const nth = Number(constants[1]);
  assert(nth > 0, "the place of nth_value is checked by the analyzer");
  const places = Int32Array.from({ length }, (_, row) => {
    const place = ignoreNulls ? nthPresent(input, starts[row]! - 1, nth, starts[row]!, ends[row]!) : starts[row]! + nth - 1;
    return place >= starts[row]! && place < ends[row]! ? place : length;
  });
  return takeColumn(concatColumns(type, [input, nullColumn(type, 1)]), places, length);
}
