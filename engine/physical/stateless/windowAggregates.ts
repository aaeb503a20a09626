import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { takeColumn } from "../../arrow/columns.js";
import { concatColumns } from "../../arrow/concat.js";
import type { DataType } from "../../arrow/types.js";
import type { AggregateCall } from "../../expression/expression.js";
import { findAggregate } from "../../expression/aggregates/index.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { AggregateValues } from "../stateful/aggregateValues.js";
import type { Frames } from "./windowFrames.js";
import type { BoundWindowCall } from "./windowSpec.js";

/** At most so many pairs of a frame and one of its rows are folded at a time. */
const pairsAtATime = 1 << 16;

/** An aggregate function over the frame of each row. Rows with the same frame share its value. */
export function windowAggregate({ args, filter, type }: BoundWindowCall, call: AggregateCall, rows: Batch, frames: Frames): Column {
  const values = new AggregateValues([{ call, args, filter }]);
  const distinct = distinctFrames(frames, rows.length);
  const results = isGrowing(distinct)
    ? running(values, rows, runsOf(distinct.starts, distinct.count), distinct, forwards)
    : isShrinking(distinct) && isAlikeInAnyOrder(call)
      ? running(values, rows, runsOf(distinct.ends, distinct.count), distinct, backwards)
      : separate(values, rows, distinct);
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

/** Whether frames with one end follow each other, each holding the next: running values, from the end. */
function isShrinking({ starts, ends, count }: DistinctFrames): boolean {
  for (let f = 1; f < count; f++) if (ends[f] === ends[f - 1] ? starts[f]! < starts[f - 1]! : starts[f]! < ends[f - 1]!) return false;
  return true;
}

/** Whether the rows of a frame may be folded from its end. Not where a sum is rounded or may overflow on its way, or where equal values look different. */
function isAlikeInAnyOrder({ name, args }: AggregateCall): boolean {
  switch (findAggregate(name)?.name) {
    case "count":
    case "count_if":
    case "bool_and":
    case "bool_or":
    case "bit_and":
    case "bit_or":
    case "bit_xor":
      return true;
    case "sum":
      return ["byte", "short", "int"].includes(typeOf(args[0]!).kind);
    case "min":
    case "max":
      return isPlain(typeOf(args[0]!));
    default:
      return false;
  }
}

/** Whether equal values of a type are the same value: −0.0 equals 0.0. */
function isPlain({ kind }: DataType): boolean {
  return !["float", "double", "array", "struct", "map"].includes(kind);
}

/** Every frame is folded by itself. */
function separate(values: AggregateValues, batch: Batch, { starts, ends, count }: DistinctFrames): Results {
  values.prepare(
    count,
    Int32Array.from({ length: count }, (_, f) => f),
    count,
  );
  const update = values.updates(batch);
  const slots = new Int32Array(pairsAtATime);
  const rows = new Int32Array(pairsAtATime);
  let pairs = 0;
  for (let f = 0; f < count; f++) {
    for (let row = starts[f]!; row < ends[f]!; row++) {
      slots[pairs] = f;
      rows[pairs++] = row;
      if (pairs < pairsAtATime) continue;
      update({ slots, rows, count: pairs });
      pairs = 0;
    }
  }
  if (pairs > 0) update({ slots, rows, count: pairs });
  const places = Int32Array.from({ length: count }, (_, f) => f);
  return { columns: [values.finish(places, count)[0]!], places };
}

/** A run of frames that hold each other. */
interface Run {
  readonly first: number;
  length: number;
}

/** The order in which frames of a run are read, and the rows that a frame adds to the one read before it. */
interface Direction {
  frameAt(run: Run, step: number): number;
  /** From and to which row; `before`: the frame read before, null for the first. */
  added(frames: Frames, frame: number, before: number | null): readonly [from: number, to: number];
}

const forwards: Direction = {
  frameAt: ({ first }, step) => first + step,
  added: ({ starts, ends }, frame, before) => [before === null ? starts[frame]! : ends[before]!, ends[frame]!],
};

const backwards: Direction = {
  frameAt: ({ first, length }, step) => first + length - 1 - step,
  added: ({ starts, ends }, frame, before) => [starts[frame]!, before === null ? ends[frame]! : starts[before]!],
};

/** A run of frames is one running value, read after each of them: the first frames of all runs, then the second ones … */
function running(values: AggregateValues, batch: Batch, runs: readonly Run[], frames: DistinctFrames, direction: Direction): Results {
  values.prepare(
    runs.length,
    Int32Array.from({ length: runs.length }, (_, run) => run),
    runs.length,
  );
  const update = values.updates(batch);
  const places = new Int32Array(frames.count);
  const columns: Column[] = [];
  let place = 0;
  /** Runs that have further frames: once a run has ended nothing looks at it again. */
  let open = runs.map((run, slot) => ({ run, slot }));
  for (let step = 0; open.length > 0; step++) {
    const slots: number[] = [];
    const rows: number[] = [];
    for (const { run, slot } of open) {
      const frame = direction.frameAt(run, step);
      const [from, to] = direction.added(frames, frame, step === 0 ? null : direction.frameAt(run, step - 1));
      for (let row = from; row < to; row++) {
        slots.push(slot);
        rows.push(row);
      }
      places[frame] = place++;
    }
    if (rows.length > 0) update({ slots: Int32Array.from(slots), rows: Int32Array.from(rows), count: rows.length });
    columns.push(
      values.finish(
        Int32Array.from(open, ({ slot }) => slot),
        open.length,
      )[0]!,
    );
    open = open.filter(({ run }) => step + 1 < run.length);
  }
  return { columns, places };
}

/** Neighbours that begin (or end) together. */
function runsOf(bounds: Int32Array, count: number): Run[] {
  const runs: Run[] = [];
  for (let f = 0; f < count; f++) {
    if (f > 0 && bounds[f] === bounds[f - 1]) runs.at(-1)!.length++;
    else runs.push({ first: f, length: 1 });
  }
  return runs;
}
