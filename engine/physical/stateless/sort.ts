import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { concatBatches, retainBatch, takeBatch } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
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
  make: ({ keys, first, output }, { chunks }) => new SortOperator({ keys, first }, schemaOf(output), chunks),
};

/**
 * ORDER BY over what one batch gives (bounded tables, complete mode). Consumes batches, keeps copies of them until `finish`, emits all rows in order.
 *
 * Where the first rows are wanted only it keeps a few times as many, and passes over rows that lie behind all of them.
 *
 * Invariant: equal rows come out in the order they came in.
 */
export class SortOperator implements Operator {
  #parts: Batch[] = [];
  #kept = 0;
  /** Of the last of the first rows: what the first key is there. Null: not known, or no number. */
  #last: number | null = null;
  readonly #most: number;

  constructor(
    private readonly order: Pick<SortNode, "keys" | "first">,
    private readonly schema: Schema,
    private readonly chunks: ChunkSizes,
  ) {
    this.#most = order.first === null ? Infinity : Math.max(4 * order.first, 4096);
  }

  begin(_context: BatchFacts): void {
    [this.#parts, this.#kept, this.#last] = [[], 0, null];
  }

  process(batch: Batch): Iterable<Emission> {
    const rows = this.#last === null ? null : rowsUpTo(this.order.keys[0]!, batch, this.#last);
    if (batch.length === 0 || rows?.length === 0) return nothing;
    const wanted = rows === null || rows.length === batch.length ? retainBatch(batch) : retainBatch(takeBatch(batch, rows, rows.length));
    this.#parts.push(wanted);
    this.#kept += wanted.length;
    if (this.#kept > this.#most) this.#cut();
    return nothing;
  }

  /** Leaves the first rows of those that are kept. */
  #cut(): void {
    const all = concatBatches(this.schema, this.#parts);
    const rows = sortedRows(this.order.keys, all).subarray(0, this.order.first!);
    const first = retainBatch(takeBatch(all, rows, rows.length));
    [this.#parts, this.#kept] = [[first], first.length];
    this.#last =
      first.length === 0 || first.length < this.order.first!
        ? null
        : numberAt(first.columns[this.order.keys[0]!.column]!, first.length - 1);
  }

  *finish(): Iterable<Emission> {
    const all = concatBatches(this.schema, this.#parts);
    this.#parts = [];
    if (all.length === 0) return;
    const rows = sortedRows(this.order.keys, all).subarray(0, this.order.first ?? all.length);
    const { emittedRows } = this.chunks;
    for (let from = 0; from < rows.length; from += emittedRows) {
      const some = rows.subarray(from, from + emittedRows);
      yield emission(takeBatch(all, some, some.length));
    }
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
