import type { GroupState, GroupStateFunction } from "../../../dataframe/groupState.js";
import {
  StatefulProcessor,
  type ListState,
  type MapState,
  type StatefulProcessorHandle,
  type ValueState,
} from "../../../dataframe/statefulProcessor.js";
import type { Frame } from "./buildDataFrame.js";

// The Python functions of golden cases in TypeScript.

type Row = Readonly<Record<string, unknown>>;
type Numbers = Readonly<Record<string, number>>;

export const count: GroupStateFunction<Row, Row> = function* (key, rows, state) {
  let { n, s } = (state.getOption() ?? { n: 0, s: 0 }) as Numbers as { n: number; s: number };
  for (const { v } of rows) {
    n++;
    s += v as number;
  }
  state.update({ n, s });
  yield { ...key, n, s };
};

export const countUntilSilent: GroupStateFunction<Row, Row> = function* (key, rows, state) {
  const before = (state.getOption()?.["n"] ?? 0) as number;
  if (state.hasTimedOut) {
    state.remove();
    yield { ...key, what: "timeout", n: before };
    return;
  }
  const n = before + rows.length;
  state.update({ n });
  state.setTimeoutDuration(key["k"] === "a" ? 1000 : 3_600_000);
  yield { ...key, what: "data", n };
};

export const timeoutInPast: GroupStateFunction<Row, Row> = function* (key, _rows, state) {
  state.update({ n: 1 });
  state.setTimeoutTimestamp(1);
  yield { ...key, n: 1 };
};

const session: GroupStateFunction<Row, Row> = function* (key, rows, state: GroupState<Row>) {
  let { n, mx } = (state.getOption() ?? { n: 0, mx: 0 }) as { n: number; mx: number };
  const wm = state.getCurrentWatermarkMs();
  if (state.hasTimedOut) {
    state.remove();
    yield { ...key, what: "timeout", n, wm };
    return;
  }
  for (const { ts } of rows) {
    n++;
    mx = Math.max(mx, (ts as Date).getTime());
  }
  state.update({ n, mx });
  state.setTimeoutTimestamp(Math.max(mx + 10_000, wm + 1));
  yield { ...key, what: "data", n, wm };
};

export function sessions(t: Frame): Frame {
  return t.withWatermark("ts", "0 seconds").groupBy("k").flatMapGroupsWithState(session, {
    outputSchema: "k string, what string, n bigint, wm bigint",
    stateSchema: "n bigint, mx bigint",
    outputMode: "append",
    timeout: "eventTime",
  });
}

export class CountToFour extends StatefulProcessor {
  private state!: ValueState;

  override init(handle: StatefulProcessorHandle): void {
    this.state = handle.getValueState("count", "n bigint, s bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    let { n, s } = (this.state.get() ?? { n: 0, s: 0 }) as { n: number; s: number };
    for (const { v } of rows) {
      n++;
      s += v as number;
    }
    if (n >= 4) this.state.clear();
    else this.state.update({ n, s });
    yield { ...key, n, s };
  }
}

export class CountWithTtl extends StatefulProcessor {
  private state!: ValueState<{ n: number }>;
  private forEver!: ValueState<{ n: number }>;

  override init(handle: StatefulProcessorHandle): void {
    this.state = handle.getValueState("count", "n bigint", { ttlMs: 12_000 });
    this.forEver = handle.getValueState("total", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    const n = (this.state.get()?.n ?? 0) + rows.length;
    const total = (this.forEver.get()?.n ?? 0) + rows.length;
    this.state.update({ n });
    this.forEver.update({ n: total });
    yield { ...key, n, total };
  }
}

export class ListAndMap extends StatefulProcessor {
  private list!: ListState<{ v: number }>;
  private map!: MapState<{ parity: string }, { n: number }>;

  override init(handle: StatefulProcessorHandle): void {
    this.list = handle.getListState("vals", "v bigint");
    this.map = handle.getMapState("hist", "parity string", "n bigint");
  }

  override *handleInputRows(key: Row, rows: readonly Row[]): Iterable<Row> {
    for (const row of rows) {
      const v = row["v"] as number;
      this.list.appendValue({ v });
      const parity = v % 2 === 0 ? "even" : "odd";
      this.map.updateValue({ parity }, { n: (this.map.getValue({ parity })?.n ?? 0) + 1 });
    }
    const vals = this.list.get().map(({ v }) => v);
    const hist = [...this.map.iterator()]
      .map(([{ parity }, { n }]) => `${parity}=${n}`)
      .toSorted()
      .join(",");
    if (vals.length > 3) {
      this.list.put(vals.slice(-2).map((v) => ({ v })));
      this.map.removeKey({ parity: "odd" });
    }
    yield { ...key, vals, hist };
  }
}
