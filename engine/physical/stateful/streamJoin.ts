import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { nullColumn, takeBatch, takeColumn } from "../../arrow/columns.js";
import { types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { passes } from "../../expression/aggregates/filter.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { IntList } from "../../state/intList.js";
import { sqlText } from "../../plan/sqlText.js";
import { stateful, twoStreams, type NodeBase, type OperatorFacts, timeJudge } from "../nodeFacts.js";
import {
  emission,
  nothing,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { arrivalOrder, pick } from "./arrivalOrder.js";
import { watermarkedTimes } from "./eventTimes.js";
import type { JoinPartition } from "./joinPartition.js";
import type { JoinSide } from "./joinSide.js";
import { boundUsOf, dueUsOf, neverKept } from "./joinExpiry.js";
import { JoinState } from "./joinState.js";
import { gatherRows, type PartitionedRows } from "./partitionedRows.js";
import { rowCondition, type RowCondition } from "../rowCondition.js";
import { delayOf, isOuter, marksPartners, shapeOf, type JoinSideSpec, type SideIndex, type StreamJoinSpec } from "./streamJoinSpec.js";

/** Two streams, both of which are kept. */
export interface StreamJoinNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "streamJoin";
  readonly spec: StreamJoinSpec;
  readonly left: Plan;
  readonly right: Plan;
}

export const streamJoin: OperatorFacts<StreamJoinNode> = {
  kind: "streamJoin",
  ...twoStreams,
  ...stateful,
  expressions: ({ spec: { sides, condition } }) =>
    [...sides.map(({ filter }) => filter), condition?.expression ?? null].filter((e) => e !== null),
  shape: ({ spec: { joinType, sides } }) => ({ joinType, expiry: sides.map(({ expiry }) => shapeOf(expiry)) }),
  delayMs: ({ spec: { sides } }) => delayOf(sides),
  explain: ({ spec, left, right }) => {
    const keys = spec.sides[0].keys.map((key, k) => `${left.output[key]!.name} = ${right.output[spec.sides[1].keys[k]!]!.name}`);
    const condition = spec.condition === null ? "" : `, condition ${sqlText(spec.condition.expression)}`;
    return `SymmetricHashJoin ${spec.joinType} (${spec.operatorId}) [${keys.join(", ")}]${condition}, ${spec.partitions} partitions`;
  },
  make: ({ spec }, parts) => {
    const [left, right] = spec.sides;
    const filterOf = ({ filter, columns }: JoinSideSpec) => (filter === null ? null : rowCondition(filter, columns, parts));
    const read = (side: SideIndex) => spec.condition!.columns[side].map((c) => spec.sides[side].columns[c]!);
    const pair = spec.condition === null ? null : rowCondition(spec.condition.expression, [...read(0), ...read(1)], parts);
    return new StreamJoinOperator(spec, { filters: [filterOf(left), filterOf(right)], pair }, parts.chunks);
  },
  lateJudge: ({ spec: { sides } }, input) => timeJudge(sides[input]!.eventTime),
};

/** The compiled conditions of a join. */
export interface StreamJoinConditions {
  /** What a row of each side must fulfil to have partners. */
  readonly filters: readonly [RowCondition | null, RowCondition | null];
  /** What a pair must fulfil, over the columns that the spec names. */
  readonly pair: RowCondition | null;
}

/**
 * Joins two streams: each row is joined with the rows of the other side that have come before, in this batch or an earlier one, and is kept for those that come
 * after. Emits pairs as rows come, in the order of arrival; leftSemi the left row with its first partner. At the end of the batch, in the order in which they once
 * came, the rows of an outer side that can have no partner any more and had none, padded with nulls (SEMANTICS 28).
 *
 * State: the rows of both sides by key (`joinState.ts`). A row goes when the watermark has passed its expiry; what that is the planner reads off the condition. Late rows
 * (SEMANTICS 27) are neither joined nor kept. Rows that fail what concerns their side alone come out padded at once, or not at all (SEMANTICS 29). Keys compare with
 * null as a value (SEMANTICS 30): where nulls must not meet, a filter below has dropped them.
 *
 * Invariant: each pair of on-time rows that meets key and condition is emitted once, when its second row comes, however many partitions there are.
 */
export class StreamJoinOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  /** Rows may have more columns, null in those that are there. */
  readonly evolution = { kind: "rows" } as const;
  readonly #spec: StreamJoinSpec;
  readonly #chunks: ChunkSizes;
  readonly #conditions: StreamJoinConditions;
  readonly #state: JoinState;
  readonly #output: Schema;
  readonly #sideSchemas: readonly [Schema, Schema];
  readonly #pairSchemas: readonly [Schema, Schema];
  readonly #rows = new IntList();
  readonly #pairRows = new IntList();
  readonly #kept: PartitionedRows = { partitions: new IntList(), places: new IntList() };
  /** Of each row of the batch: whether it has had a partner. */
  #matched = new Uint8Array(0);
  #watermarks: OperatorWatermarks | null = null;
  #batchTimeMs = 0;
  #lateRows = 0;
  #updated = 0;
  #removed = 0;
  #expiredByTtl = 0;

  constructor(spec: StreamJoinSpec, conditions: StreamJoinConditions, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#conditions = conditions;
    this.#chunks = chunks;
    this.#state = new JoinState(spec, chunks);
    this.schemas = this.#state.schemas;
    this.#output = schemaOf(spec.output);
    this.#sideSchemas = [schemaOf(spec.sides[0].columns), schemaOf(spec.sides[1].columns)];
    const read = (side: SideIndex) => types.struct((spec.condition?.columns[side] ?? []).map((c) => this.#sideSchemas[side].fields[c]!));
    this.#pairSchemas = [read(0), read(1)];
  }

  needsBatch(facts: BatchFacts): boolean {
    return this.#spec.sides.some(({ expiry }) => expiry?.clock === "watermark") && watermarkMoved(facts, this.operatorId);
  }

  get dueUs(): number {
    return dueUsOf(this.#spec, this.#state.all());
  }

  begin(facts: BatchFacts): void {
    this.#watermarks = facts.watermarks[this.operatorId] ?? null;
    this.#batchTimeMs = facts.batchTimeMs;
    this.#lateRows = 0;
    this.#expiredByTtl = 0;
    this.#updated = 0;
    this.#removed = 0;
    this.#state.begin();
  }

  *process(batch: Batch, input: number): Iterable<Emission> {
    const side = input as SideIndex;
    const { columns: attributes, keys, expiry } = this.#spec.sides[side];
    const columns = batch.columns.slice(0, attributes.length);
    this.#onTimeRows(side, batch);
    const unfit = this.#takeUnfit(side, columns, batch.length);
    if (unfit !== null && isOuter(this.#spec, side)) yield* this.#padded(side, unfit.count, this.#take(side, columns, unfit));
    const rows = this.#rows;
    if (rows.count === 0) return;
    if (this.#matched.length < batch.length) this.#matched = new Uint8Array(2 * batch.length);
    this.#matched.fill(0, 0, batch.length);
    this.#state.lookUp(
      keys.map((key) => batch.columns[key]!),
      rows.values,
      rows.count,
      batch.length,
      this.#spec.joinType !== "leftSemi",
    );
    const times = expiry === null ? null : watermarkedTimes(batch.columns[expiry.column]!);
    yield* this.#joinRows(side, columns, times);
    this.#keepRows(side, columns, times);
  }

  *finish(): Iterable<Emission> {
    for (const side of [0, 1] as const) yield* this.#expire(side);
    for (const partition of this.#state.all()) partition.dropEmptyKeys();
  }

  restore(changes: StateChanges): void {
    this.#state.restore(changes);
  }

  changes(): Iterable<StateChanges> {
    return this.#state.changes();
  }

  get stateRows(): number {
    return this.#state.rowCount;
  }

  snapshot(groups: GroupRange): Iterable<StateChanges> {
    return this.#state.snapshot(groups);
  }

  get memoryBytes(): number {
    return this.#state.memoryBytes;
  }

  metrics(): StateOperatorMetrics {
    return {
      operatorName: "symmetricHashJoin",
      numRowsTotal: this.#state.rowCount,
      numRowsUpdated: this.#updated,
      numRowsRemoved: this.#removed,
      numRowsDroppedByWatermark: this.#lateRows,
      numDroppedDuplicateRows: null,
      ...(this.#spec.sides.some(({ expiry }) => expiry?.clock === "batch") && { rowsExpiredByTtl: this.#expiredByTtl }),
      partitions: this.#spec.partitions,
      memoryUsedBytes: this.memoryBytes,
      lateRows: this.#lateRows,
    };
  }

  /** Lists the rows that are not late. */
  #onTimeRows(side: SideIndex, batch: Batch): void {
    const rows = this.#rows;
    const { eventTime } = this.#spec.sides[side];
    const { length } = batch;
    rows.clear();
    rows.reserve(length);
    const list = rows.values;
    let count = 0;
    if (eventTime === null || this.#watermarks === null) {
      for (; count < length; count++) list[count] = count;
    } else {
      const lateUs = this.#watermarks.lateMs * 1000;
      const times = watermarkedTimes(batch.columns[eventTime]!);
      for (let row = 0; row < length; row++) if (!(times[row]! <= lateUs)) list[count++] = row;
      this.#lateRows += length - count;
    }
    rows.count = count;
  }

  /** Takes the rows that fail what concerns their side alone out of the list, and gives them; null when there are none. */
  #takeUnfit(side: SideIndex, columns: readonly Column[], length: number): IntList | null {
    const filter = this.#conditions.filters[side];
    const rows = this.#rows;
    if (filter === null || rows.count === 0) return null;
    // Only the rows that are on time are evaluated: others may not be asked for errors.
    const whole = rows.count === length;
    const asked = whole ? columns : this.#take(side, columns, rows);
    const fits = passes(filter(batchOf(this.#sideSchemas[side], asked, rows.count)));
    const unfit = new IntList();
    let count = 0;
    for (let j = 0; j < rows.count; j++) {
      const row = rows.values[j]!;
      if (fits(j)) rows.values[count++] = row;
      else unfit.push(row);
    }
    rows.count = count;
    return unfit.count === 0 ? null : unfit;
  }

  /** Joins the listed rows with what is kept of the other side. */
  *#joinRows(side: SideIndex, columns: readonly Column[], times: Float64Array | null): Iterable<Emission> {
    const { partitions, places } = this.#kept;
    const { slotOfRow, partitionOfRow } = this.#state;
    const rows = this.#rows;
    const other = (1 - side) as SideIndex;
    this.#clearPairs();
    for (let j = 0; j < rows.count; j++) {
      const row = rows.values[j]!;
      const partition = partitionOfRow[row]!;
      const { chains } = this.#state.partition(partition).sides[other];
      for (let place = chains.first(slotOfRow[row]!); place >= 0; place = chains.next(place)) {
        this.#pairRows.push(row);
        partitions.push(partition);
        places.push(place);
        if (places.count < this.#chunks.joinPairs) continue;
        yield* this.#joinPairs(side, columns, times);
        this.#clearPairs();
      }
    }
    if (places.count > 0) yield* this.#joinPairs(side, columns, times);
  }

  #clearPairs(): void {
    this.#pairRows.clear();
    this.#kept.partitions.clear();
    this.#kept.places.clear();
  }

  /** Emits those of the candidate pairs that match. */
  *#joinPairs(side: SideIndex, columns: readonly Column[], times: Float64Array | null): Iterable<Emission> {
    const matches = this.#matches(side, columns);
    const missed = this.#missedPairs(side, times);
    const other = (1 - side) as SideIndex;
    const isSemi = this.#spec.joinType === "leftSemi";
    const marks = marksPartners(this.#spec, other);
    const rows = this.#pairRows;
    const { partitions, places } = this.#kept;
    let count = 0;
    for (let j = 0; j < places.count; j++) {
      if (!matches(j) || (missed !== null && missed(j))) continue;
      const row = rows.values[j]!;
      const isFirst = marks && this.#state.partition(partitions.values[j]!).sides[other].mark(places.values[j]!);
      const wanted = !isSemi || (side === 0 ? this.#matched[row] === 0 : isFirst);
      this.#matched[row] = 1;
      if (!wanted) continue;
      rows.values[count] = row;
      partitions.values[count] = partitions.values[j]!;
      places.values[count++] = places.values[j]!;
    }
    rows.count = partitions.count = places.count = count;
    if (count === 0) return;
    if (isSemi) yield emission(batchOf(this.#output, side === 0 ? this.#take(0, columns, rows) : this.#gather(0, this.#kept), count));
    else yield this.#pairs(side, this.#take(side, columns, rows), this.#gather(other, this.#kept), count);
  }

  /**
   * The pairs that Spark misses (`missesPassedRows`), null when there are none: it reads the right side first, and does not keep a row that the watermark has passed for the
   * left ones.
   */
  #missedPairs(side: SideIndex, times: Float64Array | null): ((pair: number) => boolean) | null {
    const boundUs = boundUsOf(this.#spec.sides[1], this.#watermarks, this.#batchTimeMs);
    if (!this.#spec.missesPassedRows || boundUs !== boundUs) return null;
    const { partitions, places } = this.#kept;
    const rows = this.#pairRows;
    const keptOf = (j: number): JoinSide => this.#state.partition(partitions.values[j]!).sides[1 - side]!;
    return (j) => {
      const place = places.values[j]!;
      const timeUs = side === 0 ? keptOf(j).timeOf(place) : times![rows.values[j]!]!;
      return timeUs <= boundUs && !keptOf(j).wasThere(place);
    };
  }

  #matches(side: SideIndex, columns: readonly Column[]): (pair: number) => boolean {
    const { pair } = this.#conditions;
    if (pair === null) return () => true;
    const { columns: read } = this.#spec.condition!;
    const other = (1 - side) as SideIndex;
    const rows = this.#pairRows;
    const own = read[side].map((c) => takeColumn(columns[c]!, rows.values, rows.count));
    const kept = gatherRows(this.#kept, this.#pairSchemas[other], (partition, places, count) =>
      this.#state.partition(partition).sides[other].gather(places, count, read[other]),
    );
    const schema = types.struct([...this.#pairSchemas[0].fields, ...this.#pairSchemas[1].fields]);
    return passes(pair(batchOf(schema, side === 0 ? [...own, ...kept] : [...kept, ...own], rows.count)));
  }

  #keepRows(side: SideIndex, columns: readonly Column[], times: Float64Array | null): void {
    const isSemi = this.#spec.joinType === "leftSemi" && side === 0;
    const marks = isOuter(this.#spec, side) ? this.#matched : null;
    this.#updated += this.#state.append(side, columns, marks, times, isSemi ? this.#matched : null);
  }

  /** Forgets the rows of a side that can have no partner any more; an outer side's come out if they had none. */
  *#expire(side: SideIndex): Iterable<Emission> {
    const { expiry } = this.#spec.sides[side];
    const partitions = this.#state.all();
    const boundUs = boundUsOf(this.#spec.sides[side], this.#watermarks, this.#batchTimeMs);
    const expired = partitions.map(({ sides }) => sides[side].expire(boundUs));
    if (isOuter(this.#spec, side)) yield* this.#withoutPartner(side, partitions, expired);
    for (const [p, places] of expired.entries()) {
      if (places.count === 0) continue;
      const brief = neverKept(this.#spec, partitions[p]!.sides[side], side, places);
      this.#updated -= brief;
      this.#removed += places.count - brief;
      if (expiry?.clock === "batch") this.#expiredByTtl += places.count;
      partitions[p]!.remove(side, places);
    }
  }

  /** The expired rows that had no partner, padded, in the order in which they came. */
  *#withoutPartner(side: SideIndex, partitions: readonly JoinPartition[], expired: readonly IntList[]): Iterable<Emission> {
    const lonely: PartitionedRows = { partitions: new IntList(), places: new IntList() };
    const numbers: number[] = [];
    for (const [p, { values, count }] of expired.entries()) {
      const rows = partitions[p]!.sides[side];
      for (let j = 0; j < count; j++) {
        if (rows.isMarked(values[j]!)) continue;
        lonely.partitions.push(p);
        lonely.places.push(values[j]!);
        numbers.push(rows.numbers.values[values[j]!]!);
      }
    }
    const order = arrivalOrder(Float64Array.from(numbers));
    for (let from = 0; from < order.length; from += this.#chunks.emittedRows) {
      const some = order.subarray(from, from + this.#chunks.emittedRows);
      const chunk = { partitions: pick(lonely.partitions, some), places: pick(lonely.places, some) };
      const columns = gatherRows(chunk, this.#sideSchemas[side], (p, places, count) => partitions[p]!.sides[side].gather(places, count));
      yield* this.#padded(side, some.length, columns);
    }
  }

  #take(side: SideIndex, columns: readonly Column[], { values, count }: IntList): readonly Column[] {
    return takeBatch(batchOf(this.#sideSchemas[side], columns, columns[0]?.length ?? 0), values, count).columns;
  }

  #gather(side: SideIndex, rows: PartitionedRows): readonly Column[] {
    return gatherRows(rows, this.#sideSchemas[side], (partition, places, count) =>
      this.#state.partition(partition).sides[side].gather(places, count),
    );
  }

  #pairs(side: SideIndex, own: readonly Column[], other: readonly Column[], count: number): Emission {
    return emission(batchOf(this.#output, side === 0 ? [...own, ...other] : [...other, ...own], count));
  }

  #padded(side: SideIndex, count: number, columns: readonly Column[]): readonly Emission[] {
    if (count === 0) return nothing;
    const other = (1 - side) as SideIndex;
    const nulls = this.#spec.sides[other].columns.map(({ type }) => nullColumn(type, count));
    return [this.#pairs(side, columns, nulls, count)];
  }
}
