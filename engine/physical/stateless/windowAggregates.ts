import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { takeColumn } from "../../arrow/columns.js";
import { concatColumns } from "../../arrow/concat.js";
import type { AggregateCall } from "../../expression/expression.js";
import { AggregateValues } from "../stateful/aggregateValues.js";
import type { Frames } from "./windowFrames.js";
import type { BoundWindowCall } from "./windowSpec.js";

/** At most so many pairs of a frame and one of its rows are folded at a time. */
const pairsAtATime = 1 << 16;

/** An aggregate function over the frame of each row. Rows with the same frame share its value. */
export function windowAggregate({ args, filter, type }: BoundWindowCall, call: AggregateCall, rows: Batch, frames: Frames): Column {
  const values = new AggregateValues([{ call, args, filter }]);
  const distinct = distinctFrames(frames, rows.length);
  const results = isGrowing(distinct) ? growing(values, rows, distinct) : separate(values, rows, distinct);
  return takeColumn(
    concatColumns(type, results.columns),
    distinct.numbers.map((number) => results.places[number]!),
    rows.length,
  );
}

/** The frames, each once: neighbours share theirs often. */
interface DistinctFrames extends Frames {
  /** Of each row, the number of its frame. */
  readonly numbers: Int32Array;
  readonly count: number;
}

interface Results {
  readonly columns: readonly Column[];
  /** Of each frame, where in the columns its value is. */
  readonly places: Int32Array;
}

function distinctFrames({ starts, ends }: Frames, length: number): DistinctFrames {
  const numbers = new Int32Array(length);
  const own = { starts: new Int32Array(length), ends: new Int32Array(length) };
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (row === 0 || starts[row] !== starts[row - 1] || ends[row] !== ends[row - 1]) {
      own.starts[count] = starts[row]!;
      own.ends[count++] = ends[row]!;
    }
    numbers[row] = count - 1;
  }
  return { starts: own.starts.subarray(0, count), ends: own.ends.subarray(0, count), numbers, count };
}

/** Whether frames with one beginning follow each other, each holding the one before: running values. */
function isGrowing({ starts, ends, count }: DistinctFrames): boolean {
  for (let f = 1; f < count; f++) {
    if (starts[f]! < starts[f - 1]! || (starts[f] === starts[f - 1] ? ends[f]! < ends[f - 1]! : starts[f]! < ends[f - 1]!)) return false;
  }
  return true;
}

/** Every frame is folded by itself. */
function separate(values: AggregateValues, batch: Batch, { starts, ends, count }: DistinctFrames): Results {
  values.prepare(
    count,
    Int32Array.from({ length: count }, (_, f) => f),
    count,
  );
  const slots = new Int32Array(pairsAtATime);
  const rows = new Int32Array(pairsAtATime);
  let pairs = 0;
  for (let f = 0; f < count; f++) {
    for (let row = starts[f]!; row < ends[f]!; row++) {
      slots[pairs] = f;
      rows[pairs++] = row;
      if (pairs < pairsAtATime) continue;
      values.update({ slots, rows, count: pairs }, batch);
      pairs = 0;
    }
  }
  values.update({ slots, rows, count: pairs }, batch);
  const places = Int32Array.from({ length: count }, (_, f) => f);
  return { columns: [values.finish(places, count)[0]!], places };
}

/** Frames that begin together are one running value, read after each of them: the first frames of all, then the second ones … */
function growing(values: AggregateValues, batch: Batch, frames: DistinctFrames): Results {
  const { starts, ends, count } = frames;
  const runs = runsOf(frames);
  values.prepare(
    runs.length,
    Int32Array.from({ length: runs.length }, (_, run) => run),
    runs.length,
  );
  const places = new Int32Array(count);
  const columns: Column[] = [];
  let place = 0;
  const deepest = runs.reduce((most, { length }) => Math.max(most, length), 0);
  for (let step = 0; step < deepest; step++) {
    const slots: number[] = [];
    const rows: number[] = [];
    const owners: number[] = [];
    for (const [run, { first, length }] of runs.entries()) {
      if (step >= length) continue;
      const f = first + step;
      for (let row = step === 0 ? starts[f]! : ends[f - 1]!; row < ends[f]!; row++) {
        slots.push(run);
        rows.push(row);
      }
      owners.push(run);
      places[f] = place++;
    }
    values.update({ slots: Int32Array.from(slots), rows: Int32Array.from(rows), count: rows.length }, batch);
    columns.push(values.finish(Int32Array.from(owners), owners.length)[0]!);
  }
  return { columns, places };
}

function runsOf({ starts, count }: DistinctFrames): { readonly first: number; length: number }[] {
  const runs: { readonly first: number; length: number }[] = [];
  for (let f = 0; f < count; f++) {
    if (f > 0 && starts[f] === starts[f - 1]) runs.at(-1)!.length++;
    else runs.push({ first: f, length: 1 });
  }
  return runs;
}
