import type { GroupStateFunction } from "../../../dataframe/groupState.js";
import {
  StatefulProcessor,
  type ListState,
  type MapState,
  type StatefulProcessorHandle,
  type TimerValues,
  type ValueState,
} from "../../../dataframe/statefulProcessor.js";

// The functions and processors of `processors.py` in TypeScript.

type Row = Readonly<Record<string, unknown>>;
type Count = { readonly n: number };

const timeMs = (row: Row): number => (row["ts"] as Date).getTime();

export class Timers extends StatefulProcessor {
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

export class Silence extends StatefulProcessor {
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

export class Rings extends StatefulProcessor {
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

export class Lists extends StatefulProcessor {
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

export class Maps extends StatefulProcessor {
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

export class Initial extends StatefulProcessor {
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

export class InitialTimers extends StatefulProcessor {
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

export class Stamped extends StatefulProcessor {
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

export class TtlOfAll extends StatefulProcessor {
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

export class Clock extends StatefulProcessor {
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
export class Script extends StatefulProcessor {
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
export class StampedOld extends StatefulProcessor {
  override init(): void {}

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    for (const row of rows) yield { ...key, at: new Date(timeMs(row) - 3000), n: 1 };
  }
}

export const comesAndGoes: GroupStateFunction<Row, Row> = function* (key, rows, state) {
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

/** A function that does what its rows say; whether a timeout ends the key. */
const scripted = (ends: boolean): GroupStateFunction<Row, Row> =>
  function* (key, rows, state) {
    const shown = (what: string): Row => ({ ...key, what, n: state.getOption()?.["n"] ?? -1, there: state.exists });
    if (state.hasTimedOut) {
      yield shown("timeout");
      if (ends) state.remove();
      return;
    }
    for (const { op, n } of rows) {
      if (op === "update") state.update({ n });
      else if (op === "remove") state.remove();
      else if (op === "timeout") state.setTimeoutTimestamp(Math.max((n as number) * 1000, state.getCurrentWatermarkMs() + 1));
    }
    yield shown("rows");
  };

export const scriptFunction = scripted(true);
export const untouchedTimeouts = scripted(false);
