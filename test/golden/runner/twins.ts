import { expr } from "../../../dataframe/functions.js";
import type { GroupStateFunction } from "../../../dataframe/groupState.js";
import {
  StatefulProcessor,
  type ListState,
  type MapState,
  type StatefulProcessorHandle,
  type TimerValues,
  type ValueState,
} from "../../../dataframe/statefulProcessor.js";
import type { Frame } from "./buildDataFrame.js";

// The functions and processors of `processors.py` in TypeScript.

type Row = Readonly<Record<string, unknown>>;
type Count = { readonly n: number };

const timeMs = (row: Row): number => (row["ts"] as Date).getTime();

class Timers extends StatefulProcessor {
  private handle!: StatefulProcessorHandle;
  private n!: ValueState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.handle = handle;
    this.n = handle.getValueState("n", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[], times: TimerValues): Iterable<Row> {
    const n = (this.n.get()?.n ?? 0) + rows.length;
    for (const row of rows) this.handle.registerTimer(timeMs(row) + 5000);
    this.n.update({ n });
    yield { ...key, what: "rows", n, timers: this.handle.listTimers().length, wm: times.getCurrentWatermarkInMs() };
  }

  override *handleExpiredTimer(key: Row, times: TimerValues, dueMs: number): Iterable<Row> {
    yield { ...key, what: "timer", n: this.n.get()?.n ?? -1, timers: dueMs, wm: times.getCurrentWatermarkInMs() };
  }
}

class Silence extends StatefulProcessor {
  private handle!: StatefulProcessorHandle;
  private last!: ValueState<{ readonly at: number; readonly n: number }>;

  override init(handle: StatefulProcessorHandle): void {
    this.handle = handle;
    this.last = handle.getValueState("last", "at bigint, n bigint");
  }

  override handleInputRows(_key: Row, rows: readonly Row[]): Iterable<Row> {
    const before = this.last.get() ?? { at: 0, n: 0 };
    const at = Math.max(before.at, ...rows.map(timeMs));
    for (const timer of this.handle.listTimers()) this.handle.deleteTimer(timer);
    this.handle.registerTimer(at + 4000);
    this.last.update({ at, n: before.n + rows.length });
    return [];
  }

  override *handleExpiredTimer(key: Row, _times: TimerValues, due: number): Iterable<Row> {
    const { at, n } = this.last.get()!;
    this.last.clear();
    yield { ...key, n, at, due };
  }
}

class Rings extends StatefulProcessor {
  private handle!: StatefulProcessorHandle;
  private rings!: ValueState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.handle = handle;
    this.rings = handle.getValueState("rings", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    const at = Math.min(...rows.map(timeMs));
    this.handle.registerTimer(at + 1000);
    yield { ...key, what: "rows", at };
  }

  override *handleExpiredTimer(key: Row, _times: TimerValues, at: number): Iterable<Row> {
    const n = this.rings.get()?.n ?? 0;
    if (n < 2) {
      this.rings.update({ n: n + 1 });
      this.handle.registerTimer(at + 2000);
    } else this.rings.clear();
    yield { ...key, what: `ring ${n}`, at };
  }
}

class Lists extends StatefulProcessor {
  private list!: ListState<{ readonly v: number | null; readonly k: string | null }>;
  private calls!: ValueState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.list = handle.getListState("l", "v bigint, k string");
    this.calls = handle.getValueState("calls", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    const before = this.list.exists();
    const values = rows.map(({ v, s }) => ({ v: v as number | null, k: s as string | null }));
    const total = values.reduce((sum, { v }) => sum + (v ?? 0), 0);
    if (total > 100) this.list.clear();
    else if (total < 0) this.list.put(values);
    else if (values.length === 1) this.list.appendValue(values[0]!);
    else this.list.appendList(values);
    const calls = (this.calls.get()?.n ?? 0) + 1;
    this.calls.update({ n: calls });
    const got = this.list.get();
    yield { ...key, before, after: this.list.exists(), vs: got.map(({ v }) => v), ks: got.map(({ k }) => k), calls };
  }
}

const pythonBoolean = (value: boolean | null): string => (value === null ? "None" : value ? "True" : "False");

class Maps extends StatefulProcessor {
  private map!: MapState<{ readonly s: string | null; readonly odd: boolean }, { readonly n: number; readonly last: number }>;

  override init(handle: StatefulProcessorHandle): void {
    this.map = handle.getMapState("m", "s string, odd boolean", "n bigint, last bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    const before = this.map.exists();
    for (const row of rows) {
      const v = row["v"] as number;
      const at = { s: row["s"] as string | null, odd: Math.abs(v % 2) === 1 };
      if (v === 0) this.map.removeKey(at);
      else if (v < 0) this.map.clear();
      else this.map.updateValue(at, { n: (this.map.containsKey(at) ? this.map.getValue(at)!.n : 0) + 1, last: v });
    }
    const all = [...this.map.iterator()].map(([{ s, odd }, { n, last }]) => `${s ?? "None"}/${pythonBoolean(odd)}=${n}/${last}`);
    const values = [...this.map.values()].reduce((sum, { n }) => sum + n, 0);
    yield { ...key, before, after: this.map.exists(), all: all.toSorted().join(","), keys: [...this.map.keys()].length, values };
  }
}

class Initial extends StatefulProcessor {
  private n!: ValueState<Count>;
  private fromTable!: ListState<{ readonly n: number | null }>;

  override init(handle: StatefulProcessorHandle): void {
    this.n = handle.getValueState("n", "n bigint");
    this.fromTable = handle.getListState("table", "n bigint");
  }

  override handleInitialState(_key: Row, initial: Row): void {
    const n = initial["n"] as number | null;
    if (n !== null) this.n.update({ n });
    this.fromTable.appendValue({ n });
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    const n = (this.n.get()?.n ?? 0) + rows.reduce((sum, { v }) => sum + (v as number), 0);
    this.n.update({ n });
    yield { ...key, n, known: this.fromTable.get().length };
  }
}

class InitialTimers extends StatefulProcessor {
  private handle!: StatefulProcessorHandle;
  private n!: ValueState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.handle = handle;
    this.n = handle.getValueState("n", "n bigint");
  }

  override handleInitialState(_key: Row, initial: Row): void {
    this.n.update({ n: initial["n"] as number });
    this.handle.registerTimer(timeMs(initial));
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    const n = (this.n.get()?.n ?? 0) + rows.length;
    this.n.update({ n });
    yield { ...key, what: "rows", n };
  }

  override *handleExpiredTimer(key: Row): Iterable<Row> {
    const n = this.n.get()?.n ?? -1;
    this.n.clear();
    yield { ...key, what: "timer", n };
  }
}

class Stamped extends StatefulProcessor {
  private n!: ValueState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.n = handle.getValueState("n", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    let n = this.n.get()?.n ?? 0;
    for (const { ts } of rows) yield { ...key, at: ts, n: ++n };
    this.n.update({ n });
  }
}

const numbersOf = (state: ListState<Count>): readonly number[] => state.get().map(({ n }) => n);

class TtlOfAll extends StatefulProcessor {
  private v!: ValueState<Count>;
  private l!: ListState<Count>;
  private m!: MapState<{ readonly v: number }, Count>;
  private kept!: ListState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.v = handle.getValueState("v", "n bigint", { ttlMs: 12_000 });
    this.l = handle.getListState("l", "n bigint", { ttlMs: 12_000 });
    this.m = handle.getMapState("m", "v bigint", "n bigint", { ttlMs: 12_000 });
    this.kept = handle.getListState("kept", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    for (const row of rows) {
      const v = row["v"] as number;
      const n = this.v.get()?.n ?? 0;
      this.v.update({ n: n + 1 });
      this.l.appendValue({ n: v });
      this.m.updateValue({ v }, { n });
      this.kept.appendValue({ n: v });
    }
    const m = [...this.m.keys()].map(({ v }) => v).toSorted((a, b) => a - b);
    yield { ...key, v: this.v.get()!.n, l: numbersOf(this.l), m, kept: numbersOf(this.kept) };
  }
}

class Clock extends StatefulProcessor {
  private handle!: StatefulProcessorHandle;
  private n!: ValueState<Count>;

  override init(handle: StatefulProcessorHandle): void {
    this.handle = handle;
    this.n = handle.getValueState("n", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[], times: TimerValues): Iterable<Row> {
    const n = (this.n.get()?.n ?? 0) + rows.length;
    this.n.update({ n });
    this.handle.registerTimer(times.getCurrentProcessingTimeInMs() + (key["k"] === "a" ? 1000 : 3_600_000));
    yield { ...key, what: "rows", n };
  }

  override *handleExpiredTimer(key: Row): Iterable<Row> {
    const { n } = this.n.get()!;
    this.n.clear();
    yield { ...key, what: "timer", n };
  }
}

/** Does what its rows say. */
class Script extends StatefulProcessor {
  private handle!: StatefulProcessorHandle;
  private v!: ValueState<Count>;
  private l!: ListState<{ readonly n: number; readonly s: string | null }>;
  private m!: MapState<Count, { readonly s: string }>;

  constructor(private readonly options: { readonly ttlMs?: number }) {
    super();
  }

  override init(handle: StatefulProcessorHandle): void {
    this.handle = handle;
    this.v = handle.getValueState("v", "n bigint", this.options);
    this.l = handle.getListState("l", "n bigint, s string", this.options);
    this.m = handle.getMapState("m", "n bigint", "s string", this.options);
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    for (const { op, n } of rows) {
      this.verbs[op as string]?.(n as number);
      yield { ...key, op, n, state: this.shown() };
    }
  }

  override *handleExpiredTimer(key: Row, _times: TimerValues, dueMs: number): Iterable<Row> {
    yield { ...key, op: "due", n: Math.floor(dueMs / 1000), state: this.shown() };
  }

  private readonly verbs: Readonly<Record<string, (n: number) => void>> = {
    update: (n) => this.v.update({ n }),
    clear: () => this.v.clear(),
    append: (n) => this.l.appendValue({ n, s: `s${n}` }),
    appendList: (n) =>
      this.l.appendList([
        { n, s: null },
        { n: n + 1, s: "x" },
      ]),
    put: (n) => this.l.put([{ n, s: "put" }]),
    clearList: () => this.l.clear(),
    set: (n) => this.m.updateValue({ n }, { s: `m${n}` }),
    remove: (n) => this.m.removeKey({ n }),
    clearMap: () => this.m.clear(),
    timer: (n) => this.handle.registerTimer(n * 1000),
    delete: (n) => this.handle.deleteTimer(n * 1000),
  };

  private shown(): string {
    const list = this.l.get().map(({ n, s }) => `${n}${s ?? ""}`);
    const map = [...this.m.iterator()].map(([{ n }, { s }]) => `${n}${s}`).toSorted();
    const there = `${Number(this.l.exists())}${Number(this.m.exists())}`;
    const timers =
      this.options.ttlMs === undefined
        ? ` ${this.handle
            .listTimers()
            .map((ms) => ms / 1000)
            .join(" ")}`
        : "";
    return `${this.v.get()?.n ?? "-"} [${list.join(" ")}] {${map.join(" ")}} ${there}${timers}`;
  }
}

/** Gives each row an event time three seconds before its own. */
class StampedOld extends StatefulProcessor {
  override init(): void {}

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    for (const row of rows) yield { ...key, at: new Date(timeMs(row) - 3000), n: 1 };
  }
}

const comesAndGoes: GroupStateFunction<Row, Row> = function* (key, rows, state) {
  let n = (state.getOption()?.["n"] ?? 0) as number;
  if (state.hasTimedOut) {
    if (n > 5) state.remove();
    else {
      state.update({ n: n + 5 });
      state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 3000);
    }
    yield { ...key, what: n > 5 ? "gone" : "again", n, there: state.exists };
    return;
  }
  const last = Math.max(...rows.map(timeMs));
  n += rows.length;
  if (n === 3) state.remove();
  else {
    state.update({ n });
    if (n % 2 === 1) state.setTimeoutTimestamp(Math.max(last + 2000, state.getCurrentWatermarkMs() + 1));
  }
  yield { ...key, what: "rows", n, there: state.exists };
};

interface Twin {
  readonly timeMode?: "none" | "eventTime" | "processingTime";
  readonly outputSchema: string;
  readonly make: () => StatefulProcessor;
}

const twins: Readonly<Record<string, Twin>> = {
  timers: { timeMode: "eventTime", outputSchema: "k string, what string, n bigint, timers bigint, wm bigint", make: () => new Timers() },
  silence: { timeMode: "eventTime", outputSchema: "k string, n bigint, at bigint, due bigint", make: () => new Silence() },
  rings: { timeMode: "eventTime", outputSchema: "k string, what string, at bigint", make: () => new Rings() },
  lists: {
    outputSchema: "k string, before boolean, after boolean, vs array<bigint>, ks array<string>, calls bigint",
    make: () => new Lists(),
  },
  maps: {
    outputSchema: "k string, k2 bigint, before boolean, after boolean, all string, keys int, values bigint",
    make: () => new Maps(),
  },
  initial: { outputSchema: "k string, n bigint, known bigint", make: () => new Initial() },
  "initial timers": { timeMode: "eventTime", outputSchema: "k string, what string, n bigint", make: () => new InitialTimers() },
  stamped: { timeMode: "eventTime", outputSchema: "k string, at timestamp, n bigint", make: () => new Stamped() },
  "ttl of all": {
    timeMode: "processingTime",
    outputSchema: "k string, v bigint, l array<bigint>, m array<bigint>, kept array<bigint>",
    make: () => new TtlOfAll(),
  },
  "stamped old": { timeMode: "eventTime", outputSchema: "k string, at timestamp, n bigint", make: () => new StampedOld() },
  script: { timeMode: "eventTime", outputSchema: "k string, op string, n bigint, state string", make: () => new Script({}) },
  "script with ttl": {
    timeMode: "processingTime",
    outputSchema: "k string, op string, n bigint, state string",
    make: () => new Script({ ttlMs: 12_000 }),
  },
  clock: { timeMode: "processingTime", outputSchema: "k string, what string, n bigint", make: () => new Clock() },
};

/** What stands below a function, by its exact text. */
const below: Readonly<Record<string, (t: Frame) => Frame>> = {
  t: (t) => t,
  't.withWatermark("ts", "0 seconds")': (t) => t.withWatermark("ts", "0 seconds"),
  't.withWatermark("ts", "1 second")': (t) => t.withWatermark("ts", "1 second"),
  't.withWatermark("ts", "2 seconds")': (t) => t.withWatermark("ts", "2 seconds"),
  't.withColumn("k2", F.expr("v DIV 10"))': (t) => t.withColumn("k2", expr("v DIV 10")),
  't.withWatermark("ts", "2 seconds").dropDuplicates(["k", "ts"])': (t) => t.withWatermark("ts", "2 seconds").dropDuplicates("k", "ts"),
  't.withWatermark("ts", "2 seconds").groupBy(F.expr("window(ts, \'5 seconds\') AS w"), "k").agg(F.expr("count(*) AS n")).selectExpr("window_time(w) AS ts", "k")':
    (t) =>
      t
        .withWatermark("ts", "2 seconds")
        .groupBy(expr("window(ts, '5 seconds') AS w"), "k")
        .agg(expr("count(*) AS n"))
        .selectExpr("window_time(w) AS ts", "k"),
};

const windows = (frame: Frame): Frame => frame.groupBy(expr("window(at, '5 seconds') AS w")).agg(expr("count(*) AS n"));

/** What stands above it. */
const above: Readonly<Record<string, (frame: Frame) => Frame>> = {
  "": (frame) => frame,
  [`.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"), F.expr("max(n) AS most"))`]: mostOfWindows,
  [`.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"), F.expr("max(n) AS most")).groupBy(F.expr("window(w, '20 seconds') AS w2")).agg(F.expr("count(*) AS n"))`]:
    (frame) => mostOfWindows(frame).groupBy(expr("window(w, '20 seconds') AS w2")).agg(expr("count(*) AS n")),
  [`.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"))`]: windows,
  [`.withWatermark("at", "2 seconds").groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"))`]: (frame) =>
    windows(frame.withWatermark("at", "2 seconds")),
  '.dropDuplicatesWithinWatermark(["k"])': (frame) => frame.dropDuplicatesWithinWatermark("k"),
};

function mostOfWindows(frame: Frame): Frame {
  return frame.groupBy(expr("window(at, '5 seconds') AS w")).agg(expr("count(*) AS n"), expr("max(n) AS most"));
}

/** Whether the function of a case names its twin. */
export function hasTwin(pyspark: string): boolean {
  return pyspark.startsWith("# twin: ");
}

/** The parts of the query of a case: what is below the function, its keys, how it is called, what is above. */
const parts =
  /\nresult = (.*)\.groupBy\(([^()]*)\)\.(transformWithState|applyInPandasWithState)\((.*?timeMode="\w+"(?:, initialState=i\.groupBy\("k"\))?(?:, eventTimeColumnName="\w+")?|fn.*?Timeout")\)(.*)$/;

/** The query of a case whose function names its twin in the first line; null for any other. */
export function twinQuery(pyspark: string, tables: ReadonlyMap<string, Frame>): Frame | null {
  const name = /^# twin: (.+)\n/.exec(pyspark)?.[1];
  if (name === undefined) return null;
  const [, input, keys, verb, call, rest] = parts.exec(pyspark)!;
  const grouped = below[input!]!(tables.get("t")!).groupBy(...keys!.split(", ").map((key) => JSON.parse(key) as string));
  if (verb === "applyInPandasWithState") {
    const outputMode = call!.includes('"update"') ? "update" : "append";
    const schemas = { outputSchema: "k string, what string, n bigint, there boolean", stateSchema: "n bigint" };
    return grouped.flatMapGroupsWithState(comesAndGoes, { ...schemas, outputMode, timeout: "eventTime" });
  }
  const { make, ...options } = twins[name]!;
  const eventTimeColumnName = /eventTimeColumnName="(\w+)"/.exec(call!)?.[1];
  const frame = grouped.transformWithState(make, {
    ...options,
    ...(call!.includes("initialState=") && { initialState: tables.get("i")!.groupBy("k") }),
    ...(eventTimeColumnName !== undefined && { eventTimeColumnName }),
  });
  return above[rest!]!(frame);
}
