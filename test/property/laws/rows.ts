import { expr } from "../../../dataframe/functions.js";
import type { GroupStateFunction } from "../../../dataframe/groupState.js";
import { StatefulProcessor, type StatefulProcessorHandle } from "../../../dataframe/statefulProcessor.js";
import type { UserRow } from "../../../engine/contract/groupFunction.js";
import type { Value } from "../../../engine/arrow/value.js";
import { cellsOf, delayMs, groupedBy, long, us, watermarked, type Event, type OperatorLaw } from "./events.js";

const firstOf = (events: readonly Event[], keyOf: (event: Event) => unknown): Event[] => groupedBy(events, keyOf).map((rows) => rows[0]!);

const bucket = (atMs: number): number => Math.floor(atMs / (delayMs / 2));

const deduplication: readonly OperatorLaw[] = [
  {
    name: "dropDuplicates by a key and the time",
    inputs: 1,
    outputMode: "append",
    build: ([one]) => watermarked(one!).dropDuplicates("k", "ts").select("k", "ts"),
    model: (one) => firstOf(one, ({ k, atMs }) => [k, atMs]).map(({ k, atMs }) => [k, us(atMs)]),
  },
  {
    name: "dropDuplicates for ever: the first rows",
    inputs: 1,
    outputMode: "update",
    build: ([one]) => one!.dropDuplicates("k"),
    model: (one) => firstOf(one, ({ k }) => k).map(cellsOf),
  },
  {
    name: "dropDuplicatesWithinWatermark of duplicates that come within the delay",
    inputs: 1,
    outputMode: "append",
    forgets: true,
    build: ([one]) => {
      const keyed = watermarked(one!.where("ts IS NOT NULL").withColumn("bucket", expr(`unix_millis(ts) div ${delayMs / 2}`)));
      return keyed.dropDuplicatesWithinWatermark("k", "bucket");
    },
    model: (one) => {
      const timed = one.filter(({ atMs }) => atMs !== null);
      return firstOf(timed, ({ k, atMs }) => [k, bucket(atMs!)]).map((event) => [...cellsOf(event), long(bucket(event.atMs!))]);
    },
  },
  {
    name: "distinct",
    inputs: 1,
    outputMode: "append",
    build: ([one]) => one!.select("k", "v").distinct(),
    model: (one) => firstOf(one, ({ k, v }) => [k, v]).map(({ k, v }) => [k, long(v)]),
  },
];

const plain: readonly OperatorLaw[] = [
  {
    name: "a limit",
    inputs: 1,
    outputMode: "append",
    build: ([one]) => one!.where("v > 0").limit(7),
    model: (one) =>
      one
        .filter(({ v }) => v !== null && v > 0)
        .slice(0, 7)
        .map(cellsOf),
  },
  {
    name: "a limit behind a deduplication",
    inputs: 1,
    outputMode: "append",
    build: ([one]) => watermarked(one!).dropDuplicates("k", "ts").limit(5),
    model: (one) =>
      firstOf(one, ({ k, atMs }) => [k, atMs])
        .slice(0, 5)
        .map(cellsOf),
  },
  {
    name: "a union",
    inputs: 2,
    outputMode: "append",
    build: ([one, two]) => one!.union(two!.where("k IS NOT NULL")),
    model: (one, two) => [...one, ...two.filter(({ k }) => k !== null)].map(cellsOf),
  },
  {
    name: "a union by name, with columns that one side lacks",
    inputs: 2,
    outputMode: "append",
    build: ([one, two]) => one!.select("k", "v").unionByName(two!.selectExpr("v", "k", "v + 1 AS more"), true),
    model: (one, two) => [
      ...one.map(({ k, v }): Value[] => [k, long(v), null]),
      ...two.map(({ k, v }): Value[] => [k, long(v), v === null ? null : BigInt(v + 1)]),
    ],
  },
  {
    name: "windows over a union of two watermarks",
    inputs: 2,
    outputMode: "append",
    forgets: true,
    keys: 1,
    build: ([one, two]) =>
      watermarked(one!)
        .union(two!.withWatermark("ts", "25 seconds"))
        .groupBy(expr("window(ts, '10 seconds')").as("w"))
        .agg(expr("count(*)").as("n")),
    model: (one, two) => {
      const starts = [...one, ...two].filter(({ atMs }) => atMs !== null).map(({ atMs }) => Math.floor(atMs! / 10_000) * 10_000);
      return groupedBy(starts, (start) => start).map((rows) => [[us(rows[0]!), us(rows[0]! + 10_000)], long(rows.length)]);
    },
  },
];

const stateSchema = "n BIGINT";

/** Counts the rows of a key, and says so once more when a long time has passed. */
const counted: GroupStateFunction<Record<string, unknown>, UserRow> = function* (key, rows, state) {
  const before = (state.getOption()?.["n"] ?? 0) as number;
  if (state.hasTimedOut) {
    yield { ...key, n: -before, v: null };
    state.remove();
    return;
  }
  state.update({ n: before + rows.length });
  state.setTimeoutTimestamp(Math.max(Date.UTC(2026, 5, 1, 20), state.getCurrentWatermarkMs() + 1));
  for (const [i, { v }] of rows.entries()) yield { ...key, n: before + i + 1, v };
};

/** The same with values, lists, maps and timers: the number of each row, its last three values, how many different there were. */
class Counted extends StatefulProcessor {
  #handle: StatefulProcessorHandle | null = null;
  #count: ReturnType<StatefulProcessorHandle["getValueState"]> | null = null;
  #last: ReturnType<StatefulProcessorHandle["getListState"]> | null = null;
  #seen: ReturnType<StatefulProcessorHandle["getMapState"]> | null = null;

  override init(handle: StatefulProcessorHandle): void {
    this.#handle = handle;
    this.#count = handle.getValueState("count", "n BIGINT");
    this.#last = handle.getListState("last", "v BIGINT");
    this.#seen = handle.getMapState("seen", "v BIGINT", "n BIGINT");
  }

  override *handleInputRows(key: UserRow, rows: readonly UserRow[]): Iterable<UserRow> {
    for (const { v } of rows) {
      const n = ((this.#count!.get()?.["n"] ?? 0) as number) + 1;
      this.#count!.update({ n });
      this.#last!.put([...this.#last!.get(), { v }].slice(-3));
      this.#seen!.updateValue({ v }, { n });
      yield {
        ...key,
        n,
        last: this.#last!
          .get()
          .map((one) => String(one["v"]))
          .join(),
        distinct: [...this.#seen!.keys()].length,
      };
    }
    for (const timer of this.#handle!.listTimers()) this.#handle!.deleteTimer(timer);
    this.#handle!.registerTimer(Date.UTC(2026, 5, 1, 20));
  }

  override *handleExpiredTimer(key: UserRow): Iterable<UserRow> {
    const n = this.#count!.get()!["n"] as number;
    yield { ...key, n: -n, last: "", distinct: [...this.#seen!.values()].length };
    this.#count!.clear();
    this.#last!.clear();
    this.#seen!.clear();
  }
}

const byKey = (events: readonly Event[]): (readonly Event[])[] => groupedBy(events, ({ k }) => k);

const userState: readonly OperatorLaw[] = [
  {
    name: "flatMapGroupsWithState, with timeouts",
    inputs: 1,
    outputMode: "append",
    forgets: true,
    streamOnly: true,
    build: ([one]) =>
      watermarked(one!).groupBy("k").flatMapGroupsWithState(counted, {
        outputSchema: "k STRING, n BIGINT, v BIGINT",
        stateSchema,
        outputMode: "append",
        timeout: "eventTime",
      }),
    model: (one) =>
      byKey(one).flatMap((rows) => {
        const { k } = rows[0]!;
        return [...rows.map(({ v }, i): Value[] => [k, BigInt(i + 1), long(v)]), [k, BigInt(-rows.length), null]];
      }),
  },
  {
    name: "mapGroupsWithState",
    inputs: 1,
    outputMode: "update",
    keys: 1,
    build: ([one]) =>
      one!.groupBy("k").mapGroupsWithState(
        (key, rows, state) => {
          const n = ((state.getOption()?.["n"] ?? 0) as number) + rows.length;
          state.update({ n });
          return { ...key, n };
        },
        { outputSchema: "k STRING, n BIGINT", stateSchema },
      ),
    model: (one) => byKey(one).map((rows) => [rows[0]!.k, long(rows.length)]),
  },
  {
    name: "transformWithState with values, lists, maps and timers",
    inputs: 1,
    outputMode: "append",
    forgets: true,
    streamOnly: true,
    build: ([one]) =>
      watermarked(one!)
        .groupBy("k")
        .transformWithState(() => new Counted(), { outputSchema: "k STRING, n BIGINT, last STRING, distinct INT", timeMode: "eventTime" }),
    model: (one) =>
      byKey(one).flatMap((rows) => {
        const { k } = rows[0]!;
        const values = rows.map(({ v }) => v);
        const distinct = (count: number): number => new Set(values.slice(0, count)).size;
        return [
          ...rows.map((_, i): Value[] => [
            k,
            BigInt(i + 1),
            values
              .slice(0, i + 1)
              .slice(-3)
              .map(String)
              .join(),
            distinct(i + 1),
          ]),
          [k, BigInt(-rows.length), "", distinct(rows.length)],
        ];
      }),
  },
];

export const rowLaws: readonly OperatorLaw[] = [...deduplication, ...plain, ...userState];
