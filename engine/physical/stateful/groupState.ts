import { batchOf, type Batch } from "../../arrow/batch.js";
import { batchFromRows, takeBatch } from "../../arrow/columns.js";
import { toRows } from "../../arrow/rows.js";
import { field, types, type Field, type Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { GroupFunction, UserRow, UserTableSpec, WaitingGroupFunction } from "../../contract/groupFunction.js";
import { allGroups, type GroupRange, type StateChanges, type StateSchema } from "../../contract/state.js";
import { StreamingError } from "../../errors/streamingError.js";
import { boundedCalls } from "../../expression/boundedCalls.js";
import { makeGroupFunction } from "../../plan/groupFunctions.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import { layoutOf } from "../../state/keyLayout.js";
import { KeyRouter } from "../../state/keyRouter.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { StatePartitions } from "../../state/statePartitions.js";
import type { OperatorAnswers } from "../answers.js";
import { namesOf, noExpressions, stateful, type NodeBase, type OperatorFacts, timeJudge } from "../nodeFacts.js";
import {
  emission,
  waitFor,
  watermarkMoved,
  type BatchFacts,
  type Emission,
  type OperatorWatermarks,
  type Pause,
  type StatefulOperator,
  type StateOperatorMetrics,
} from "../operator.js";
import { watermarkedTimes } from "./eventTimes.js";
import { CallRecord } from "./callRecord.js";
import { GroupStatePartition, type CallFacts, type KeyCalls } from "./groupStatePartition.js";
import type { GroupStateSpec } from "./groupStateSpec.js";
import { timerTable } from "./groupTimers.js";
import { valuesOf, type UserTableState } from "./userTable.js";

/** A user's function over groups. */
export interface GroupStateNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "groupState";
  readonly spec: GroupStateSpec;
  readonly input: Plan;
  /** The keys, then the columns of what they begin with; null when they begin with nothing. */
  readonly initial: Plan | null;
}

export const groupState: OperatorFacts<GroupStateNode> = {
  kind: "groupState",
  ...noExpressions,
  ...stateful,
  inputs: ({ input, initial }) => (initial === null ? [input] : [initial, input]),
  withInputs: (node, inputs) => ({ ...node, input: inputs.at(-1)!, initial: node.initial === null ? null : inputs[0]! }),
  tables: ({ initial }) => (initial === null ? [] : [initial]),
  shape: ({ spec: { operatorName, timeMode } }) => ({ operatorName, timeMode }),
  explain: ({ spec }) => `GroupState ${spec.operatorName} (${spec.operatorId}) keys ${namesOf(spec.keyAttributes)}`,
  make: ({ spec, initial }, parts) => {
    const answersOf = (): OperatorAnswers => parts.answersOf(spec.operatorName);
    return new GroupStateOperator(spec, parts.chunks, answersOf, initial === null ? null : parts.tableOf(initial));
  },
  lateJudge: ({ spec: { eventTime } }) => timeJudge(eventTime),
};

/** A table of the state, with the schemas of its files. */
interface StoredTable {
  readonly spec: UserTableSpec;
  readonly upserts: Schema;
  readonly deletes: Schema;
  readonly restored: Schema;
  readonly restoredKeys: Schema;
}

/**
 * flatMapGroupsWithState, transformWithState and their like: consumes rows, calls a user's function once a batch for each key that has some, with all of them, then for
 * each timer that is due, and emits the rows that it gives, by the hash of the key.
 *
 * State, in partitions by key group: the tables that the function asked for, and its timers. Rows go when the function removes them, or when they have outlived
 * their time. Late rows never reach the function (SEMANTICS 34).
 *
 * Invariant: a key is called with rows at most once a batch, and once for each timer.
 */
export class GroupStateOperator implements StatefulOperator {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  /** Tables and columns that may be null may be added. */
  readonly evolution = { kind: "rows" } as const;
  readonly #spec: GroupStateSpec;
  readonly #function: GroupFunction;
  readonly #chunks: ChunkSizes;
  readonly #keys: PackedKeys;
  readonly #router: KeyRouter;
  readonly #partitions: StatePartitions<GroupStatePartition>;
  readonly #tables: readonly StoredTable[];
  readonly #columns: number;
  readonly #output: Schema;
  readonly #onTime = new IntList();
  #watermarks: OperatorWatermarks | null = null;
  #batchTimeMs = 0;
  readonly #answers: OperatorAnswers | null;
  /** What keys begin with, until the first batch of the query. */
  #initial: Batch | null;
  #lateRows = 0;

  constructor(spec: GroupStateSpec, chunks: ChunkSizes, answersOf: () => OperatorAnswers, initial: Batch | null = null) {
    this.#initial = initial;
    this.operatorId = spec.operatorId;
    this.#spec = spec;
    this.#chunks = chunks;
    const made = makeGroupFunction(spec.functionId);
    this.#function = made;
    this.#answers = made.concurrency === null ? null : answersOf();
    const layout = layoutOf(spec.keyAttributes.map(({ type }) => type));
    const key = schemaOf(spec.keyAttributes);
    const sorter = new HashSorter();
    this.#keys = new PackedKeys(layout);
    this.#router = new KeyRouter(spec.partitions);
    this.#partitions = new StatePartitions(spec.partitions, (groups) => new GroupStatePartition(made, key, layout, groups, sorter));
    this.#columns = spec.columnCount;
    this.#output = schemaOf(spec.output);
    const tables = spec.timeMode === "none" ? made.tables : [...made.tables, timerTable];
    this.#tables = tables.map((table) => storedTable(key, table));
    this.schemas = tables.map((table): StateSchema => ({
      operatorId: spec.operatorId,
      operatorName: spec.operatorName,
      storeName: table.name,
      key: types.struct([...key.fields, ...table.key.fields]),
      value: types.struct(valueFields(table)),
      layout: "rows",
    }));
  }

  needsBatch(facts: BatchFacts): boolean {
    if (this.#spec.timeMode === "processingTime")
      return this.#partitions.all().some(({ timers }) => timers.earliestMs <= this.#boundMs(facts.batchTimeMs));
    return this.#spec.timeMode === "eventTime" && watermarkMoved(facts, this.operatorId);
  }

  /** Timers of event time wait for the watermark. */
  get dueUs(): number {
    if (this.#spec.timeMode !== "eventTime") return Infinity;
    return (Math.min(Infinity, ...this.#partitions.all().map(({ timers }) => timers.earliestMs)) - this.#boundMs(0)) * 1000;
  }

  begin(facts: BatchFacts): void {
    this.#watermarks = facts.watermarks[this.operatorId] ?? null;
    this.#batchTimeMs = facts.batchTimeMs;
    this.#lateRows = 0;
    for (const partition of this.#partitions.all()) partition.begin();
    if (facts.batchId > 0) this.#initial = null;
  }

  *process(batch: Batch): Iterable<Emission | Pause> {
    yield* this.#beginKeys();
    const rows = this.#onTimeRows(batch);
    const users = userRows(batch, 0, this.#columns);
    this.#keys.pack(
      this.#spec.keys.map((column) => batch.columns[column]!),
      batch.length,
    );
    for (const routed of this.#router.route(this.#keys, rows, rows === null ? batch.length : this.#onTime.count))
      this.#partitions.at(routed.partition).add(this.#keys, routed.rows, routed.count, users);
  }

  *finish(): Iterable<Emission | Pause> {
    yield* this.#beginKeys();
    const { timeMode } = this.#spec;
    const facts = this.#callFacts();
    for (const partition of this.#partitions.all()) yield* this.#called(partition, partition.callsWithRows(), facts);
    if (timeMode !== "none") {
      const boundMs = this.#boundMs(timeMode === "eventTime" ? facts.watermarkMs : facts.batchTimeMs);
      for (const partition of this.#partitions.all()) yield* this.#called(partition, partition.callsDue(boundMs), facts);
    }
    for (const partition of this.#partitions.all()) partition.settle(this.#batchTimeMs);
  }

  close(): void {
    this.#function.close?.();
  }

  restore({ storeName, deletes, upserts }: StateChanges): void {
    const t = this.#tables.findIndex(({ spec }) => spec.name === storeName);
    const { restored, restoredKeys } = this.#tables[t]!;
    const keyCount = this.#spec.keyAttributes.length;
    const fit = (partition: GroupStatePartition) => (t < partition.tables.length ? partition.tables[t]! : partition.timers);
    if (deletes !== null) {
      this.#eachPartition(deletes, (partition, some, count) => {
        const slots = partition.keys.find(this.#keys, some, count).slice(0, count);
        fit(partition).restoreDeletes(slots, picked(restoredKeys, deletes, keyCount, some, count));
        partition.visit(slots.filter((slot) => slot >= 0));
      });
    }
    if (upserts !== null) {
      this.#eachPartition(upserts, (partition, some, count) => {
        const slots = partition.keys.lookupOrInsert(this.#keys, some, count).slice(0, count);
        fit(partition).restore(slots, picked(restored, upserts, keyCount, some, count));
      });
    }
  }

  *changes(): Iterable<StateChanges> {
    for (const [t, table] of this.#tables.entries()) {
      for (const partition of this.#partitions.all()) {
        const rows = partition.tableAt(t);
        const { upserts, deletes } = rows.changes(partition.inOrder(rows.changedSlots));
        if (deletes.length > 0) yield { ...this.#chunk(table), deletes: this.#deleted(table, partition, t, deletes) };
        yield* this.#saved(table, partition, t, upserts);
      }
    }
  }

  get stateRows(): number {
    return this.#partitions.all().reduce((sum, { rowCount }) => sum + rowCount, 0);
  }

  *snapshot(groups: GroupRange = allGroups): Iterable<StateChanges> {
    for (const [t, table] of this.#tables.entries()) {
      for (const partition of this.#partitions.of(groups)) {
        const slots = new IntList();
        partition.keys.collect(groups, slots);
        yield* this.#saved(table, partition, t, partition.tableAt(t).rowsOf(partition.inOrder(slots.view())));
      }
    }
  }

  get memoryBytes(): number {
    return this.#partitions
      .all()
      .reduce((sum, { keys, tables }) => sum + keys.memoryBytes + tables.reduce((bytes, { memoryBytes }) => bytes + memoryBytes, 0), 0);
  }

  metrics(): StateOperatorMetrics {
    const tables = this.#partitions.all().flatMap((partition) => partition.tables);
    return {
      operatorName: this.#spec.operatorName,
      numRowsTotal: this.stateRows,
      numRowsUpdated: tables.reduce((sum, { updated }) => sum + updated, 0),
      numRowsRemoved: tables.reduce((sum, { removed }) => sum + removed, 0),
      numRowsDroppedByWatermark: this.#lateRows,
      numDroppedDuplicateRows: null,
      partitions: this.#spec.partitions,
      memoryUsedBytes: this.memoryBytes,
      lateRows: this.#lateRows,
    };
  }

  #callFacts(): CallFacts {
    return { watermarkMs: this.#watermarks?.evictMs ?? 0, batchTimeMs: this.#batchTimeMs, isTimeout: this.#spec.timers === "timeout" };
  }

  /** Before the first batch of the query keys are given what they begin with. Nothing comes out. */
  *#beginKeys(): Iterable<Emission | Pause> {
    const initial = this.#initial;
    if (initial === null) return;
    this.#initial = null;
    const users = userRows(initial, this.#spec.keyAttributes.length, initial.columns.length);
    this.#eachPartition(initial, (partition, rows, count) => partition.add(this.#keys, rows, count, users));
    for (const partition of this.#partitions.all()) yield* this.#called(partition, partition.callsWithInitial(), this.#callFacts());
  }

  *#called(partition: GroupStatePartition, calls: readonly KeyCalls[], facts: CallFacts): Iterable<Emission | Pause> {
    const made = this.#function;
    if (made.concurrency !== null) yield* this.#emitted(yield* this.#asked(made, partition, calls, facts));
    else yield* this.#emitted(this.#rowValues(partition.call(made, calls, facts)));
  }

  /** What a function that waits gives: asked for several keys at once, or read where it was written down. For each key there is one answer, its rows and its changes. */
  *#asked(
    made: WaitingGroupFunction,
    partition: GroupStatePartition,
    calls: readonly KeyCalls[],
    facts: CallFacts,
  ): Generator<Pause, readonly Value[][], void> {
    const answers = this.#answers!;
    let told: readonly Value[];
    if (answers.isReplay) {
      told = answers.next(calls.length);
      for (const [i, call] of calls.entries()) partition.repeat(call, facts, (told[i] as readonly Value[][])[1]!);
    } else {
      const ask = async (call: KeyCalls): Promise<Value> => {
        const record = new CallRecord();
        const rows = await partition.ask(made, call, facts, record);
        return [[...this.#rowValues(rows)], record.calls];
      };
      told = yield* waitFor(boundedCalls(calls, made.concurrency, ask));
      answers.keep(told);
    }
    return told.flatMap((answer) => (answer as readonly Value[])[0] as readonly Value[][]);
  }

  /** The rows that are not late; null when none is. */
  #onTimeRows({ columns, length }: Batch): Int32Array | null {
    const { eventTime } = this.#spec;
    if (eventTime === null || this.#watermarks === null) return null;
    const lateUs = this.#watermarks.lateMs * 1000;
    const times = watermarkedTimes(columns[eventTime]!);
    this.#onTime.clear();
    for (let row = 0; row < length; row++) if (!(times[row]! <= lateUs)) this.#onTime.push(row);
    this.#lateRows += length - this.#onTime.count;
    return this.#onTime.count === length ? null : this.#onTime.values;
  }

  /** Up to which time timers are due. A timeout is, once its time has passed. */
  #boundMs(timeMs: number): number {
    return this.#spec.timers === "timeout" ? timeMs - 1 : timeMs;
  }

  *#rowValues(rows: Iterable<UserRow>): Iterable<Value[]> {
    for (const row of rows) {
      const values = valuesOf(this.#output, row, "row");
      this.#checkStamp(values);
      yield values;
    }
  }

  /** A row whose time has passed already would be lost above without a word. @throws EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED */
  #checkStamp(values: readonly Value[]): void {
    const { stamp, verb } = this.#spec;
    if (stamp === null || this.#watermarks === null) return;
    const given = values[stamp]!;
    // The time of a window is its end.
    const timeUs = Array.isArray(given) ? (given as readonly Value[])[1] : given;
    const currentWatermark = this.#watermarks.lateMs;
    if (typeof timeUs === "bigint" && timeUs <= BigInt(currentWatermark) * 1000n)
      throw new StreamingError("EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED", {
        verb,
        emittedRowEventTime: String(timeUs),
        currentWatermark: String(currentWatermark),
      });
  }

  *#emitted(rows: Iterable<Value[]>): Iterable<Emission> {
    let values: Value[][] = [];
    for (const row of rows) {
      values.push(row);
      if (values.length < this.#chunks.emittedRows) continue;
      yield emission(batchFromRows(this.#output, values));
      values = [];
    }
    if (values.length > 0) yield emission(batchFromRows(this.#output, values));
  }

  #eachPartition({ columns, length }: Batch, deal: (partition: GroupStatePartition, rows: Int32Array, count: number) => void): void {
    this.#keys.pack(columns.slice(0, this.#spec.keyAttributes.length), length);
    for (const { partition, rows, count } of this.#router.route(this.#keys, null, length))
      deal(this.#partitions.at(partition), rows ?? Int32Array.from({ length }, (_, row) => row), count);
  }

  *#saved(table: StoredTable, partition: GroupStatePartition, t: number, rows: readonly Changed[]): Iterable<StateChanges> {
    for (let from = 0; from < rows.length; from += this.#chunks.stateRows) {
      const some = rows.slice(from, from + this.#chunks.stateRows);
      const state = partition.tableAt(t);
      const columns = [...partition.keyColumns(some), ...state.keyColumns(some), ...state.valueColumns(some), partition.groupColumn(some)];
      yield { ...this.#chunk(table), upserts: batchOf(table.upserts, columns, some.length) };
    }
  }

  #deleted(table: StoredTable, partition: GroupStatePartition, t: number, rows: readonly Changed[]): Batch {
    const columns = [...partition.keyColumns(rows), ...partition.tableAt(t).keyColumns(rows), partition.groupColumn(rows)];
    return batchOf(table.deletes, columns, rows.length);
  }

  #chunk({ spec }: StoredTable): StateChanges {
    return { operatorId: this.operatorId, storeName: spec.name, upserts: null, deletes: null, droppedPanes: [] };
  }
}

/** Some of the columns, as users see their rows. */
function userRows({ schema, columns, length }: Batch, from: number, to: number): readonly UserRow[] {
  return toRows(batchOf(types.struct(schema.fields.slice(from, to)), columns.slice(from, to), length));
}

type Changed = ReturnType<UserTableState["rowsOf"]>[number];

function valueFields({ value, ttlMs }: UserTableSpec): readonly Field[] {
  return ttlMs === null ? value.fields : [...value.fields, field("expiresMs", types.long, false)];
}

function storedTable(key: Schema, spec: UserTableSpec): StoredTable {
  const group = field("group", types.int, false);
  return {
    spec,
    upserts: types.struct([...key.fields, ...spec.key.fields, ...valueFields(spec), group]),
    deletes: types.struct([...key.fields, ...spec.key.fields, group]),
    restored: types.struct([...spec.key.fields, ...valueFields(spec)]),
    restoredKeys: spec.key,
  };
}

/** Some rows of what a file has, without the keys of the groups. */
function picked(schema: Schema, batch: Batch, keyCount: number, rows: Int32Array, count: number): Batch {
  const taken = takeBatch(batch, rows, count);
  return batchOf(schema, taken.columns.slice(keyCount, keyCount + schema.fields.length), count);
}
