import { expr } from "../../../dataframe/functions.js";
import type { GroupStateFunction } from "../../../dataframe/groupState.js";
import { changeQueries } from "./changeQueries.js";
import { moreQueries } from "./moreQueries.js";
import type { Frame, SimulatedQuery } from "./simulatedQuery.js";

const watermarked = (input: Frame): Frame => input.withWatermark("ts", "10 seconds");

const windowed = (input: Frame, window: string): Frame => grouped(watermarked(input), window);

const grouped = (input: Frame, window: string): Frame =>
  input
    .groupBy(expr(window).as("w"), expr("k").as("k"))
    .agg(expr("count(*)").as("n"), expr("sum(v)").as("total"), expr("avg(d)").as("mean"), expr("max(v)").as("top"));

/** Counts rows of a key until the watermark has gone on for five seconds without any. */
const countUntilSilent: GroupStateFunction<Record<string, unknown>, Record<string, unknown>> = function* (key, rows, state) {
  const n = ((state.getOption()?.["n"] ?? 0) as number) + rows.length;
  if (state.hasTimedOut) state.remove();
  else {
    state.update({ n });
    state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 5000);
  }
  yield { ...key, n, silent: state.hasTimedOut };
};

const sensors: readonly (readonly [string, string])[] = [
  ["a", "kitchen"],
  ["b", "cellar"],
  ["é😀", "attic"],
];

const queries: readonly SimulatedQuery[] = [
  {
    name: "stateless",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    build: (_session, [input]) => input!.where("v % 3 <> 0").selectExpr("k", "v * 2 AS twice", "upper(k) AS upper", "ts"),
  },
  {
    name: "tumbling windows, append",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    build: (_session, [input]) => windowed(input!, "window(ts, '10 seconds')"),
  },
  {
    name: "hopping windows, append, parquet",
    inputs: 1,
    outputMode: "append",
    sink: "parquet",
    tells: ["late"],
    build: (_session, [input]) => windowed(input!, "window(ts, '20 seconds', '5 seconds', '2 seconds')"),
  },
  {
    name: "tumbling windows, update",
    inputs: 1,
    outputMode: "update",
    sink: "memory",
    tells: ["late"],
    build: (_session, [input]) => windowed(input!, "window(ts, '10 seconds')"),
  },
  {
    name: "groups, complete",
    inputs: 1,
    outputMode: "complete",
    sink: "memory",
    build: (_session, [input]) =>
      input!.groupBy("k").agg(expr("count(*)").as("n"), expr("sum(v)").as("total"), expr("min(ts)").as("first")),
  },
  {
    name: "the first row of each key and time, forgotten behind the watermark",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [input]) => watermarked(input!).dropDuplicates("k", "ts"),
  },
  {
    name: "the first row of each key, for ever",
    inputs: 1,
    outputMode: "update",
    sink: "memory",
    build: (_session, [input]) => input!.dropDuplicates("k", "v"),
  },
  {
    name: "windows over rows without duplicates",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    build: (_session, [input]) => grouped(watermarked(input!).dropDuplicates("k", "ts"), "window(ts, '10 seconds')"),
  },
  {
    name: "stream-static join",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    build: (session, [input]) => {
      const table = session.createDataFrame(
        sensors.map(([k, place]) => ({ k, place })),
        "k STRING, place STRING",
      );
      return input!.join(table, ["k"], "left").selectExpr("k", "place", "v");
    },
  },
  {
    name: "outer join of two streams, within a range of times",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [one, two]) => {
      const right = watermarked(two!).selectExpr("ts AS rts", "k AS rk", "v AS rv", "d AS rd");
      return watermarked(one!).join(right, expr("k = rk AND rts BETWEEN ts AND ts + INTERVAL 15 SECONDS AND v <> rv"), "full");
    },
  },
  {
    name: "join of two streams by window, groups over it",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    build: (_session, [one, two]) => {
      const left = watermarked(one!).selectExpr("window(ts, '10 seconds') AS w", "k", "v");
      const right = watermarked(two!).selectExpr("window(ts, '10 seconds') AS rw", "k AS rk", "v AS rv");
      const joined = left.join(right, expr("w = rw AND k = rk"), "inner").drop("rw");
      return joined.groupBy("w").agg(expr("count(*)").as("n"), expr("sum(v + rv)").as("total"));
    },
  },
  {
    name: "sessions, append",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [input]) => windowed(input!, "session_window(ts, '4 seconds')"),
  },
  {
    name: "the first row of each key within the delay of the watermark",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [input]) => watermarked(input!).dropDuplicatesWithinWatermark("k", "v"),
  },
  {
    name: "a limit",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    build: (_session, [input]) => input!.limit(9),
  },
  {
    name: "a user's function over groups, with timeouts",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [input]) =>
      watermarked(input!).groupBy("k").flatMapGroupsWithState(countUntilSilent, {
        outputSchema: "k STRING, n BIGINT, silent BOOLEAN",
        stateSchema: "n BIGINT",
        outputMode: "append",
        timeout: "eventTime",
      }),
  },
  {
    name: "semi join of two streams",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    build: (_session, [one, two]) => {
      const right = watermarked(two!).selectExpr("ts AS rts", "k AS rk");
      return watermarked(one!).join(right, expr("k = rk AND rts >= ts AND rts <= ts + INTERVAL 15 SECONDS"), "leftsemi");
    },
  },
  {
    name: "union of two streams, windows over it",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    build: (_session, [one, two]) => windowed(one!.union(two!), "window(ts, '10 seconds')"),
  },
];

export const simulatedQueries: readonly SimulatedQuery[] = [...queries, ...moreQueries, ...changeQueries];
