import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { columnFromValues, constantColumn, takeColumn } from "../../arrow/columns.js";
import { markOwned } from "../../arrow/ownership.js";
import { types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { passes } from "../../expression/aggregates/filter.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { IntList } from "../../state/intList.js";
import { RowComparer } from "../../state/rowComparer.js";
import { namesOf, noExpressions, oneInput, stateful, textsOf, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import {
  emission,
  nothing,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { shapeOf, type AggregateSpec } from "./aggregateSpec.js";
import { OrderedRowsState } from "./orderedRowsState.js";
import { RowFold } from "./rowFold.js";
import { signsOf } from "./signs.js";
import type { TopRowsPartition } from "./topRowsPartition.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

/** GROUP BY over rows that are taken back, of aggregates that no row can be subtracted from; the last column says 1 or −1. */
export interface KeptAggregateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "keptAggregate";
  readonly spec: AggregateSpec;
  /** How the rows are kept: by the groupings, in the order of the arguments. The sign is the last column of the input. */
  readonly kept: TopRowsSpec;
  /** The column of the input that is true of rows: the one group of an aggregation without keys keeps one that is none. Null where there are keys. */
  readonly isRow: number | null;
  readonly input: Plan;
}

export const keptAggregate: OperatorFacts<KeptAggregateNode> = {
  kind: "keptAggregate",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  shape: ({ spec }) => ({ ...shapeOf(spec), keeps: "rows" }),
  explain: ({ spec }) => {
    const calls = textsOf(spec.aggregates.map(({ call }) => call));
    return `KeptAggregate (${spec.operatorId}) keys ${namesOf(spec.grouping)}, functions ${calls}, takes insert, delete, ${spec.partitions} partitions`;
  },
  make: (node, { chunks }) => new KeptAggregateOperator(node, chunks),
};

/** Groups that the batch touched: their rows before it and now, one after the other. */
interface TouchedGroups {
  readonly rows: IntList;
  /** Of each row: 2g of group g before the batch, 2g + 1 of group g now. */
  readonly groups: IntList;
  count: number;
}

/**
 * GROUP BY in output mode `changes` for aggregates like `collect_list` and `percentile`: consumes grouping and argument columns with a sign. Emits, when the batch ends, of
 * every group whose results differ from those before the batch: these with −1, and what is so now with 1.
 *
 * State, in partitions by key group: the rows of each group, each with how often it is there, in the order of their arguments, so that lists do not depend on the order in
 * which rows came. A row that changes is written alone; the group's results are made of all its rows, before and after. Groups go with their last row, or without a word when
 * the watermark has passed their event time; the one group of an aggregation without keys is there from the first batch on.
 *
 * Invariant: the rows with 1 that were not taken back are the groups and their results.
 */
export class KeptAggregateOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #node: KeptAggregateNode;
  readonly #chunks: ChunkSizes;
  readonly #state: OrderedRowsState;
  readonly #fold: RowFold;
  readonly #comparer: RowComparer;
  readonly #output: Schema;

  constructor(node: KeptAggregateNode, chunks: ChunkSizes) {
    const { spec, kept, input, output } = node;
    this.operatorId = spec.operatorId;
    this.#node = node;
    this.#chunks = chunks;
    this.#state = new OrderedRowsState(kept, "keptAggregate", input.output, chunks);
    this.#fold = new RowFold(spec.aggregates, schemaOf(input.output.slice(0, -1)));
    this.#comparer = new RowComparer(spec.output.slice(spec.grouping.length).map(({ type }) => type));
    this.#output = schemaOf(output);
    this.schemas = [this.#state.schema];
  }

  needsBatch(facts: BatchFacts): boolean {
    return this.#node.kept.eventTime !== null && watermarkMoved(facts, this.operatorId);
  }

  begin({ watermarks }: BatchFacts): void {
    this.#state.begin(watermarks);
    if (this.#node.isRow !== null && this.#state.stateRows === 0) this.#state.offer(this.#noRow(), null, 1, null);
  }

  process(batch: Batch): Iterable<Emission> {
    const { change } = this.#node.kept;
    assert(change !== null, "rows are taken back");
    this.#state.offer(batch, null, batch.length, signsOf(batch.columns[change]!));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    for (const partition of this.#state.all) {
      let some = touchedGroups();
      for (const { before, now } of partition.touchedKeys()) {
        add(some, before, 2 * some.count);
        add(some, now, 2 * some.count + 1);
        some.count++;
        if (some.rows.count < this.#chunks.emittedRows) continue;
        yield* this.#changesOf(partition, some);
        some = touchedGroups();
      }
      if (some.count > 0) yield* this.#changesOf(partition, some);
      this.#state.settle(partition);
    }
  }

  restore(changes: StateChanges): void {
    this.#state.restore(changes);
  }

  changes(): Iterable<StateChanges> {
    return this.#state.changes();
  }

  get stateRows(): number {
    return this.#state.stateRows;
  }

  snapshot(groups?: GroupRange): Iterable<StateChanges> {
    return this.#state.snapshot(groups);
  }

  metrics(): StateOperatorMetrics {
    return this.#state.metrics();
  }

  /** Of groups whose results are others than before: those with −1, and those that are so now with 1. */
  *#changesOf(partition: TopRowsPartition, { rows, groups, count }: TouchedGroups): Iterable<Emission> {
    const columns = partition.columns(rows.values, rows.count);
    const groupOf = groups.view();
    const firstRow = new Int32Array(2 * count).fill(-1);
    for (let j = rows.count - 1; j >= 0; j--) firstRow[groupOf[j]!] = j;
    const { isRow } = this.#node;
    const all = Int32Array.from({ length: rows.count }, (_, j) => j);
    const counted = isRow === null ? all : all.filter(passes(columns[isRow]!));
    const results = this.#fold.results({ columns, groups: groupOf, rows: counted, groupCount: 2 * count });
    const isSame = this.#sameBefore(results, count);
    const [gone, come] = [new IntList(count), new IntList(count)];
    for (let g = 0; g < count; g++) {
      const [before, now] = [firstRow[2 * g]! >= 0, firstRow[2 * g + 1]! >= 0];
      if (before && now && isSame[g] === 1) continue;
      if (before) gone.push(2 * g);
      if (now) come.push(2 * g + 1);
    }
    const keys = columns.slice(0, this.#node.spec.grouping.length);
    for (const [list, sign] of [
      [gone, -1],
      [come, 1],
    ] as const) {
      if (list.count === 0) continue;
      const keyRows = Int32Array.from(list.view(), (group) => firstRow[group]!);
      const shown = [
        ...keys.map((column) => takeColumn(column, keyRows, list.count)),
        ...results.map((column) => takeColumn(column, list.values, list.count)),
      ].map(markOwned);
      yield emission(batchOf(this.#output, [...shown, constantColumn(types.int, sign, list.count)], list.count));
    }
  }

  /** 1 of each group whose results are those before the batch. */
  #sameBefore(results: readonly Column[], count: number): Uint8Array {
    const places = (offset: number) => Int32Array.from({ length: count }, (_, g) => 2 * g + offset);
    const taken = (offset: number) => results.map((column) => takeColumn(column, places(offset), count));
    return this.#comparer.same(taken(0), taken(1), count);
  }

  /** What keeps the one group of an aggregation without keys: it counts for nothing. */
  #noRow(): Batch {
    const schema = schemaOf(this.#node.input.output.slice(0, -1));
    const columns = schema.fields.map(({ type }, place) => columnFromValues(type, [place === this.#node.isRow ? false : null]));
    return batchOf(schema, columns, 1);
  }
}

function touchedGroups(): TouchedGroups {
  return { rows: new IntList(), groups: new IntList(), count: 0 };
}

function add({ rows, groups }: TouchedGroups, added: Int32Array, group: number): void {
  for (const row of added) {
    rows.push(row);
    groups.push(group);
  }
}
