import type { Batch } from "../../arrow/batch.js";
import { concatBatches, sliceBatch, slicesOf, takeBatch } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { Pause } from "../operator.js";
import type { SortKey } from "../stateless/rowOrder.js";
import { sortedRows } from "../stateless/rowSort.js";
import { SpilledBatches, type SpillStore } from "./spilledBatches.js";

/** So many runs are merged at once; of more, the first are merged to one. */
const mostRuns = 16;
/** A run is read in about so many pieces, so that a merge holds a quarter of what a run has, and some copies of that. */
const piecesOfRun = 64;
const smallestPiece = 1024;

/** The next rows of a run, which are in memory, and where the others are. */
interface Head {
  readonly run: SpilledBatches;
  /** The piece that is read next. */
  next: number;
  rows: Batch | null;
}

/**
 * Rows in order that do not fit into memory: runs on disk, each sorted, and the merge of them.
 *
 * Invariant: equal rows keep the order in which they were added.
 */
export class SortedRuns {
  #runs: SpilledBatches[] = [];
  #pieceRows = 0;

  constructor(
    private readonly keys: readonly SortKey[],
    private readonly schema: Schema,
    private readonly store: SpillStore,
  ) {}

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Adds some rows of a batch, in this order: they are sorted. */
  *add(batch: Batch, rows: Int32Array): Generator<Pause, void, void> {
    const run = new SpilledBatches(this.store, this.schema);
    const pieceRows = Math.max(smallestPiece, Math.ceil(rows.length / piecesOfRun));
    for (let from = 0; from < rows.length; from += pieceRows) {
      const some = rows.subarray(from, from + pieceRows);
      yield* run.add(takeBatch(batch, some, some.length));
    }
    this.addRun(run);
  }

  /** Adds rows that are sorted and lie on disk. */
  addRun(run: SpilledBatches): void {
    this.#pieceRows = Math.max(this.#pieceRows, smallestPiece, Math.ceil(run.rows / piecesOfRun));
    this.#runs.push(run);
  }

  /** All rows in order, in batches of any size. */
  *merged(): Generator<Batch | Pause, void, void> {
    while (this.#runs.length > mostRuns) {
      const whole = new SpilledBatches(this.store, this.schema);
      for (const rows of this.#merge(this.#runs.splice(0, mostRuns))) {
        if ("until" in rows) yield rows;
        else for (const piece of slicesOf(rows, this.#pieceRows)) yield* whole.add(piece);
      }
      this.#runs.unshift(whole);
    }
    yield* this.#merge(this.#runs.splice(0));
  }

  /**
   * In rounds: the heads are sorted together, and go out as far as the first of them ends of which more is on disk. What lies behind may come after rows that were
   * not read yet.
   */
  *#merge(runs: readonly SpilledBatches[]): Generator<Batch | Pause, void, void> {
    const heads = runs.map((run): Head => ({ run, next: 0, rows: null }));
    for (;;) {
      for (const head of heads) if (head.rows === null && head.next < head.run.count) head.rows = yield* head.run.read(head.next++);
      const filled = heads.filter(({ rows }) => rows !== null);
      if (filled.length === 0) return;
      const all = concatBatches(
        this.schema,
        filled.map(({ rows }) => rows!),
      );
      const order = sortedRows(this.keys, all);
      const count = this.#sureRows(filled, order);
      yield takeBatch(all, order, count);
      this.#advance(filled, order.subarray(0, count));
    }
  }

  /** How many of the sorted rows come before all that is on disk. */
  #sureRows(heads: readonly Head[], order: Int32Array): number {
    const ends = new Set<number>();
    let end = 0;
    for (const { run, next, rows } of heads) {
      end += rows!.length;
      if (next < run.count) ends.add(end - 1);
    }
    if (ends.size === 0) return order.length;
    const place = order.findIndex((row) => ends.has(row));
    assert(place >= 0, "the last row of a head is among the sorted ones");
    return place + 1;
  }

  /** Takes the rows that went out from the heads: they are the first of each. */
  #advance(heads: readonly Head[], gone: Int32Array): void {
    let start = 0;
    for (const head of heads) {
      const { length } = head.rows!;
      const end = start + length;
      let taken = 0;
      for (const row of gone) if (row >= start && row < end) taken++;
      head.rows = taken === length ? null : sliceBatch(head.rows!, taken, length);
      start = end;
    }
  }
}
