import { AsyncLocalStorage } from "node:async_hooks";
import { types, field, type Schema } from "../engine/arrow/types.js";
import type { GroupCall, GroupFunction, UserRow, UserTable, UserTableSpec } from "../engine/contract/groupFunction.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { shownValue } from "../engine/errors/shownValue.js";
import type { TimeMode } from "../engine/plan/nodes/groupState.js";
import { groupFunction, type GivenRows } from "./groupFunction.js";
import { schemaInput, type SchemaInput } from "./schema.js";
import { callLimit } from "./userFunctions.js";

const sparkModes: Readonly<Record<TimeMode, string>> = { none: "NoTime", eventTime: "EventTime", processingTime: "ProcessingTime" };

/** How long state lives. */
export interface StateOptions {
  /** Milliseconds of the clock (of the logged time of batches) after which a value that was not written again is gone; needs the time mode processingTime. Default: for ever. */
  readonly ttlMs?: number;
}

/** The place of a value in a list. */
type Place = { readonly i: number };

const places = types.struct([field("i", types.int, false)]);

/** One value for each key. @example const count = handle.getValueState("count", "n BIGINT") */
export interface ValueState<V extends UserRow = UserRow> {
  exists(): boolean;
  get(): V | null;
  update(value: V): void;
  clear(): void;
}

/** A list for each key. @example const last = handle.getListState("last", "v BIGINT") */
export interface ListState<V extends UserRow = UserRow> {
  exists(): boolean;
  get(): readonly V[];
  put(values: readonly V[]): void;
  appendValue(value: V): void;
  appendList(values: readonly V[]): void;
  clear(): void;
}

/** A map for each key. @example const seen = handle.getMapState("seen", "id STRING", "n BIGINT") */
export interface MapState<K extends UserRow = UserRow, V extends UserRow = UserRow> {
  exists(): boolean;
  getValue(key: K): V | null;
  containsKey(key: K): boolean;
  updateValue(key: K, value: V): void;
  iterator(): Iterable<readonly [key: K, value: V]>;
  keys(): Iterable<K>;
  values(): Iterable<V>;
  removeKey(key: K): void;
  clear(): void;
}

/** The times that a processor is told. */
export interface TimerValues {
  /** The logged time of the batch, ms since 1970. */
  getCurrentProcessingTimeInMs(): number;
  /** The watermark, ms since 1970; 0 before there is one. */
  getCurrentWatermarkInMs(): number;
}

/** What `StatefulProcessor.init` is given: state and timers of whichever key the processor is called for. */
export class StatefulProcessorHandle {
  readonly #tables: UserTableSpec[] = [];
  readonly #waiting = new AsyncLocalStorage<GroupCall>();
  #call: GroupCall | null = null;
  #isInit = true;

  constructor(private readonly timeMode: TimeMode) {}

  /** One value for each key. Only in `init`. @throws STATEFUL_PROCESSOR_* @example const count = handle.getValueState("count", "n BIGINT") */
  getValueState<V extends UserRow = UserRow>(name: string, schema: SchemaInput, options: StateOptions = {}): ValueState<V> {
    const table = this.#table("value", { name, key: types.struct([]), value: schemaInput(schema), ttlMs: options.ttlMs ?? null });
    return {
      exists: () => table().get({}) !== undefined,
      get: () => (table().get({}) as V | undefined) ?? null,
      update: (value) => table().put({}, value),
      clear: () => table().remove({}),
    };
  }

  /** A list for each key. Only in `init`. @throws STATEFUL_PROCESSOR_* @example const last = handle.getListState("last", "v BIGINT") */
  getListState<V extends UserRow = UserRow>(name: string, schema: SchemaInput, options: StateOptions = {}): ListState<V> {
    if (options.ttlMs !== undefined) return this.#expiringList(name, schemaInput(schema), options.ttlMs);
    const value = types.struct([field("values", types.array(schemaInput(schema)))]);
    const table = this.#table("list", { name, key: types.struct([]), value, ttlMs: null });
    const read = (): readonly V[] => (table().get({})?.["values"] as readonly V[] | undefined) ?? [];
    const append = (values: readonly V[]): void => {
      checkValues(name, values);
      table().put({}, { values: [...read(), ...values] }, { updates: values.length });
    };
    return {
      exists: () => table().get({}) !== undefined,
      get: read,
      put: (values) => {
        checkValues(name, values);
        table().put({}, { values }, { updates: values.length, anew: true });
      },
      appendValue: (one) => append([one]),
      appendList: append,
      clear: () => table().remove({}, read().length),
    };
  }

  /** A list whose values each have their own time: rows by their places, which go up. */
  #expiringList<V extends UserRow>(name: string, value: Schema, ttlMs: number): ListState<V> {
    const table = this.#table("list", { name, key: places, value, ttlMs, isList: true });
    const rows = (withGone: boolean) => (table().entries(withGone) as readonly (readonly [Place, V])[]).toSorted(([a], [b]) => a.i - b.i);
    const append = (values: readonly V[], anew = false): void => {
      checkValues(name, values);
      const next = (rows(true).at(-1)?.[0].i ?? -1) + 1;
      for (const [j, one] of values.entries()) table().put({ i: next + j }, one, { updates: 1, anew: anew && j === 0 });
    };
    const clear = (removals: number): void => {
      for (const [place] of rows(true)) table().remove(place, removals);
    };
    return {
      exists: () => rows(false).length > 0,
      get: () => rows(false).map(([, one]) => one),
      put: (values) => {
        checkValues(name, values);
        clear(0);
        append(values, true);
      },
      appendValue: (one) => append([one]),
      appendList: (values) => append(values),
      clear: () => clear(1),
    };
  }

  /** A map for each key. Only in `init`. @throws STATEFUL_PROCESSOR_* @example const seen = handle.getMapState("seen", "id STRING", "n BIGINT") */
  getMapState<K extends UserRow = UserRow, V extends UserRow = UserRow>(
    name: string,
    keySchema: SchemaInput,
    valueSchema: SchemaInput,
    options: StateOptions = {},
  ): MapState<K, V> {
    const table = this.#table("map", { name, key: schemaInput(keySchema), value: schemaInput(valueSchema), ttlMs: options.ttlMs ?? null });
    const entries = () => table().entries() as readonly (readonly [K, V])[];
    return {
      exists: () => entries().length > 0,
      getValue: (key) => (table().get(key) as V | undefined) ?? null,
      containsKey: (key) => table().get(key) !== undefined,
      updateValue: (key, value) => table().put(key, value),
      iterator: entries,
      keys: () => entries().map(([key]) => key),
      values: () => entries().map(([, value]) => value),
      removeKey: (key) => table().remove(key),
      clear: () => {
        for (const [key] of entries()) table().remove(key);
      },
    };
  }

  /** Wakes the key at a time, ms since 1970. @throws INVALID_TIMEOUT @example handle.registerTimer(timerValues.getCurrentWatermarkInMs() + 60_000) */
  registerTimer(expiryTimestampMs: number): void {
    const { timers } = this.#timersFor("register_timer");
    if (!Number.isSafeInteger(expiryTimestampMs))
      throw new StreamingError("INVALID_TIMEOUT", {
        what: `A timer is whole milliseconds since 1970, not ${shownValue(expiryTimestampMs)}`,
      });
    timers.set(expiryTimestampMs);
  }

  /** Takes a timer of the key back. @example handle.deleteTimer(timerValues.getCurrentWatermarkInMs() + 60_000) */
  deleteTimer(expiryTimestampMs: number): void {
    this.#timersFor("delete_timer").timers.remove(expiryTimestampMs);
  }

  /** The timers of the key, ascending. @example handle.listTimers() */
  listTimers(): readonly number[] {
    return this.#timersFor("list_timers").timers.list();
  }

  /** The tables that `init` asked for. */
  initialised(): readonly UserTableSpec[] {
    this.#isInit = false;
    return this.#tables;
  }

  /** Does a piece of work whose state is that of a call; what it gives may go on with it until the next call. */
  enter<T>(call: GroupCall, work: () => T): T {
    this.#call = call;
    return work();
  }

  /** The same while others wait: the state is that of the call whatever runs between. */
  wait<T>(call: GroupCall, work: () => Promise<T>): Promise<T> {
    return this.#waiting.run(call, work);
  }

  #table(kind: string, spec: UserTableSpec): () => UserTable {
    const { name, ttlMs } = spec;
    const operationType = `get_${kind}_state`;
    if (!this.#isInit)
      throw new StreamingError("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE", {
        operationType,
        handleState: "INITIALIZED",
      });
    if (!/^[^$_]/.test(name))
      throw new StreamingError("STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS", { colFamilyName: name });
    if (this.#tables.some((table) => table.name === name))
      throw new StreamingError("STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED", { stateVarName: name });
    if (ttlMs !== null) this.#checkTtl(name, operationType, ttlMs);
    const place = this.#tables.push(spec) - 1;
    return () => this.#current().tables[place]!;
  }

  #checkTtl(stateName: string, operationType: string, ttlMs: number): void {
    const timeMode = sparkModes[this.timeMode];
    if (this.timeMode !== "processingTime")
      throw new StreamingError("STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL", { stateName, timeMode });
    if (!(ttlMs > 0)) throw new StreamingError("STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE", { operationType, stateName });
  }

  #timersFor(operationType: string): GroupCall {
    if (this.timeMode === "none")
      throw new StreamingError("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE", {
        operationType,
        timeMode: sparkModes[this.timeMode],
      });
    if (this.#isInit)
      throw new StreamingError("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE", {
        operationType,
        handleState: "PRE_INIT",
      });
    return this.#current();
  }

  #current(): GroupCall {
    const call = this.#waiting.getStore() ?? this.#call;
    if (call === null) throw new StreamingError("STATE_OUTSIDE_OF_CALL");
    return call;
  }
}

/** @throws ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE */
function checkValues(stateName: string, values: readonly UserRow[]): void {
  if (values.length === 0) throw new StreamingError("ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE", { stateName });
}

/**
 * A user's processor for `transformWithState`: keeps values, lists and maps for each key, and timers. Methods may be asynchronous: then several keys wait at once, and
 * what they gave and changed is written down with the batch, so that one that runs again does not ask anew.
 *
 * @example
 * class Count extends StatefulProcessor {
 *   init(handle) { this.count = handle.getValueState("count", "n BIGINT"); }
 *   *handleInputRows(key, rows) { const n = (this.count.get()?.n ?? 0) + rows.length; this.count.update({ n }); yield { ...key, n }; }
 * }
 */
export abstract class StatefulProcessor {
  /** Called once a run, before the first batch: the place to ask for state. */
  abstract init(handle: StatefulProcessorHandle): void;

  /** Called for each key that has rows in a batch, with all of them; gives the rows that come out. */
  abstract handleInputRows(key: UserRow, rows: readonly UserRow[], timerValues: TimerValues): GivenRows;

  /** Called before the first batch of the query for each row of `initialState`: the place to give keys their first state. Nothing comes out. */
  handleInitialState(_key: UserRow, _initialState: UserRow, _timerValues: TimerValues): void | Promise<void> {}

  /** Called for each timer that is due, behind the rows of the batch. */
  handleExpiredTimer(_key: UserRow, _timerValues: TimerValues, _expiryTimestampMs: number): GivenRows {
    return [];
  }

  /** Called once when the run ends, well or not: the place to let go of what `init` opened. */
  close(): void {}
}

/** The methods that may be asynchronous. */
const methods = ["handleInputRows", "handleExpiredTimer", "handleInitialState"] as const;

/** What the engine runs of a processor. @throws INVALID_OPTION_VALUE for the concurrency */
export function processorFunction(make: () => StatefulProcessor, timeMode: TimeMode, concurrency: number | undefined): () => GroupFunction {
  return () => {
    const processor = make();
    const handle = new StatefulProcessorHandle(timeMode);
    processor.init(handle);
    const given = concurrency === undefined ? {} : { concurrency };
    const limits = methods.map((name) => callLimit("transformWithState", processor[name] as object, given));
    const limit = limits.find((most) => most !== null) ?? null;
    return groupFunction({
      name: processor.constructor.name || "StatefulProcessor",
      tables: handle.initialised(),
      concurrency: limit,
      isSingle: false,
      called:
        limit === null
          ? (call) => handle.enter(call, () => called(processor, call))
          : (call) => handle.wait(call, () => waited(processor, call)),
      close: () => processor.close(),
    });
  };
}

/** One call of a processor that answers at once. */
function called(processor: StatefulProcessor, call: GroupCall): GivenRows {
  const { key, rows, isInitial, dueMs } = call;
  const times = timesOf(call);
  if (dueMs !== null) return processor.handleExpiredTimer(key, times, dueMs);
  if (!isInitial) return processor.handleInputRows(key, rows, times);
  for (const row of rows) {
    const given: unknown = processor.handleInitialState(key, row, times);
    if (given instanceof Promise) return given as Promise<never>;
  }
  return [];
}

/** One call of a processor that may wait. */
async function waited(processor: StatefulProcessor, call: GroupCall): Promise<readonly UserRow[]> {
  const { key, rows, isInitial } = call;
  if (isInitial) {
    for (const row of rows) await processor.handleInitialState(key, row, timesOf(call));
    return [];
  }
  const given: UserRow[] = [];
  for await (const row of await called(processor, call)) given.push(row);
  return given;
}

function timesOf({ batchTimeMs, watermarkMs }: GroupCall): TimerValues {
  return { getCurrentProcessingTimeInMs: () => batchTimeMs, getCurrentWatermarkInMs: () => watermarkMs };
}
