import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { nullColumn, takeColumn } from "../../arrow/columns.js";
import { types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupRange, StateChanges, StateSchema } from "../../contract/state.js";
import { passes } from "../../expression/aggregates/filter.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { sqlText } from "../../plan/sqlText.js";
import { IntList } from "../../state/intList.js";
import { stateful, twoStreams, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import {
  emission,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { rowCondition, type RowCondition } from "../rowCondition.js";
import { countedMetrics } from "./countedFiles.js";
import { countsPartners, givesPairs, isPreserved, type ChangeJoinSpec, type ChangeSideSpec } from "./changeJoinSpec.js";
import { ChangeJoinState } from "./changeJoinState.js";
import { gatherRows, type PartitionedRows } from "./partitionedRows.js";
import { signsOf } from "./signs.js";
import type { SideIndex } from "./streamJoinSpec.js";

/** Two streams whose rows may be taken back; the last column says 1 of what is so now, −1 of what is not so any more. */
export interface ChangeJoinNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "changeJoin";
  readonly spec: ChangeJoinSpec;
  readonly left: Plan;
  readonly right: Plan;
}

export const changeJoin: OperatorFacts<ChangeJoinNode> = {
  kind: "changeJoin",
  ...twoStreams,
  ...stateful,
  expressions: ({ spec: { sides, condition } }) =>
    [...sides.map(({ filter }) => filter), condition?.expression ?? null].filter((e) => e !== null),
  shape: ({ spec: { joinType, sides } }) => ({ joinType, changes: true, keys: sides.map(({ keys }) => [...keys]) }),
  explain: ({ spec, left, right }) => {
    const keys = spec.sides[0].keys.map((key, k) => `${left.output[key]!.name} = ${right.output[spec.sides[1].keys[k]!]!.name}`);
    const condition = spec.condition === null ? "" : `, condition ${sqlText(spec.condition.expression)}`;
    const taken = spec.sides.map(({ sign }) => (sign === null ? "insert" : "insert, delete")).join(" | ");
    return `ChangeJoin ${spec.joinType} (${spec.operatorId}) [${keys.join(", ")}]${condition}, takes ${taken}, ${spec.partitions} partitions`;
  },
  make: (node, parts) => {
    const { spec } = node;
    const filterOf = ({ filter, columns }: ChangeSideSpec) => (filter === null ? null : rowCondition(filter, columns, parts));
    const read = (side: SideIndex) => spec.condition!.columns[side].map((c) => spec.sides[side].columns[c]!);
    const pair = spec.condition === null ? null : rowCondition(spec.condition.expression, [...read(0), ...read(1)], parts);
    return new ChangeJoinOperator(node, { filters: [filterOf(spec.sides[0]), filterOf(spec.sides[1])], pair }, parts.chunks);
  },
};

/** The compiled conditions. */
interface Conditions {
  readonly filters: readonly [RowCondition | null, RowCondition | null];
  readonly pair: RowCondition | null;
}

/** Rows of the other side that get their first partner, or lose their last: where they are, and the sign of what they were without. */
interface Turned {
  readonly rows: PartitionedRows;
  readonly signs: IntList;
}

/** A batch of one side, while it is joined. */
interface Incoming {
  readonly side: SideIndex;
  readonly columns: readonly Column[];
  readonly signs: Int32Array | null;
}

/**
 * Joins two streams whose rows may be taken back: a row that comes or goes is joined with the rows that the other side has then, and what that makes of the result is
 * told at once. An outer row without a partner comes out padded with nulls as soon as it is there, and is taken back when its first partner comes; semi and anti joins
 * give and take back left rows in the same way.
 *
 * State: the rows of both sides by key, each with how often it is there and, where that matters, how many partners it has. Rows that can have no partner are never
 * kept. A row goes when it is taken back. Where an event time is among the keys, those that the watermark has passed go without a word, and late rows are left out.
 *
 * Invariant: the rows with 1 that were not taken back are the join of what both inputs have come to.
 */
export class ChangeJoinOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  readonly #spec: ChangeJoinSpec;
  readonly #conditions: Conditions;
  readonly #chunks: ChunkSizes;
  readonly #state: ChangeJoinState;
  readonly #output: Schema;
  readonly #keptSchemas: readonly [Schema, Schema];
  readonly #sideSchemas: readonly [Schema, Schema];
  readonly #pairSchemas: readonly [Schema, Schema];
  readonly #rows = new IntList();
  readonly #pairRows = new IntList();
  readonly #kept: PartitionedRows = { partitions: new IntList(), places: new IntList() };
  /** Of each row of the batch: how many partners it has. */
  #partners = new Int32Array(0);
  #watermarks: OperatorWatermarks | null = null;
  #lateRows = 0;
  #nowUs = 0;
  /** Rows that went because they came so long ago. */
  #lapsed = 0;

  constructor({ spec, output }: ChangeJoinNode, conditions: Conditions, chunks: ChunkSizes) {
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#conditions = conditions;
    this.#chunks = chunks;
    this.#state = new ChangeJoinState(spec, chunks);
    this.schemas = this.#state.schemas;
    this.#output = schemaOf(output);
    this.#keptSchemas = [schemaOf(spec.sides[0].kept), schemaOf(spec.sides[1].kept)];
    this.#sideSchemas = [schemaOf(spec.sides[0].columns), schemaOf(spec.sides[1].columns)];
    const read = (side: SideIndex) => types.struct((spec.condition?.columns[side] ?? []).map((c) => this.#sideSchemas[side].fields[c]!));
    this.#pairSchemas = [read(0), read(1)];
  }

  needsBatch(facts: BatchFacts): boolean {
    return this.#spec.eventTime !== null && watermarkMoved(facts, this.operatorId);
  }

  begin({ watermarks, batchTimeMs }: BatchFacts): void {
    this.#nowUs = batchTimeMs * 1000;
    this.#lapsed = 0;
    this.#watermarks = this.#spec.eventTime === null ? null : (watermarks[this.operatorId] ?? null);
    this.#lateRows = 0;
    this.#state.begin();
  }

  *process({ columns, length }: Batch, input: number): Iterable<Emission> {
    const side = input as SideIndex;
    const { sign } = this.#spec.sides[side];
    const incoming: Incoming = { side, columns, signs: sign === null ? null : signsOf(columns[sign]!) };
    const unfit = this.#takeUnfit(incoming, length);
    if (unfit.count > 0 && isPreserved(this.#spec, side)) yield this.#alone(incoming, unfit);
    yield* this.#joined(incoming, length);
  }

  /** Joins the listed rows of a batch, and keeps or drops them. */
  *#joined(incoming: Incoming, length: number): Iterable<Emission> {
    const rows = this.#rows;
    const { side, columns } = incoming;
    if (rows.count === 0) return;
    if (this.#partners.length < length) this.#partners = new Int32Array(2 * length);
    this.#partners.fill(0, 0, length);
    this.#state.lookUp(side, columns, rows.values, rows.count, length);
    yield* this.#joinRows(incoming);
    const counts = countsPartners(this.#spec, side);
    this.#state.apply(side, incoming.signs, counts ? this.#partners : null, this.#nowUs);
    if (!counts) return;
    const wanted = new IntList();
    for (let j = 0; j < rows.count; j++) {
      const isAlone = this.#partners[rows.values[j]!] === 0;
      if (this.#spec.joinType === "leftSemi" ? !isAlone : isAlone) wanted.push(rows.values[j]!);
    }
    if (wanted.count > 0) yield this.#alone(incoming, wanted);
  }

  *finish(): Iterable<Emission> {
    for (const side of [0, 1] as const) yield* this.#lapse(side);
    this.#state.settle(this.#watermarks === null ? null : this.#watermarks.evictMs * 1000);
  }

  /** Takes the rows of a side back that came longer ago than they are kept. */
  *#lapse(side: SideIndex): Iterable<Emission> {
    const { ttlMs } = this.#spec.sides[side];
    if (ttlMs === null) return;
    for (const partition of this.#state.all()) {
      const due = partition.sides[side].lapsed(this.#nowUs - ttlMs * 1000);
      this.#lapsed += due.count;
      for (let from = 0; from < due.count; from += this.#chunks.emittedRows) {
        const some = due.values.slice(from, Math.min(due.count, from + this.#chunks.emittedRows));
        const columns = partition.sides[side].columns(some, some.length);
        this.#rows.clear();
        for (let row = 0; row < some.length; row++) this.#rows.push(row);
        yield* this.#joined({ side, columns, signs: new Int32Array(some.length).fill(-1) }, some.length);
      }
    }
  }

  restore(changes: StateChanges): void {
    this.#state.restore(changes);
  }

  changes(): Iterable<StateChanges> {
    return this.#state.changes();
  }

  get stateRows(): number {
    return this.#state.all().reduce((sum, { sides: [left, right] }) => sum + left.size + right.size, 0);
  }

  snapshot(groups: GroupRange): Iterable<StateChanges> {
    return this.#state.snapshot(groups);
  }

  get memoryBytes(): number {
    return this.#state.all().reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  metrics(): StateOperatorMetrics {
    const { partitions, sides } = this.#spec;
    const tables = this.#state.all().flatMap((partition) => partition.sides);
    return {
      ...countedMetrics("changeJoin", tables, { partitions, memoryUsedBytes: this.memoryBytes }),
      numRowsDroppedByWatermark: this.#lateRows,
      lateRows: this.#lateRows,
      ...(sides.some(({ ttlMs }) => ttlMs !== null) && { rowsExpiredByTtl: this.#lapsed }),
    };
  }

  /** Lists the rows that may have partners; gives the others. Those whose key the watermark has passed are neither. */
  #takeUnfit({ side, columns }: Incoming, length: number): IntList {
    const isLate = this.#lateness(side, columns);
    const filter = this.#conditions.filters[side];
    const rows = this.#rows;
    rows.clear();
    const unfit = new IntList();
    if (filter === null) {
      for (let row = 0; row < length; row++) if (!isLate(row)) rows.push(row);
      this.#lateRows += length - rows.count;
      return unfit;
    }
    const fits = passes(filter(batchOf(this.#sideSchemas[side], columns.slice(0, this.#spec.sides[side].columns.length), length)));
    for (let row = 0; row < length; row++) if (!isLate(row)) (fits(row) ? rows : unfit).push(row);
    this.#lateRows += length - rows.count - unfit.count;
    return unfit;
  }

  #lateness(side: SideIndex, columns: readonly Column[]): (row: number) => boolean {
    const times = this.#watermarks === null ? null : this.#state.timesOf(side, columns);
    if (times === null) return () => false;
    const lateUs = this.#watermarks!.lateMs * 1000;
    return (row) => times[row]! <= lateUs;
  }

  /** Joins the listed rows with what the other side has. */
  *#joinRows(incoming: Incoming): Iterable<Emission> {
    const { partitions, places } = this.#kept;
    const { slotOfRow, partitionOfRow } = this.#state;
    const rows = this.#rows;
    const other = (1 - incoming.side) as SideIndex;
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
        yield* this.#joinPairs(incoming);
        this.#clearPairs();
      }
    }
    if (places.count > 0) yield* this.#joinPairs(incoming);
  }

  #clearPairs(): void {
    this.#pairRows.clear();
    this.#kept.partitions.clear();
    this.#kept.places.clear();
  }

  /** Counts the candidate pairs that match, and tells what they make of the result. */
  *#joinPairs(incoming: Incoming): Iterable<Emission> {
    const { side, signs } = incoming;
    const other = (1 - side) as SideIndex;
    const matches = this.#matches(incoming);
    const counts = countsPartners(this.#spec, other);
    const { partitions, places } = this.#kept;
    const pairs = { rows: new IntList(), kept: { partitions: new IntList(), places: new IntList() }, signs: new IntList() };
    const turned: Turned = { rows: { partitions: new IntList(), places: new IntList() }, signs: new IntList() };
    for (let j = 0; j < places.count; j++) {
      if (!matches(j)) continue;
      const [row, partition, place] = [this.#pairRows.values[j]!, partitions.values[j]!, places.values[j]!];
      const rowsOfOther = this.#state.partition(partition).sides[other];
      const sign = signs === null ? 1 : signs[row]!;
      const times = rowsOfOther.timesOf(place);
      this.#partners[row] = this.#partners[row]! + times;
      for (let copy = 0; copy < times; copy++) {
        pairs.rows.push(row);
        pairs.kept.partitions.push(partition);
        pairs.kept.places.push(place);
        pairs.signs.push(sign);
      }
      const turn = counts ? rowsOfOther.addPartners(place, sign) : 0;
      if (turn === 0) continue;
      for (let copy = 0; copy < times; copy++) {
        turned.rows.partitions.push(partition);
        turned.rows.places.push(place);
        turned.signs.push(this.#spec.joinType === "leftSemi" ? turn : -turn);
      }
    }
    if (turned.signs.count > 0) yield this.#turned(other, turned);
    if (pairs.signs.count === 0 || !givesPairs(this.#spec)) return;
    const own = this.#take(incoming, pairs.rows);
    yield this.#emission(side, own, this.#gather(other, pairs.kept), pairs.signs);
  }

  #matches({ side, columns }: Incoming): (pair: number) => boolean {
    const { pair } = this.#conditions;
    if (pair === null) return () => true;
    const { columns: read } = this.#spec.condition!;
    const other = (1 - side) as SideIndex;
    const rows = this.#pairRows;
    const own = read[side].map((c) => takeColumn(columns[c]!, rows.values, rows.count));
    const all = this.#gather(other, this.#kept);
    const kept = read[other].map((c) => all[c]!);
    const schema = types.struct([...this.#pairSchemas[0].fields, ...this.#pairSchemas[1].fields]);
    return passes(pair(batchOf(schema, side === 0 ? [...own, ...kept] : [...kept, ...own], rows.count)));
  }

  /** Rows of a batch for want of a partner, padded where pairs come out. */
  #alone(incoming: Incoming, rows: IntList): Emission {
    const signs = new IntList(rows.count);
    for (let j = 0; j < rows.count; j++) signs.push(incoming.signs === null ? 1 : incoming.signs[rows.values[j]!]!);
    return this.#padded(incoming.side, this.#take(incoming, rows), signs);
  }

  #turned(side: SideIndex, { rows, signs }: Turned): Emission {
    return this.#padded(side, this.#gather(side, rows), signs);
  }

  #padded(side: SideIndex, columns: readonly Column[], signs: IntList): Emission {
    const other = this.#spec.sides[1 - side]!.columns;
    const nulls = givesPairs(this.#spec) ? other.map(({ type }) => nullColumn(type, signs.count)) : [];
    return this.#emission(side, columns, nulls, signs);
  }

  #emission(side: SideIndex, own: readonly Column[], others: readonly Column[], signs: IntList): Emission {
    const sign: Column = { type: types.int, encoding: "i32", length: signs.count, nulls: null, values: signs.view() };
    const columns = side === 0 ? [...own, ...others] : [...others, ...own];
    return emission(batchOf(this.#output, [...columns, sign], signs.count));
  }

  #take({ side, columns }: Incoming, { values, count }: IntList): Column[] {
    return columns.slice(0, this.#spec.sides[side].columns.length).map((column) => takeColumn(column, values, count));
  }

  /** The columns of kept rows. */
  #gather(side: SideIndex, rows: PartitionedRows): readonly Column[] {
    const gathered = gatherRows(rows, this.#keptSchemas[side], (partition, places, count) =>
      this.#state.partition(partition).sides[side].columns(places, count),
    );
    return gathered.slice(0, this.#spec.sides[side].columns.length);
  }
}
