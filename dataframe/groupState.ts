import { types } from "../engine/arrow/types.js";
import type { GroupCall, UserRow } from "../engine/contract/groupFunction.js";
import type { OutputMode } from "../engine/contract/sink.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId, type Attribute, type Expression } from "../engine/expression/expression.js";
import { registerGroupFunction } from "../engine/plan/groupFunctions.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import type { TimeMode } from "../engine/plan/nodes/groupState.js";
import { streamsOf } from "../engine/plan/streamingPlan.js";
import { nodesUp } from "../engine/plan/transform.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { schemaInput, type SchemaInput } from "./schema.js";
import { groupFunction, type Called, type GivenRows } from "./groupFunction.js";
import { callLimit } from "./userFunctions.js";
import { processorFunction, type StatefulProcessor } from "./statefulProcessor.js";

/** When a key of `flatMapGroupsWithState` is woken without rows. */
export type GroupStateTimeout = "none" | "eventTime" | "processingTime";

/**
 * The state of one key, as a function of `flatMapGroupsWithState` sees it.
 *
 * @example const n = state.exists ? state.get().n : 0; state.update({ n: n + rows.length })
 */
export class GroupState<State extends UserRow = UserRow> {
  readonly #call: GroupCall;
  readonly #timeout: GroupStateTimeout;

  constructor(call: GroupCall, timeout: GroupStateTimeout) {
    this.#call = call;
    this.#timeout = timeout;
  }

  /** Whether the key has state. @example if (state.exists) state.remove() */
  get exists(): boolean {
    return this.#table.get({}) !== undefined;
  }

  /** Whether the function is called because the key's timeout has passed: then there are no rows. @example if (state.hasTimedOut) state.remove() */
  get hasTimedOut(): boolean {
    return this.#call.dueMs !== null;
  }

  /** The state. @throws GROUP_STATE_NOT_THERE @example state.get().n */
  get(): State {
    const state = this.getOption();
    if (state === null) throw new StreamingError("GROUP_STATE_NOT_THERE");
    return state;
  }

  /** The state, or null. @example state.getOption()?.n ?? 0 */
  getOption(): State | null {
    return (this.#table.get({}) as State | undefined) ?? null;
  }

  /** Puts state in the place of what was there. @throws VALUE_NOT_OF_TYPE @example state.update({ n: 1 }) */
  update(state: State): void {
    this.#table.put({}, state, uncounted);
  }

  /** Forgets the state and its timeout. @example state.remove() */
  remove(): void {
    this.#table.remove({}, 0);
    this.#clearTimeout();
  }

  /** Wakes the key when so many milliseconds of processing time have passed without rows of it. @throws INVALID_TIMEOUT @example state.setTimeoutDuration(60_000) */
  setTimeoutDuration(durationMs: number): void {
    if (this.#timeout !== "processingTime") throw invalid("A duration needs the timeout processingTime");
    if (!(durationMs > 0)) throw invalid("The timeout duration must be positive");
    this.#setTimeout(this.#call.batchTimeMs + durationMs);
  }

  /** Wakes the key when the watermark has passed a time, ms since 1970. @throws INVALID_TIMEOUT @example state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 60_000) */
  setTimeoutTimestamp(timestampMs: number): void {
    if (this.#timeout !== "eventTime") throw invalid("A timestamp needs the timeout eventTime");
    if (!(timestampMs > 0)) throw invalid("The timeout timestamp must be positive");
    const { watermarkMs } = this.#call;
    if (watermarkMs > 0 && timestampMs < watermarkMs)
      throw invalid(`The timeout timestamp (${timestampMs}) cannot be earlier than the current watermark (${watermarkMs})`);
    this.#setTimeout(timestampMs);
  }

  /** The watermark, ms since 1970; 0 before there is one. @example state.getCurrentWatermarkMs() */
  getCurrentWatermarkMs(): number {
    return this.#call.watermarkMs;
  }

  /** The logged time of the batch, ms since 1970: the same when the batch runs again. @example state.getCurrentProcessingTimeMs() */
  getCurrentProcessingTimeMs(): number {
    return this.#call.batchTimeMs;
  }

  get #table(): GroupCall["tables"][number] {
    return this.#call.tables[0]!;
  }

  #setTimeout(timeMs: number): void {
    this.#clearTimeout();
    this.#call.timers.set(timeMs);
  }

  #clearTimeout(): void {
    for (const timeMs of this.#call.timers.list()) this.#call.timers.remove(timeMs);
  }
}

/** What a call did to the state is counted when it ends. */
const uncounted = { updates: 0 };

function invalid(what: string): StreamingError {
  return new StreamingError("INVALID_TIMEOUT", { what });
}

/** A function over the rows of one key in one batch, and the state of the key. It may be asynchronous, or an asynchronous generator. */
export type GroupStateFunction<Row, State extends UserRow> = (key: UserRow, rows: readonly Row[], state: GroupState<State>) => GivenRows;

/** The same that gives one row. */
export type GroupRowFunction<Row> = (...call: Parameters<GroupStateFunction<Row, UserRow>>) => UserRow | Promise<UserRow>;

/** How `flatMapGroupsWithState` is to run. */
export interface GroupStateOptions {
  readonly outputSchema: SchemaInput;
  readonly stateSchema: SchemaInput;
  /** What the rows mean; the query must be started in this mode. */
  readonly outputMode: OutputMode;
  /** When a key is woken without rows. Default: never. */
  readonly timeout?: GroupStateTimeout;
  /** Of an asynchronous function: how many keys may wait at once. Default: 16. */
  readonly concurrency?: number;
}

/** Grouped rows: columns that are the keys, then those of the rows. */
export interface KeyedPlan {
  readonly keyCount: number;
  readonly plan: AnalyzedPlan;
}

/** How `transformWithState` is to run. */
export interface TransformOptions {
  readonly outputSchema: SchemaInput;
  /** Which clock timers go by. Default: there are none. */
  readonly timeMode?: TimeMode;
  /** The column of the output that is its event time, so that windows and other operators by event time can stand above; it needs a watermark below. Default: none. */
  readonly eventTimeColumnName?: string;
  /** Of a processor with asynchronous methods: how many keys may wait at once. Default: 16. */
  readonly concurrency?: number;
}

/** The plan of `flatMapGroupsWithState` and `mapGroupsWithState`. @throws GROUP_STATE_MODE, INVALID_OPTION_VALUE */
export function groupStatePlan<Row>(
  verb: string,
  input: AnalyzedPlan,
  grouping: readonly Expression[],
  run: GroupStateFunction<Row, UserRow> | GroupRowFunction<Row>,
  { outputSchema, stateSchema, outputMode, timeout = "none", concurrency }: GroupStateOptions,
): LogicalPlan {
  if (outputMode === "complete") throw new StreamingError("GROUP_STATE_MODE");
  const timeMode = checkedMode(verb, "timeout", timeout);
  const table = { name: "state", key: types.struct([]), value: schemaInput(stateSchema), ttlMs: null };
  const limit = callLimit(verb, run, { ...(concurrency !== undefined && { concurrency }) });
  const parts = { name: run.name || verb, tables: [table], concurrency: limit, isSingle: verb === "mapGroupsWithState" };
  const called = (call: GroupCall): Called => run(call.key, call.rows as readonly Row[], new GroupState(call, timeout));
  const functionId = registerGroupFunction(() => groupFunction({ ...parts, called }));
  const operatorName = verb === "mapGroupsWithState" ? "flatMapGroupsWithState" : verb;
  return { ...nodeOf(input, grouping, outputSchema), verb, operatorName, functionId, outputMode, timeMode, timers: "timeout" };
}

/** The plan of `transformWithState`. @throws INVALID_OPTION_VALUE, GROUP_STATE_INITIAL_KEYS, GROUP_STATE_INITIAL_STREAM, CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK */
export function transformPlan(
  input: AnalyzedPlan,
  grouping: readonly Expression[],
  make: () => StatefulProcessor,
  { outputSchema, timeMode: given = "none", eventTimeColumnName, concurrency }: TransformOptions,
  initialState: KeyedPlan | null,
): LogicalPlan {
  const verb = "transformWithState";
  const timeMode = checkedMode(verb, "timeMode", given);
  const functionId = registerGroupFunction(processorFunction(make, timeMode, concurrency));
  const names = { verb, operatorName: "transformWithStateExec", functionId, timeMode };
  const initial = initialState === null ? {} : { initial: initialOf(initialState) };
  const stamped = eventTimeColumnName === undefined ? {} : { eventTimeColumn: eventTimeColumnName };
  return { ...nodeOf(input, grouping, outputSchema), ...names, ...initial, ...stamped, outputMode: null, timers: "timers" };
}

function initialOf({ keyCount, plan }: KeyedPlan) {
  return { keyCount, columns: outputOf(plan), input: plan };
}

function nodeOf(input: AnalyzedPlan, grouping: readonly Expression[], outputSchema: SchemaInput) {
  const outputs = schemaInput(outputSchema).fields.map(({ name, type, nullable }): Attribute => ({
    kind: "attribute",
    id: freshId(),
    name,
    type,
    nullable,
    qualifier: [],
  }));
  return { kind: "groupState", grouping, columns: outputOf(input), outputs, input } as const;
}

/** @throws INVALID_OPTION_VALUE */
function checkedMode(owner: string, option: string, value: TimeMode): TimeMode {
  const modes: readonly TimeMode[] = ["none", "eventTime", "processingTime"];
  if (modes.includes(value)) return value;
  throw new StreamingError("INVALID_OPTION_VALUE", { owner, option, value, expected: modes.join(", ") });
}

/**
 * Our store can do what Spark's RocksDB provider can. Who asks for the other one by name is refused, as there.
 *
 * @throws UNSUPPORTED_FEATURE.STORE_BACKEND_NOT_SUPPORTED_FOR_TWS
 */
export function checkStateStore(plan: AnalyzedPlan, provider: string | undefined): void {
  if (provider === undefined || !provider.endsWith(".HDFSBackedStateStoreProvider")) return;
  for (const node of nodesUp(plan)) {
    if (node.kind === "groupState" && node.timers === "timers")
      throw new StreamingError("UNSUPPORTED_FEATURE.STORE_BACKEND_NOT_SUPPORTED_FOR_TWS", { stateStoreProvider: provider });
  }
}

/**
 * Spark's first format of the state of joins loses rows of outer joins, and Spark refuses it there.
 *
 * @throws STREAM_STREAM_JOIN_STATE_FORMAT
 */
export function checkJoinState(plan: AnalyzedPlan, version: string | undefined): void {
  if (version !== "1") return;
  for (const node of nodesUp(plan)) {
    const isOuter = node.kind === "join" && node.joinType !== "inner" && node.joinType !== "cross";
    if (isOuter && streamsOf(node).every(Boolean)) throw new StreamingError("STREAM_STREAM_JOIN_STATE_FORMAT", { joinType: node.joinType });
  }
}
