import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { constantColumn, readValue, takeColumn } from "../../arrow/columns.js";
import { markOwned } from "../../arrow/ownership.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { passes } from "../../expression/aggregates/filter.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { OrderBytes } from "../../state/orderBytes.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import { noExpressions, oneInput, stateful, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, type Emission, type StatefulOperator, type StateOperatorMetrics } from "../operator.js";
import type { RankedRows } from "./rankedRows.js";
import { signsOf } from "./signs.js";
import { TopRowsPartition } from "./topRowsPartition.js";
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
 * depend on the order in which they came. Nothing is evicted.
 *
 * Invariant: the rows with 1 that were not taken back are the first rows of each key.
 */
export class TopRowsOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #spec: TopRowsSpec;
  readonly #chunks: ChunkSizes;
  /** The columns of a row: all but the sign. */
  readonly #columns: readonly number[];
  readonly #keys: PackedKeys;
  readonly #rows: PackedKeys;
  readonly #order: OrderBytes;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<TopRowsPartition>;
  readonly #output: Schema;
  readonly #upserts: Schema;
  readonly #deletes: Schema;

  constructor({ spec, input, output }: TopRowsNode, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    const columns = input.output.filter((_, place) => place !== spec.change);
    this.#columns = input.output.flatMap((_, place) => (place === spec.change ? [] : [place]));
    assert(spec.passing === null || (spec.change !== null && !spec.emitsRank), "rows that pass have a sign and no rank");
    assert(spec.change === null || spec.change === columns.length, "the sign stands behind the columns of a row");
    const typeOf = (place: number) => columns[place]!.type;
    const layouts = { keys: layoutOf(spec.partition.map(typeOf)), rows: layoutOf(columns.map(({ type }) => type)) };
    this.#keys = new PackedKeys(layouts.keys);
    this.#rows = new PackedKeys(layouts.rows);
    this.#order = new OrderBytes(spec.order.map(({ column, ...how }) => ({ type: typeOf(column), ...how })));
    this.#router = new KeyRouter(spec.partitions);
    const sorter = new HashSorter();
    this.#partitions = new StatePartitions(spec.partitions, (groups) => {
      const partition = new TopRowsPartition(spec, layouts, groups, sorter);
      partition.begin();
      return partition;
    });
    this.#output = schemaOf(output);
    const key = schemaOf(columns);
    const value = types.struct([field("times", types.int, false)]);
    const group = field("group", types.int, false);
    this.#upserts = types.struct([...key.fields, ...value.fields, group]);
    this.#deletes = types.struct([...key.fields, group]);
    this.schemas = [{ operatorId: spec.operatorId, operatorName: "topRows", storeName: "default", key, value, layout: "rows" }];
  }

  needsBatch(): boolean {
    return false;
  }

  begin(): void {
    for (const partition of this.#partitions.all()) partition.begin();
  }

  *process(batch: Batch): Iterable<Emission> {
    const { change, passing } = this.#spec;
    const signs = change === null ? null : signsOf(batch.columns[change]!);
    const offer = (rows: Int32Array | null, count: number): void =>
      this.#eachPartition(batch.columns, rows, count, batch.length, (partition, offered) => partition.offer({ ...offered, signs }));
    if (passing === null) {
      offer(null, batch.length);
      return;
    }
    const [passed, kept] = [new IntList(), new IntList()];
    const isPassing = passes(batch.columns[passing]!);
    for (let row = 0; row < batch.length; row++) (isPassing(row) ? passed : kept).push(row);
    offer(kept.values, kept.count);
    if (passed.count === 0) return;
    const columns = [...this.#columns, change!].map((place) => takeColumn(batch.columns[place]!, passed.values, passed.count));
    yield emission(batchOf(this.#output, columns, passed.count));
  }

  *finish(): Iterable<Emission> {
    for (const partition of this.#partitions.all()) {
      const { gone, come } = partition.differences();
      yield* this.#emitted(partition, gone, -1);
      yield* this.#emitted(partition, come, 1);
      partition.settle();
    }
  }

  restore({ deletes, upserts }: StateChanges): void {
    if (deletes !== null)
      this.#eachPartition(deletes.columns, null, deletes.length, deletes.length, (partition, offered) => partition.restoreDeletes(offered));
    if (upserts === null) return;
    const times = upserts.columns[this.#columns.length]!;
    const counts = Array.from({ length: upserts.length }, (_, row) => Number(readValue(times, row)));
    this.#eachPartition(upserts.columns, null, upserts.length, upserts.length, (partition, offered) => partition.restore(offered, counts));
  }

  *changes(): Iterable<StateChanges> {
    for (const partition of this.#partitions.all()) {
      const { deletes } = partition;
      if (deletes !== null) {
        const columns = deletes.columns.map(markOwned);
        yield { ...this.#chunk(), deletes: batchOf(this.#deletes, columns, deletes.count) };
      }
      yield* this.#saved(partition, partition.changed());
    }
  }

  get stateRows(): number {
    return this.#partitions.all().reduce((sum, { size }) => sum + size, 0);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const partition of this.#partitions.of(groups)) yield* this.#saved(partition, partition.of(groups));
  }

  metrics(): StateOperatorMetrics {
    const partitions = this.#partitions.all();
    const sum = (count: (partition: TopRowsPartition) => number): number => partitions.reduce((total, p) => total + count(p), 0);
    return {
      operatorName: "topRows",
      numRowsTotal: this.stateRows,
      numRowsUpdated: sum(({ updated }) => updated),
      numRowsRemoved: sum(({ deletes }) => deletes?.count ?? 0),
      numRowsDroppedByWatermark: 0,
      numDroppedDuplicateRows: null,
      partitions: this.#spec.partitions,
      memoryUsedBytes: sum(({ memoryBytes }) => memoryBytes),
      lateRows: 0,
    };
  }

  *#emitted(partition: TopRowsPartition, { rows, ranks }: RankedRows, sign: 1 | -1): Iterable<Emission> {
    for (let from = 0; from < rows.count; from += this.#chunks.emittedRows) {
      const to = Math.min(rows.count, from + this.#chunks.emittedRows);
      const count = to - from;
      const columns = partition.columns(rows.values.subarray(from, to), count).map(markOwned);
      const rank: Column = { type: types.int, encoding: "i32", length: count, nulls: null, values: ranks.values.slice(from, to) };
      const all = [...columns, ...(this.#spec.emitsRank ? [rank] : []), constantColumn(types.int, sign, count)];
      yield emission(batchOf(this.#output, all, count));
    }
  }

  /** Deals the rows of a batch, or of a file, to their partitions. */
  #eachPartition(
    columns: readonly Column[],
    rows: Int32Array | null,
    count: number,
    length: number,
    deal: (partition: TopRowsPartition, offered: Omit<Parameters<TopRowsPartition["offer"]>[0], "signs">) => void,
  ): void {
    const { partition, order } = this.#spec;
    const pick = (places: readonly number[]): Column[] => places.map((place) => columns[place]!);
    this.#keys.pack(pick(partition), length);
    this.#rows.pack(pick(this.#columns), length);
    for (const routed of this.#router.route(this.#keys, rows, count)) {
      this.#order.write(pick(order.map(({ column }) => column)), routed.rows, routed.count);
      const offered = { keys: this.#keys, rows: this.#rows, taken: routed.rows, count: routed.count, order: this.#order };
      deal(this.#partitions.at(routed.partition), offered);
    }
  }

  *#saved(partition: TopRowsPartition, rows: Int32Array): Iterable<StateChanges> {
    for (let from = 0; from < rows.length; from += this.#chunks.stateRows) {
      const some = rows.subarray(from, from + this.#chunks.stateRows);
      const columns = partition.savedColumns(some).map(markOwned);
      yield { ...this.#chunk(), upserts: batchOf(this.#upserts, columns, some.length) };
    }
  }

  #chunk(): StateChanges {
    return { operatorId: this.operatorId, storeName: "default", upserts: null, deletes: null, droppedPanes: [] };
  }
}
