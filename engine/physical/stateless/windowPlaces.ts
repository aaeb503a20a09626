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
  const present = ignoreNulls ? new Present(input) : null;
  const places = Int32Array.from({ length }, (_, row) => {
    const place = present === null ? row + offset : present.away(row, offset);
    return place >= starts[row]! && place < ends[row]! ? place : length + row;
  });
  // Behind the values stand the defaults.
  return takeColumn(concatColumns(type, [input, rows.columns[args[2]!]!]), places, length);
}

/** The rows of a column that are not null. */
class Present {
  readonly #rows: number[] = [];
  /** Of each row, how many stand before it. */
  readonly #before: Int32Array;

  constructor(input: Column) {
    this.#before = new Int32Array(input.length + 1);
    for (let row = 0; row < input.length; row++) {
      if (!isNullAt(input, row)) this.#rows.push(row);
      this.#before[row + 1] = this.#rows.length;
    }
  }

  /** The nth one from a row on (counted from 1), or behind the last. */
  from(row: number, nth: number): number {
    return this.#rows[this.#before[row]! + nth - 1] ?? Infinity;
  }

  /** The nth one before a row, or before the first. */
  before(row: number, nth: number): number {
    return this.#rows[this.#before[row]! - nth] ?? -Infinity;
  }

  /** The one that is `offset` of them away; the row itself for none. */
  away(row: number, offset: number): number {
    return offset === 0 ? row : offset > 0 ? this.from(row + 1, offset) : this.before(row, -offset);
  }
}

function nthValue({ args, constants, ignoreNulls, type }: BoundWindowCall, rows: Batch, { starts, ends }: Frames): Column {
  const { length } = rows;
  const input = rows.columns[args[0]!]!;
  const nth = Number(constants[1]);
  assert(nth > 0, "the place of nth_value is checked by the analyzer");
  const present = ignoreNulls ? new Present(input) : null;
  const places = Int32Array.from({ length }, (_, row) => {
    const place = present === null ? starts[row]! + nth - 1 : present.from(starts[row]!, nth);
    return place >= starts[row]! && place < ends[row]! ? place : length;
  });
  return takeColumn(concatColumns(type, [input, nullColumn(type, 1)]), places, length);
}
