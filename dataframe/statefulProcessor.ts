import { types, field } from "../engine/arrow/types.js";
import type { GroupCall, GroupFunction, UserRow, UserTable, UserTableSpec } from "../engine/contract/groupFunction.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { TimeMode } from "../engine/plan/nodes/groupState.js";
import { schemaInput, type SchemaInput } from "./schema.js";

/** How long state lives. */
export interface StateOptions {
  /** Milliseconds after which a value that was not written again is gone. Default: for ever. */
  readonly ttlMs?: number;
}

/** One value for each key. As in `const count = handle.getValueState("count", "n BIGINT")`. */
export interface ValueState<V extends UserRow = UserRow> {
  exists(): boolean;
  get(): V | null;
  update(value: V): void;
  clear(): void;
}

/** A list for each key. As in `handle.getListState("last", "v BIGINT").appendValue({ v: 1 })`. */
export interface ListState<V extends UserRow = UserRow> {
  exists(): boolean;
  get(): readonly V[];
  put(values: readonly V[]): void;
  appendValue(value: V): void;
  appendList(values: readonly V[]): void;
  clear(): void;
}

/** A map for each key. As in `handle.getMapState("seen", "id STRING", "n BIGINT").updateValue({ id: "a" }, { n: 1 })`. */
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
  #call: GroupCall | null = null;
  #isInit = true;

  constructor(private readonly timeMode: TimeMode) {}

  /** One value for each key. Only in `init`. @throws STATE_MADE_TOO_LATE As in `this.count = handle.getValueState("count", "n BIGINT")`. */
  getValueState<V extends UserRow = UserRow>(name: string, schema: SchemaInput, options: StateOptions = {}): ValueState<V> {
    const table = this.#table({ name, key: types.struct([]), value: schemaInput(schema), ttlMs: options.ttlMs ?? null });
    return {
      exists: () => table().get({}) !== undefined,
      get: () => (table().get({}) as V | undefined) ?? null,
      update: (value) => table().put({}, value),
      clear: () => table().remove({}),
    };
  }

  /** A list for each key. Only in `init`. @throws STATE_MADE_TOO_LATE As in `this.last = handle.getListState("last", "v BIGINT")`. */
  getListState<V extends UserRow = UserRow>(name: string, schema: SchemaInput, options: StateOptions = {}): ListState<V> {
    const value = types.struct([field("values", types.array(schemaInput(schema)))]);
    const table = this.#table({ name, key: types.struct([]), value, ttlMs: options.ttlMs ?? null });
    const read = (): readonly V[] => (table().get({})?.["values"] as readonly V[] | undefined) ?? [];
    const append = (values: readonly V[]): void => {
      const all = [...read(), ...values];
      // Spark counts each value that is appended.
      values.forEach(() => table().put({}, { values: all }));
    };
    return {
      exists: () => table().get({}) !== undefined,
      get: read,
      put: (values) => table().put({}, { values }, false),
      appendValue: (one) => append([one]),
      appendList: append,
      clear: () => table().remove({}),
    };
  }

  /** A map for each key. Only in `init`. @throws STATE_MADE_TOO_LATE As in `this.seen = handle.getMapState("seen", "id STRING", "n BIGINT")`. */
  getMapState<K extends UserRow = UserRow, V extends UserRow = UserRow>(
    name: string,
    keySchema: SchemaInput,
    valueSchema: SchemaInput,
    options: StateOptions = {},
  ): MapState<K, V> {
    const table = this.#table({ name, key: schemaInput(keySchema), value: schemaInput(valueSchema), ttlMs: options.ttlMs ?? null });
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

  /** Wakes the key at a time, ms since 1970. @throws INVALID_TIMEOUT As in `handle.registerTimer(timerValues.getCurrentWatermarkInMs() + 60_000)`. */
  registerTimer(expiryTimestampMs: number): void {
    if (this.timeMode === "none")
      throw new StreamingError("INVALID_TIMEOUT", { what: "Timers need the time mode eventTime or processingTime" });
    this.#current().timers.set(expiryTimestampMs);
  }

  /** Takes a timer of the key back. As in `handle.deleteTimer(atMs)`. */
  deleteTimer(expiryTimestampMs: number): void {
    this.#current().timers.remove(expiryTimestampMs);
  }

  /** The timers of the key, ascending. As in `handle.listTimers()`. */
  listTimers(): readonly number[] {
    return this.#current().timers.list();
  }

  /** The tables that `init` asked for. */
  initialised(): readonly UserTableSpec[] {
    this.#isInit = false;
    return this.#tables;
  }

  /** Whose state it means from now on. */
  enter(call: GroupCall): void {
    this.#call = call;
  }

  #table(spec: UserTableSpec): () => UserTable {
    if (!this.#isInit) throw new StreamingError("STATE_MADE_TOO_LATE", { name: spec.name });
    const place = this.#tables.push(spec) - 1;
    return () => this.#current().tables[place]!;
  }

  #current(): GroupCall {
    if (this.#call === null) throw new StreamingError("STATE_OUTSIDE_OF_CALL");
    return this.#call;
  }
}

/**
 * A user's processor for `transformWithState`: keeps values, lists and maps for each key, and timers.
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
  abstract handleInputRows(key: UserRow, rows: readonly UserRow[], timerValues: TimerValues): Iterable<UserRow>;

  /** Called for each timer that is due, behind the rows of the batch. */
  handleExpiredTimer(_key: UserRow, _timerValues: TimerValues, _expiryTimestampMs: number): Iterable<UserRow> {
    return [];
  }
}

/** What the engine runs of a processor. */
export function processorFunction(make: () => StatefulProcessor, timeMode: TimeMode): () => GroupFunction {
  return () => {
    const processor = make();
    const handle = new StatefulProcessorHandle(timeMode);
    processor.init(handle);
    return {
      tables: handle.initialised(),
      call: (call) => {
        handle.enter(call);
        const times: TimerValues = {
          getCurrentProcessingTimeInMs: () => call.batchTimeMs,
          getCurrentWatermarkInMs: () => call.watermarkMs,
        };
        return call.dueMs === null
          ? processor.handleInputRows(call.key, call.rows, times)
          : processor.handleExpiredTimer(call.key, times, call.dueMs);
      },
    };
  };
}
