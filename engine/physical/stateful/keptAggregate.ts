import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { columnFromValues, constantColumn, takeColumn, type PlainColumn } from "../../arrow/columns.js";
import { markOwned } from "../../arrow/ownership.js";
import { types } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { passes } from "../../expression/aggregates/filter.js";
import type { Attribute } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { IntList } from "../../state/intList.js";
import { RowComparer } from "../../state/rowComparer.js";
import { namesOf, noExpressions, oneInput, stateful, textsOf, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, type BatchFacts, type Emission } from "../operator.js";
import { boundsOf } from "./aggregateInput.js";
import { changedSessions, type ChangedSessions } from "./changedSessions.js";
import { shapeOf, type AggregateSpec } from "./aggregateSpec.js";
import { groupsOfKeys, groupsOfSessions, touchedRows, type KeptGroups, type TouchedRows } from "./keptGroups.js";
import { OrderedRowsOperator } from "./orderedRowsOperator.js";
import { RowFold } from "./rowFold.js";
import { signsOf } from "./signs.js";
import type { PassedRows, TopRowsPartition } from "./topRowsPartition.js";
import type { TopRowsSpec } from "./topRowsSpec.js";

const none = -1;

/** GROUP BY over rows that are taken back, of aggregates that no row can be subtracted from, and by sessions; the last column says 1 or −1. */
export interface KeptAggregateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "keptAggregate";
  readonly spec: AggregateSpec;
  /** How the rows are kept: by the groupings but a session, in the order of the session's start and of the arguments. A sign is the last column of the input. */
  readonly kept: TopRowsSpec;
  /** The column of the input that is true of rows: the one group of an aggregation without keys keeps one that is none. Null where there are keys. */
  readonly isRow: number | null;
  /** Whether the sessions of all rows have one gap: then a batch makes those anew that it changes, else all of a key. */
  readonly hasOneGap: boolean;
  readonly input: Plan;
}

export const keptAggregate: OperatorFacts<KeptAggregateNode> = {
  kind: "keptAggregate",
  ...noExpressions,
  ...oneInput,
  ...stateful,
  shape: ({ spec }) => ({ ...shapeOf(spec), keeps: "rows" }),
  explain: ({ spec, kept }) => {
    const calls = textsOf(spec.aggregates.map(({ call }) => call));
    const consumed = kept.change === null ? "insert" : "insert, delete";
    return `KeptAggregate (${spec.operatorId}) keys ${namesOf(spec.grouping)}, functions ${calls}, takes ${consumed}, ${spec.partitions} partitions`;
  },
  make: (node, { chunks }) => new KeptAggregateOperator(node, chunks),
};

/**
 * GROUP BY in output mode `changes` for aggregates like `collect_list` and `percentile`: consumes grouping and argument columns with a sign. Emits, when the batch ends, of
 * every group whose results differ from those before the batch: these with −1, and what is so now with 1.
 *
 * State, in partitions by key group: the rows of each group, each with how often it is there, in the order of their arguments, so that lists do not depend on the order in
 * which rows came. A row that changes is written alone; the group's results are made of all its rows, before and after. Groups go with their last row, or without a word when
 * the watermark has passed their event time; the rows of a key that has sessions are parted into these anew, and go when the watermark has passed theirs. The one group of an aggregation without keys is there from the first batch on.
 *
 * Invariant: the rows with 1 that were not taken back are the groups and their results.
 */
export class KeptAggregateOperator extends OrderedRowsOperator {
  readonly #node: KeptAggregateNode;
  readonly #fold: RowFold;
  readonly #comparer: RowComparer;
  /** Place of a session among the groupings. */
  readonly #session: number | null;

  constructor(node: KeptAggregateNode, chunks: ChunkSizes) {
    const { spec, kept } = node;
    super(kept, "keptAggregate", node, chunks);
    this.#node = node;
    this.#fold = new RowFold(spec.aggregates, schemaOf(rowColumns(node)));
    this.#comparer = new RowComparer(spec.output.slice(spec.grouping.length).map(({ type }) => type));
    this.#session = spec.session;
  }

  override begin(facts: BatchFacts): void {
    super.begin(facts);
    if (this.#node.isRow !== null && this.state.stateRows === 0) this.state.offer(this.#noRow(), null, 1, null);
  }

  process(batch: Batch): Iterable<Emission> {
    const { change } = this.#node.kept;
    this.state.offer(batch, null, batch.length, change === null ? null : signsOf(batch.columns[change]!));
    return nothing;
  }

  *finish(): Iterable<Emission> {
    for (const partition of this.state.all) {
      this.state.lapse(partition);
      let some = touchedRows();
      let keys = new IntList();
      for (const { key, ...rows } of partition.touchedKeys()) {
        const { before, now, hasFirst } = this.#changed(partition, rows);
        add(some, before, 2 * keys.count);
        add(some, now, 2 * keys.count + 1);
        keys.push(hasFirst ? key : none);
        if (some.rows.count < this.chunks.emittedRows) continue;
        yield* this.#changesOf(partition, some, keys);
        [some, keys] = [touchedRows(), new IntList()];
      }
      if (keys.count > 0) yield* this.#changesOf(partition, some, keys);
      this.state.settle(partition, this.#session === null ? undefined : this.#endedSessions);
    }
  }

  #changed(partition: TopRowsPartition, { before, now }: Pick<ChangedSessions, "before" | "now">): ChangedSessions {
    if (!this.#node.hasOneGap) return { before, now, hasFirst: true };
    return changedSessions(before, now, (rows) => boundsOf(partition.columns(rows, rows.length)[this.#session!]!));
  }

  /** Of groups whose results are others than before: those with −1, and those that are so now with 1. */
  *#changesOf(partition: TopRowsPartition, touched: TouchedRows, keys: IntList): Iterable<Emission> {
    const { rows } = touched;
    const columns = partition.columns(rows.values, rows.count);
    const groups = this.#groupsOf(touched, columns);
    if (this.#session !== null && this.#node.kept.eventTime !== null) noteEnds(partition, touched, groups, keys);
    const groupCount = groups.firstRow.count;
    const { isRow } = this.#node;
    const all = Int32Array.from({ length: rows.count }, (_, j) => j);
    const counted = isRow === null ? all : all.filter(passes(columns[isRow]!));
    const results = this.#fold.results({ columns, groups: groups.ofRow, rows: counted, groupCount });
    const isSame = this.#sameAsBefore(results, groups);
    for (const sign of [-1, 1] as const) {
      const told = new IntList(groupCount);
      for (let g = 0; g < groupCount; g++) if (isSame[g] === 0 && groups.isNow.values[g] === (sign === 1 ? 1 : 0)) told.push(g);
      if (told.count === 0) continue;
      const shown = [...this.#keysOf(columns, groups, told), ...results.map((column) => takeColumn(column, told.values, told.count))];
      yield emission(batchOf(this.output, [...shown.map(markOwned), constantColumn(types.int, sign, told.count)], told.count));
    }
  }

  #groupsOf(touched: TouchedRows, columns: readonly Column[]): KeptGroups {
    if (this.#session === null) return groupsOfKeys(touched);
    const { times, ends } = boundsOf(columns[this.#session]!);
    return groupsOfSessions(touched, times, ends);
  }

  /** 1 of each group that is the same before and now. */
  #sameAsBefore(results: readonly Column[], { partner, isNow }: KeptGroups): Uint8Array {
    const [before, now] = [new IntList(), new IntList()];
    for (let g = 0; g < partner.count; g++) {
      if (isNow.values[g] === 0 || partner.values[g]! < 0) continue;
      before.push(partner.values[g]!);
      now.push(g);
    }
    const taken = ({ values, count }: IntList): Column[] => results.map((column) => takeColumn(column, values, count));
    const same = this.#comparer.same(taken(before), taken(now), now.count);
    const isSame = new Uint8Array(partner.count);
    for (let j = 0; j < now.count; j++) if (same[j] === 1) isSame[before.values[j]!] = isSame[now.values[j]!] = 1;
    return isSame;
  }

  /** The grouping columns of some groups: those of their first rows, and of a session its own bounds. */
  #keysOf(columns: readonly Column[], { firstRow, starts, ends }: KeptGroups, { values, count }: IntList): Column[] {
    const some = values.subarray(0, count);
    const rows = Int32Array.from(some, (group) => firstRow.values[group]!);
    return this.#node.spec.grouping.map(({ type }, place): Column => {
      if (place !== this.#session) return takeColumn(columns[place]!, rows, count);
      const boundOf = (of: readonly number[]): PlainColumn => {
        const times = Float64Array.from(some, (group) => of[group]!);
        return { type: types.timestamp, encoding: "f64", length: count, nulls: null, values: times };
      };
      return { type, encoding: "struct", length: count, nulls: null, children: [boundOf(starts), boundOf(ends)] };
    });
  }

  /** Sessions that the watermark has passed are final: their rows go. */
  readonly #endedSessions: PassedRows = (partition, rows, boundUs) => {
    const { times, ends } = boundsOf(partition.columns(rows, rows.length)[this.#session!]!);
    let [end, open] = [-Infinity, 0];
    for (let j = 0; j < rows.length; j++) {
      if (j > 0 && times[j]! > end) {
        if (end > boundUs) return { count: open, nextUs: end };
        open = j;
      }
      end = Math.max(end, ends[j]!);
    }
    return end > boundUs ? { count: open, nextUs: end } : { count: rows.length, nextUs: NaN };
  };

  /** What keeps the one group of an aggregation without keys: it counts for nothing. */
  #noRow(): Batch {
    const schema = schemaOf(rowColumns(this.#node));
    const columns = schema.fields.map(({ type }, place) => columnFromValues(type, [place === this.#node.isRow ? false : null]));
    return batchOf(schema, columns, 1);
  }
}

/** The columns of a row: all but the sign. */
function rowColumns({ input, kept }: KeptAggregateNode): readonly Attribute[] {
  return kept.change === null ? input.output : input.output.slice(0, -1);
}

function add({ rows, sides }: TouchedRows, added: Int32Array, side: number): void {
  for (const row of added) {
    rows.push(row);
    sides.push(side);
  }
}

/** A key is looked at again when the first of its sessions has ended. `keys`: by place; those whose first session is not among these are none. */
function noteEnds(partition: TopRowsPartition, { sides }: TouchedRows, { firstRow, isNow, ends }: KeptGroups, keys: IntList): void {
  for (let g = firstRow.count - 1; g >= 0; g--) {
    const key = keys.values[sides.values[firstRow.values[g]!]! >> 1]!;
    if (isNow.values[g] === 1 && key !== none) partition.setTime(key, ends[g]!);
  }
}
