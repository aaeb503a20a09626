import { batchOf, type Batch } from "../../arrow/batch.js";
import { concatBatches } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import type { Schema } from "../../arrow/types.js";
import type { GroupRun } from "./groups.js";

/** Groups that are worth a batch of their own: fewer are joined with those that follow. */
const ownBatchRows = 4096;

interface Results {
  /** The rows of groups of one pane. */
  results(slots: Int32Array, count: number, startUs: number): Column[];
}

/** Groups of one partition. */
export interface PartitionRuns<P> {
  readonly partition: P;
  readonly runs: readonly GroupRun[];
}

interface Piece<P> {
  readonly partition: P;
  readonly startUs: number;
  readonly slots: Int32Array;
}

/**
 * The groups of all partitions in the order in which they are emitted, as batches: by the start of their panes, then by the hash of their keys, which is the order of
 * the partitions and, within each, of its runs. At most `emittedRows` groups in one.
 */
export function* emittedBatches<P extends Results>(
  schema: Schema,
  partitions: readonly PartitionRuns<P>[],
  emittedRows: number,
): Generator<Batch, void, void> {
  const all = partitions.flatMap(({ partition, runs }) => runs.map((run) => ({ partition, run })));
  all.sort((a, b) => a.run.startUs - b.run.startUs);
  let waiting: Piece<P>[] = [];
  let rows = 0;
  for (const { partition, run } of all) {
    const { startUs, slots } = run;
    for (let from = 0; from < slots.length;) {
      const piece = slots.subarray(from, from + emittedRows - rows);
      waiting.push({ partition, startUs, slots: piece });
      rows += piece.length;
      from += piece.length;
      if (rows < ownBatchRows && rows < emittedRows) continue;
      yield joined(schema, waiting);
      waiting = [];
      rows = 0;
    }
  }
  if (rows > 0) yield joined(schema, waiting);
}

function joined<P extends Results>(schema: Schema, pieces: readonly Piece<P>[]): Batch {
  const batches = pieces.map(({ partition, startUs, slots }) =>
    batchOf(schema, partition.results(slots, slots.length, startUs), slots.length),
  );
  return batches.length === 1 ? batches[0]! : concatBatches(schema, batches);
}
