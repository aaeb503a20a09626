import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { constantColumn, takeColumn } from "../../arrow/columns.js";
import { markOwned } from "../../arrow/ownership.js";
import { types } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { assert } from "../../errors/assert.js";
import { passes } from "../../expression/aggregates/filter.js";
import { IntList } from "../../state/intList.js";
import { noExpressions, oneInput, stateful, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, type Emission } from "../operator.js";
import { OrderedRowsOperator } from "./orderedRowsOperator.js";
import type { RankedRows } from "./rankedRows.js";
import { signsOf } from "./signs.js";
import type { TopRowsPartition } from "./topRowsPartition.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

/** The first rows of each partition, as changes; behind the columns the rank, where it is asked for, and 1 or −1. */
export interface TopRowsNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "topRows";
  readonly spec: TopRowsSpec;
  readonly input: Plan;
}

export const topRows: OperatorFacts<TopRowsNode> = {
  kind: "topRows",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  shape: ({ spec: { partition, order, ranks, limit, change } }) => ({
    partition,
    order: order.map(({ column, descending, nullsFirst }) => [column, descending, nullsFirst]),
    ranks,
    limit,
    takesBack: change !== null,
  }),
  explain: ({ spec, input }) => {
    const nameOf = (place: number): string => input.output[place]!.name;
    const order = spec.order.map(({ column, descending }) => `${nameOf(column)}${descending ? " DESC" : ""}`).join(", ");
    const consumed = spec.change === null ? "insert" : "insert, delete";
    return `TopRows (${spec.operatorId}) ${spec.ranks} <= ${spec.limit} by [${spec.partition.map(nameOf).join(", ")}] order [${order}], takes ${consumed}, ${spec.partitions} partitions`;
  },
  make: (node, { chunks }) => new TopRowsOperator(node, chunks),
};

/**
 * Top-N and ranks: consumes rows, where some are taken back with a sign. Emits, when the batch ends, for every partition of the rows that it came to: the rows that
 * were among the first and are not any more with −1, those that are now with 1; with ranks also those whose rank is another.
 *
 * State, in partitions by key group: rows, each with how often it is there, by key in a tree of their order. Where rows are taken back all of them, because any may
 * come in when others go; where all are new those that are among the first. Rows that tie are told apart by their hashes and bytes, so that the answer does not
 * depend on the order in which they came. What they are parted by may have an event time: then keys go when the watermark has passed it, without a word, and their late rows are left out.
 *
 * Invariant: the rows with 1 that were not taken back are the first rows of each key.
 */
export class TopRowsOperator extends OrderedRowsOperator {
  readonly #spec: TopRowsSpec;

  constructor(node: TopRowsNode, chunks: ChunkSizes) {
    const { spec } = node;
    assert(spec.passing === null || (spec.change !== null && !spec.emitsRank), "rows that pass have a sign and no rank");
    super(spec, "topRows", node, chunks);
    this.#spec = spec;
  }

  *process(batch: Batch): Iterable<Emission> {
    const { change, passing } = this.#spec;
    const signs = change === null ? null : signsOf(batch.columns[change]!);
    if (passing === null) {
      this.state.offer(batch, null, batch.length, signs);
      return;
    }
    const [passed, kept] = [new IntList(), new IntList()];
    const isPassing = passes(batch.columns[passing]!);
    for (let row = 0; row < batch.length; row++) (isPassing(row) ? passed : kept).push(row);
    this.state.offer(batch, kept.values, kept.count, signs);
    if (passed.count === 0) return;
    const columns = [...this.state.columns, change!].map((place) => takeColumn(batch.columns[place]!, passed.values, passed.count));
    yield emission(batchOf(this.output, columns, passed.count));
  }

  *finish(): Iterable<Emission> {
    for (const partition of this.state.all) {
      this.state.lapse(partition);
      const { gone, come } = partition.differences();
      yield* this.#emitted(partition, gone, -1);
      yield* this.#emitted(partition, come, 1);
      this.state.settle(partition);
    }
  }

  *#emitted(partition: TopRowsPartition, { rows, ranks }: RankedRows, sign: 1 | -1): Iterable<Emission> {
    for (let from = 0; from < rows.count; from += this.chunks.emittedRows) {
      const to = Math.min(rows.count, from + this.chunks.emittedRows);
      const count = to - from;
      const columns = partition.columns(rows.values.subarray(from, to), count).map(markOwned);
      const rank: Column = { type: types.int, encoding: "i32", length: count, nulls: null, values: ranks.values.slice(from, to) };
      const all = [...columns, ...(this.#spec.emitsRank ? [rank] : []), constantColumn(types.int, sign, count)];
      yield emission(batchOf(this.output, all, count));
    }
  }
}
