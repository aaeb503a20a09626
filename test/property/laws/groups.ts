import { expr } from "../../../dataframe/functions.js";
import { udaf } from "../../../dataframe/userFunctions.js";
import type { Value } from "../../../engine/arrow/value.js";
import { groupedBy, long, sumOf, us, watermarked, type Event, type Frame, type OperatorLaw } from "./events.js";

type Timed = Event & { readonly atMs: number };

/** Rows without a time are in no window. */
const timed = (events: readonly Event[]): Timed[] => events.filter((event): event is Timed => event.atMs !== null);

const windowText = "window(ts, '12 seconds', '5 seconds', '1 second')";
const [sizeMs, slideMs, offsetMs] = [12_000, 5_000, 1_000];

/** The windows that hold a time, by trying all that may. */
function windowsOf(atMs: number): number[] {
  const last = Math.floor((atMs - offsetMs) / slideMs) * slideMs + offsetMs;
  return [0, 1, 2, 3].map((i) => last - i * slideMs).filter((start) => start <= atMs && atMs < start + sizeMs);
}

const aggregates = (rows: readonly Event[]): Value[] => {
  const values = rows.map(({ v }) => v).filter((v) => v !== null);
  return [long(rows.length), long(sumOf(values)), long(values.length === 0 ? null : Math.max(...values))];
};

const aggregated = (grouped: ReturnType<Frame["groupBy"]>): Frame =>
  grouped.agg(expr("count(*)").as("n"), expr("sum(v)").as("total"), expr("max(v)").as("top"));

const windowed = (input: Frame): Frame => aggregated(watermarked(input).groupBy(expr(windowText).as("w"), expr("k").as("k")));

function windowRows(events: readonly Event[]): Value[][] {
  const dealt = timed(events).flatMap((event) => windowsOf(event.atMs).map((start) => ({ event, start })));
  return groupedBy(dealt, ({ event, start }) => [start, event.k]).map((rows) => {
    const { start, event } = rows[0]!;
    return [[us(start), us(start + sizeMs)], event.k, ...aggregates(rows.map((row) => row.event))];
  });
}

const windows = (["append", "update", "complete"] as const).map((outputMode): OperatorLaw => ({
  name: `hopping windows, ${outputMode}`,
  inputs: 1,
  outputMode,
  keys: 2,
  forgets: outputMode !== "complete",
  build: ([one]) => windowed(one!),
  model: windowRows,
}));

interface Session {
  readonly start: number;
  readonly end: number;
  readonly rows: readonly Event[];
}

/** Whatever touches becomes one, until nothing touches. */
function sessionsOf(rows: readonly Timed[], gapMs: (event: Event) => number): Session[] {
  let sessions: Session[] = [];
  for (const row of rows) {
    if (gapMs(row) <= 0) continue;
    let merged: Session = { start: row.atMs, end: row.atMs + gapMs(row), rows: [row] };
    for (;;) {
      const other = sessions.find(({ start, end }) => start <= merged.end && merged.start <= end);
      if (other === undefined) break;
      sessions = sessions.filter((one) => one !== other);
      merged = { start: Math.min(other.start, merged.start), end: Math.max(other.end, merged.end), rows: [...other.rows, ...merged.rows] };
    }
    sessions.push(merged);
  }
  return sessions;
}

const gaps = {
  static: { text: "session_window(ts, '2 seconds')", gapMs: () => 2000 },
  dynamic: {
    text: "session_window(ts, CASE WHEN v > 5 THEN '1 second' WHEN v > 0 THEN '3 seconds' ELSE '2500 milliseconds' END)",
    gapMs: ({ v }: Event) => (v !== null && v > 5 ? 1000 : v !== null && v > 0 ? 3000 : 2500),
  },
};

const sessions = Object.entries(gaps).flatMap(([name, { text, gapMs }]) =>
  (["append", "complete"] as const).map((outputMode): OperatorLaw => ({
    name: `sessions with ${name} gaps, ${outputMode}`,
    inputs: 1,
    outputMode,
    keys: 2,
    forgets: outputMode === "append",
    build: ([one]) => aggregated(watermarked(one!).groupBy(expr(text).as("w"), expr("k").as("k"))),
    model: (one) =>
      groupedBy(timed(one), ({ k }) => k).flatMap((rows) =>
        sessionsOf(rows, gapMs).map(({ start, end, rows: own }) => [[us(start), us(end)], rows[0]!.k, ...aggregates(own)]),
      ),
  })),
);

const chained: OperatorLaw = {
  name: "windows over windows",
  inputs: 1,
  outputMode: "append",
  forgets: true,
  keys: 1,
  build: ([one]) =>
    windowed(one!).groupBy(expr("window(w, '20 seconds')").as("w2")).agg(expr("sum(n)").as("rows"), expr("count(*)").as("groups")),
  model: (one) => {
    // The time of a window is its last microsecond.
    const inner = windowRows(one).map(([w, , n]) => ({
      startMs: Math.floor((Number((w as bigint[])[1]) / 1000 - 1) / 20_000) * 20_000,
      n: Number(n),
    }));
    return groupedBy(inner, ({ startMs }) => startMs).map((rows) => {
      const start = rows[0]!.startMs;
      return [[us(start), us(start + 20_000)], long(sumOf(rows.map(({ n }) => n))), long(rows.length)];
    });
  },
};

/** Groups by all the columns of some sets; what is not in the set is null. */
function setRows(events: readonly Event[], sets: readonly (readonly ("k" | "even")[])[]): Value[][] {
  return sets.flatMap((set) => {
    const id = (set.includes("k") ? 0 : 2) + (set.includes("even") ? 0 : 1);
    const keyOf = (event: Event): readonly (string | boolean | null)[] => [
      set.includes("k") ? event.k : null,
      set.includes("even") && event.v !== null ? event.v % 2 === 0 : null,
    ];
    const groups = groupedBy(events, keyOf);
    return groups.map((rows) => [...keyOf(rows[0]!), BigInt(id), ...aggregates(rows)]);
  });
}

const groupingSets = {
  cube: [["k", "even"], ["k"], ["even"], []],
  rollup: [["k", "even"], ["k"], []],
} as const;

const sets = (["cube", "rollup"] as const).flatMap((verb) =>
  (["update", "complete"] as const).map((outputMode): OperatorLaw => ({
    name: `${verb}, ${outputMode}`,
    inputs: 1,
    outputMode,
    keys: 3,
    build: ([one]) => {
      const rows = one!.withColumn("even", expr("v % 2 = 0"));
      return rows[verb]("k", "even").agg(
        expr("grouping_id()").as("id"),
        expr("count(*)").as("n"),
        expr("sum(v)").as("total"),
        expr("max(v)").as("top"),
      );
    },
    model: (one) => setRows(one, groupingSets[verb]),
  })),
);

const byKey = (events: readonly Event[]): (readonly Event[])[] => groupedBy(events, ({ k }) => k);

const letters = udaf({
  name: "spread",
  buffer: "STRUCT<low: BIGINT, high: BIGINT>",
  returns: "BIGINT",
  zero: () => ({ low: 1000, high: -1000 }),
  reduce: (b, v: number | null) => (v === null ? b : { low: Math.min(b.low, v), high: Math.max(b.high, v) }),
  merge: (a, b) => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }),
  finish: ({ low, high }) => (high < low ? null : high - low),
});

function spread(rows: readonly Event[]): Value {
  const values = rows.map(({ v }) => v).filter((v) => v !== null);
  return values.length === 0 ? null : BigInt(Math.max(...values) - Math.min(...values));
}

const groups: readonly OperatorLaw[] = [
  {
    name: "HAVING that stays true, update",
    inputs: 1,
    outputMode: "update",
    keys: 1,
    build: ([one]) => aggregated(one!.groupBy("k")).where("n >= 3"),
    model: (one) =>
      byKey(one)
        .filter((rows) => rows.length >= 3)
        .map((rows) => [rows[0]!.k, ...aggregates(rows)]),
  },
  {
    name: "HAVING, sorted, the first of them, complete",
    inputs: 1,
    outputMode: "complete",
    build: ([one]) => aggregated(one!.groupBy("k")).where("total > 0").orderBy(expr("n").desc(), expr("k")).limit(2),
    model: (one) => {
      const found = byKey(one).map((rows) => ({ k: rows[0]!.k, n: rows.length, total: sumOf(rows.map(({ v }) => v)), rows }));
      const kept = found.filter(({ total }) => total !== null && total > 0);
      const order = kept.toSorted(
        (a, b) => b.n - a.n || Number(a.k !== null) - Number(b.k !== null) || ((a.k ?? "") < (b.k ?? "") ? -1 : 1),
      );
      return order.slice(0, 2).map(({ k, rows }) => [k, ...aggregates(rows)]);
    },
  },
  {
    name: "sets of values and a function of one's own, complete",
    inputs: 1,
    outputMode: "complete",
    keys: 1,
    build: ([one]) => one!.groupBy("k").agg(expr("array_sort(collect_set(v))").as("all"), letters("v").as("spread")),
    model: (one) =>
      byKey(one).map((rows) => {
        const values = new Set(rows.map(({ v }) => v).filter((v) => v !== null));
        return [rows[0]!.k, [...values].toSorted((a, b) => a - b).map((v) => BigInt(v)), spread(rows)];
      }),
  },
  {
    name: "a function of one's own in windows, append",
    inputs: 1,
    outputMode: "append",
    keys: 1,
    build: ([one]) =>
      watermarked(one!).groupBy(expr("window(ts, '12 seconds', '5 seconds', '1 second')").as("w")).agg(letters("v").as("spread")),
    model: (one) => {
      const dealt = timed(one).flatMap((event) => windowsOf(event.atMs).map((start) => ({ event, start })));
      return groupedBy(dealt, ({ start }) => start).map((rows) => {
        const start = rows[0]!.start;
        return [[us(start), us(start + sizeMs)], spread(rows.map(({ event }) => event))];
      });
    },
  },
  {
    name: "rows made of two, update",
    inputs: 1,
    outputMode: "update",
    keys: 1,
    build: ([one]) =>
      one!
        .select("k", "v")
        .groupBy("k")
        .reduceGroups((a, b) => (Number(a["v"]) >= Number(b["v"]) ? a : b)),
    model: (one) => byKey(one).map((rows) => [rows[0]!.k, long(rows.reduce((a, b) => (Number(a.v) >= Number(b.v) ? a : b)).v)]),
  },
  {
    name: "no group, update",
    inputs: 1,
    outputMode: "update",
    keys: 0,
    build: ([one]) => aggregated(one!.groupBy()),
    model: (one) => [aggregates(one)],
  },
];

export const groupLaws: readonly OperatorLaw[] = [...windows, ...sessions, chained, ...sets, ...groups];
