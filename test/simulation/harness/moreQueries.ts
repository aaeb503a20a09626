import { setImmediate } from "node:timers/promises";
import { expr } from "../../../dataframe/functions.js";
import { udf } from "../../../dataframe/userFunctions.js";
import { StatefulProcessor, type StatefulProcessorHandle, type TimerValues } from "../../../dataframe/statefulProcessor.js";
import type { UserRow } from "../../../engine/contract/groupFunction.js";
import type { Frame, SimulatedQuery } from "./simulatedQuery.js";

const watermarked = (input: Frame): Frame => input.withWatermark("ts", "10 seconds");

/** What a processor that counts, remembers and wakes up keeps. */
interface Kept {
  readonly handle: StatefulProcessorHandle;
  readonly count: ReturnType<StatefulProcessorHandle["getValueState"]>;
  readonly last: ReturnType<StatefulProcessorHandle["getListState"]>;
  readonly seen: ReturnType<StatefulProcessorHandle["getMapState"]>;
}

function keptOf(handle: StatefulProcessorHandle): Kept {
  return {
    handle,
    count: handle.getValueState("count", "n BIGINT"),
    last: handle.getListState("last", "v BIGINT"),
    seen: handle.getMapState("seen", "v BIGINT", "times INT"),
  };
}

/** Takes the rows of a key into its state; what there is to say of it. */
function takeIn({ handle, count, last, seen }: Kept, key: UserRow, rows: readonly UserRow[], nowMs: number): UserRow {
  const n = ((count.get()?.["n"] ?? 0) as number) + rows.length;
  count.update({ n });
  for (const { v } of rows) {
    seen.updateValue({ v }, { times: ((seen.getValue({ v })?.["times"] ?? 0) as number) + 1 });
    last.appendValue({ v });
  }
  last.put(last.get().slice(-3));
  for (const timer of handle.listTimers().slice(1)) handle.deleteTimer(timer);
  handle.registerTimer(nowMs + 4000);
  return {
    ...key,
    n,
    last: last
      .get()
      .map(({ v }) => String(v))
      .join(),
    distinct: [...seen.keys()].length,
  };
}

/** Says what it knows of a key, and forgets it. */
function goodbye({ count, last, seen }: Kept, key: UserRow): UserRow {
  const row = { ...key, n: -(count.get()?.["n"] as number), last: "gone", distinct: [...seen.values()].length };
  count.clear();
  last.clear();
  seen.clear();
  return row;
}

class Memory extends StatefulProcessor {
  #kept: Kept | null = null;

  override init(handle: StatefulProcessorHandle): void {
    this.#kept = keptOf(handle);
  }

  override *handleInputRows(key: UserRow, rows: readonly UserRow[], times: TimerValues): Iterable<UserRow> {
    yield takeIn(this.#kept!, key, rows, times.getCurrentWatermarkInMs());
  }

  override *handleExpiredTimer(key: UserRow): Iterable<UserRow> {
    if (this.#kept!.count.exists()) yield goodbye(this.#kept!, key);
  }
}

/** The same, which asks somebody first. */
class AskingMemory extends StatefulProcessor {
  #kept: Kept | null = null;

  constructor(private readonly asked: () => Promise<number>) {
    super();
  }

  override init(handle: StatefulProcessorHandle): void {
    this.#kept = keptOf(handle);
  }

  override async *handleInputRows(key: UserRow, rows: readonly UserRow[], times: TimerValues): AsyncIterable<UserRow> {
    const asked = await this.asked();
    yield { ...takeIn(this.#kept!, key, rows, times.getCurrentWatermarkInMs()), asked };
  }

  override async *handleExpiredTimer(key: UserRow): AsyncIterable<UserRow> {
    const asked = await this.asked();
    if (this.#kept!.count.exists()) yield { ...goodbye(this.#kept!, key), asked };
  }
}

const processed = "k STRING, n BIGINT, last STRING, distinct INT";

/** A stream with a prefix before its columns. */
const renamed = (input: Frame, prefix: string): Frame =>
  watermarked(input.selectExpr("ts", "k", "v")).selectExpr(`ts AS ${prefix}ts`, `k AS ${prefix}k`, `v AS ${prefix}v`);

const near = (a: string, b: string) => expr(`${a}k = ${b}k AND ${b}ts BETWEEN ${a}ts AND ${a}ts + INTERVAL 10 SECONDS`);

/** The outside world: it answers something else in every attempt. */
const outside = (attempt: number) => async (): Promise<number> => {
  await setImmediate();
  return attempt;
};

/** Operators beside those of `queries.ts`, with user state, records that are malformed, and functions that ask the outside world. */
export const moreQueries: readonly SimulatedQuery[] = [
  {
    name: "a processor with values, lists, maps and timers",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [input]) =>
      watermarked(input!)
        .groupBy("k")
        .transformWithState(() => new Memory(), { outputSchema: processed, timeMode: "eventTime" }),
  },
  {
    name: "a processor that asks, with late rows and malformed records",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late", "malformed"],
    build: (_session, [input], attempt) =>
      watermarked(input!)
        .groupBy("k")
        .transformWithState(() => new AskingMemory(outside(attempt)), { outputSchema: `${processed}, asked INT`, timeMode: "eventTime" }),
  },
  {
    name: "a column that is asked for, without duplicates, with late rows and malformed records",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late", "malformed"],
    build: (_session, [input], attempt) => {
      const ask = udf(outside(attempt), "INT", { concurrency: 3, deterministic: false });
      return watermarked(input!.withColumn("asked", ask())).dropDuplicates("k", "ts");
    },
  },
  {
    name: "windows, with malformed records",
    inputs: 1,
    outputMode: "update",
    sink: "memory",
    tells: ["malformed"],
    build: (_session, [input]) =>
      watermarked(input!).groupBy(expr("window(ts, '10 seconds')").as("w")).agg(expr("count(*)").as("n"), expr("sum(v)").as("total")),
  },
  {
    name: "one row a key, in update mode",
    inputs: 1,
    outputMode: "update",
    sink: "memory",
    build: (_session, [input]) =>
      input!.groupBy("k").mapGroupsWithState(
        (key, rows, state) => {
          const n = ((state.getOption()?.["n"] ?? 0) as number) + rows.length;
          state.update({ n });
          return { ...key, n };
        },
        { outputSchema: "k STRING, n BIGINT", stateSchema: "n BIGINT" },
      ),
  },
  {
    name: "windows over windows",
    inputs: 1,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [input]) => {
      const short = watermarked(input!).groupBy(expr("window(ts, '5 seconds')").as("w"), expr("k").as("k")).agg(expr("count(*)").as("n"));
      return short
        .groupBy(expr("window(w, '10 seconds')").as("w2"), expr("k").as("k"))
        .agg(expr("sum(n)").as("rows"), expr("count(*)").as("groups"));
    },
  },
  {
    name: "joins of joins, one of them with itself",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    build: (_session, [one, two]) => {
      const first = renamed(one!, "a")
        .join(renamed(two!, "b"), near("a", "b"), "inner")
        .withColumn("ats", expr("ats + INTERVAL 0 SECONDS"));
      return first.join(renamed(one!.where("v % 2 = 0"), "c"), near("b", "c"), "inner");
    },
  },
  {
    name: "right join of two streams by window",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    tells: ["late"],
    build: (_session, [one, two]) => {
      const left = watermarked(one!).selectExpr("window(ts, '10 seconds') AS w", "k", "v");
      const right = watermarked(two!).selectExpr("window(ts, '10 seconds') AS rw", "k AS rk", "v AS rv");
      return left.join(right, expr("w = rw AND k = rk"), "right");
    },
  },
  {
    name: "sessions with gaps of the rows, of everything, complete",
    inputs: 1,
    outputMode: "complete",
    sink: "memory",
    build: (_session, [input]) => {
      const gap = "session_window(ts, CASE WHEN v > 300 THEN '2 seconds' ELSE '6 seconds' END)";
      return watermarked(input!).groupBy(expr(gap).as("w"), expr("k").as("k")).agg(expr("count(*)").as("n"), expr("max(v)").as("top"));
    },
  },
  {
    name: "cube, update",
    inputs: 1,
    outputMode: "update",
    sink: "memory",
    build: (_session, [input]) =>
      input!.withColumn("even", expr("v % 2 = 0")).cube("k", "even").agg(expr("count(*)").as("n"), expr("sum(v)").as("total")),
  },
  {
    name: "sorted and cut groups, complete",
    inputs: 1,
    outputMode: "complete",
    sink: "memory",
    build: (_session, [input]) =>
      input!
        .groupBy("k")
        .agg(expr("count(*)").as("n"), expr("sum(v)").as("total"))
        .where("n > 1")
        .orderBy(expr("total"), expr("k"))
        .limit(3),
  },
  {
    name: "distinct rows of a union by name",
    inputs: 2,
    outputMode: "append",
    sink: "json",
    build: (_session, [one, two]) =>
      one!
        .select("k", "v")
        .unionByName(two!.selectExpr("v", "k", "1 AS more"), true)
        .distinct(),
  },
];
