import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { concatBatches, readValue, retainBatch, takeBatch } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { compareValues } from "../../values/compare.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Sorts what a batch emits: bounded tables, and complete mode. */
export interface SortNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "sort";
  readonly keys: readonly SortKey[];
  readonly input: Plan;
}

/** A column to sort by. */
export interface SortKey {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export const sort: OperatorFacts<SortNode> = {
  kind: "sort",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => true,
  explain: ({ keys, input }) => {
    const orders = keys.map(({ column, descending, nullsFirst }) => {
      return `${input.output[column]!.name} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
    });
    return `Sort [${orders.join(", ")}]`;
  },
  make: ({ keys, output }, { chunks }) => new SortOperator(keys, schemaOf(output), chunks),
};

/**
 * ORDER BY over what one batch gives (bounded tables, complete mode). Consumes batches, keeps copies of them until `finish`, emits all rows in order.
 *
 * Keys are read once a row, then an index is sorted: results of aggregations are small beside their input.
 *
 * Invariant: equal rows come out in the order they came in.
 */
export class SortOperator implements Operator {
  #parts: Batch[] = [];

  constructor(
    private readonly keys: readonly SortKey[],
    private readonly schema: Schema,
    private readonly chunks: ChunkSizes,
  ) {}

  begin(_context: BatchFacts): void {
    this.#parts = [];
  }

  process(batch: Batch): Iterable<Emission> {
    if (batch.length > 0) this.#parts.push(retainBatch(batch));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    const all = concatBatches(this.schema, this.#parts);
    this.#parts = [];
    if (all.length === 0) return;
    const comparisons = this.keys.map((key) => comparison(key, all.columns[key.column]!));
    const rows = Int32Array.from({ length: all.length }, (_, i) => i);
    rows.sort((a, b) => {
      for (const compare of comparisons) {
        const order = compare(a, b);
        if (order !== 0) return order;
      }
      return a - b;
    });
    const { emittedRows } = this.chunks;
    for (let from = 0; from < rows.length; from += emittedRows) {
      const some = rows.subarray(from, from + emittedRows);
      yield emission(takeBatch(all, some, some.length));
    }
  }
}

/** Compares two rows by one key. */
export function comparison({ descending, nullsFirst }: SortKey, column: Column): (a: number, b: number) => number {
  const values: Value[] = Array.from({ length: column.length }, (_, i) => readValue(column, i));
  const nullOrder = nullsFirst ? -1 : 1;
  return (a, b) => {
    const left = values[a]!;
    const right = values[b]!;
    if (left === null || right === null) return left === right ? 0 : left === null ? nullOrder : -nullOrder;
    const order = compareValues(left, right, column.type);
    return descending ? -order : order;
  };
}
