import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { concatBatches, retainBatch, sliceBatch, slicesOf, takeBatch } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { emission, type BatchFacts, type Emission, type Operator, type Pause } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { KeptBytes } from "../spill/keptBytes.js";
import type { MemoryShare, QueryMemory } from "../spill/queryMemory.js";
import { SortedRuns } from "../spill/sortedRuns.js";
import { SpillStore } from "../spill/spilledBatches.js";
import type { SortKey } from "./rowOrder.js";
import { sortedRows } from "./rowSort.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Sorts what a batch emits: bounded tables, and complete mode. */
export interface SortNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "sort";
  readonly keys: readonly SortKey[];
  /** How many of the first rows are wanted; null: all of them. */
  readonly first: number | null;
  readonly input: Plan;
}

export const sort: OperatorFacts<SortNode> = {
  kind: "sort",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => true,
  explain: ({ keys, first, input }) => {
    const orders = keys.map(({ column, descending, nullsFirst }) => {
      return `${input.output[column]!.name} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
    });
    return `Sort [${orders.join(", ")}]${first === null ? "" : `, first ${first}`}`;
  },
  make: ({ keys, first, output }, { chunks, memory }) => new SortOperator({ keys, first }, schemaOf(output), chunks, memory),
};

/** To sort rows takes their bytes again: in one batch, and as the digits of their keys. */
const copiesOfSort = 2;

/**
 * ORDER BY over what one batch gives (bounded tables, complete mode). Consumes batches, keeps copies of them until `finish`, emits all rows in order. What does not
 * fit into memory goes to disk in sorted runs (`spill/sortedRuns.ts`).
 *
 * Where the first rows are wanted only it keeps a few times as many, and passes over rows that lie behind all of them.
 *
 * Invariant: equal rows come out in the order they came in.
 */
export class SortOperator implements Operator {
  #parts: Batch[] = [];
  #kept = 0;
  #bytes = new KeptBytes();
  /** Of the last of the first rows: what the first key is there. Null: not known, or no number. */
  #last: number | null = null;
  readonly #most: number;
  readonly #share: MemoryShare;
  #runs: SortedRuns;

  constructor(
    private readonly order: Pick<SortNode, "keys" | "first">,
    private readonly schema: Schema,
    private readonly chunks: ChunkSizes,
    private readonly memory: QueryMemory,
  ) {
    this.#most = order.first === null ? Infinity : Math.max(4 * order.first, 4096);
    this.#share = memory.share("The rows that a sort keeps");
    this.#runs = this.#noRuns();
  }

  begin(_context: BatchFacts): void {
    this.#empty();
    this.#last = null;
    this.#runs = this.#noRuns();
  }

  *process(batch: Batch): Iterable<Emission | Pause> {
    const rows = this.#last === null ? null : rowsUpTo(this.order.keys[0]!, batch, this.#last);
    if (batch.length === 0 || rows?.length === 0) return;
    this.#keep(rows === null || rows.length === batch.length ? batch : takeBatch(batch, rows, rows.length));
    if (this.#kept > this.#most) this.#cut();
    if (this.#share.isOver(copiesOfSort * this.#bytes.total)) yield* this.#spill();
  }

  *finish(): Iterable<Emission | Pause> {
    const { emittedRows } = this.chunks;
    if (this.#runs.isEmpty) {
      const all = this.#all();
      const rows = this.#order(all);
      for (let from = 0; from < rows.length; from += emittedRows) {
        const some = rows.subarray(from, from + emittedRows);
        yield emission(takeBatch(all, some, some.length));
      }
      this.#empty();
      return;
    }
    if (this.#kept > 0) yield* this.#spill();
    let left = this.order.first ?? Infinity;
    for (const rows of this.#runs.merged()) {
      if ("until" in rows) {
        yield rows;
        continue;
      }
      for (const some of slicesOf(rows.length <= left ? rows : sliceBatch(rows, 0, left), emittedRows)) yield emission(some);
      left -= Math.min(rows.length, left);
      if (left === 0) return;
    }
  }

  #noRuns(): SortedRuns {
    return new SortedRuns(this.order.keys, this.schema, new SpillStore(this.memory));
  }

  #empty(): void {
    [this.#parts, this.#kept, this.#bytes] = [[], 0, new KeptBytes()];
    this.#share.release();
  }

  #keep(batch: Batch): void {
    const kept = retainBatch(batch);
    this.#parts.push(kept);
    this.#kept += kept.length;
    this.#bytes.add(kept);
  }

  #all(): Batch {
    return concatBatches(this.schema, this.#parts);
  }

  *#spill(): Generator<Pause, void, void> {
    const all = this.#all();
    yield* this.#runs.add(all, this.#order(all));
    this.#empty();
  }

  /** Rows in order; the first of them where no others are wanted. */
  #order(all: Batch): Int32Array {
    return sortedRows(this.order.keys, all).subarray(0, this.order.first ?? all.length);
  }

  /** Leaves the first rows of those that are kept. */
  #cut(): void {
    const all = this.#all();
    const rows = this.#order(all);
    const first = takeBatch(all, rows, rows.length);
    this.#empty();
    this.#keep(first);
    this.#last =
      first.length === 0 || first.length < this.order.first!
        ? null
        : numberAt(first.columns[this.order.keys[0]!.column]!, first.length - 1);
  }
}

type NumberColumn = Extract<Column, { encoding: "f64" | "i32" }>;

function isNumbers(column: Column): column is NumberColumn {
  return column.encoding === "f64" || column.encoding === "i32";
}

/** The number at a row; null for a null, NaN and what is no number. */
function numberAt(column: Column, row: number): number | null {
  if (!isNumbers(column) || column.nulls?.[row] === 1) return null;
  const value = column.values[row]!;
  return Number.isNaN(value) ? null : value;
}

/** The rows that do not lie behind one whose key is `last`; null when that cannot be told of them all. */
function rowsUpTo({ column, descending, nullsFirst }: SortKey, batch: Batch, last: number): Int32Array | null {
  const key = batch.columns[column]!;
  if (!isNumbers(key)) return null;
  const { values, nulls } = key;
  const rows = new Int32Array(batch.length);
  let count = 0;
  for (let row = 0; row < batch.length; row++) {
    const value = values[row]!;
    // NaN is above all numbers, and passes no comparison.
    const behind = nulls !== null && nulls[row] === 1 ? !nullsFirst : descending ? value < last : !(value <= last);
    if (!behind) rows[count++] = row;
  }
  return rows.subarray(0, count);
}
