import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { col, count, expr, sessionWindow, window } from "../../../index.js";
import { crashPoints } from "../../../engine/contract/runtime.js";
import type { GroupStateFunction } from "../../../dataframe/groupState.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import { memory } from "../../memory.js";
import { QueryWorld, type Frame, type Start } from "./queryWorld.js";

// Where the event time is the time of the batch, time passes also while no row comes: what is over comes out, in a batch of its own, and only then.

let machine: QueryWorld;
const begin = Date.UTC(2026, 0, 1);

beforeEach(() => {
  machine = new QueryWorld({ startMs: begin });
});

afterEach(() => machine.close());

const timed = (input: Frame): Frame => input.select("k", expr("current_timestamp()").as("p")).withWatermark("p", "0 seconds");
const n = count("*").as("n");
const windows = (input: Frame): Frame =>
  timed(input).groupBy("k", window("p", "10 seconds").as("w")).agg(n).select("k", "n", col("w.end").as("end"));

/** Counts rows of a key, and says so when none has come for five seconds. */
const untilSilent: GroupStateFunction<Record<string, unknown>, Record<string, unknown>> = function* (key, rows, state) {
  const seen = ((state.getOption()?.["n"] ?? 0) as number) + [...rows].length;
  if (state.hasTimedOut) {
    state.remove();
    yield { ...key, n: seen };
    return;
  }
  state.update({ n: seen });
  state.setTimeoutTimestamp(begin + 9000);
};

/** `due`: when, behind the first row, the clock makes something come out, s. */
interface Case {
  readonly name: string;
  readonly build: (input: Frame) => Frame;
  readonly rows: readonly (readonly unknown[])[];
  readonly due: readonly number[];
}

const cases: readonly Case[] = [
  { name: "tumbling windows", build: windows, rows: [["a", 2, begin + 10_000]], due: [10] },
  {
    name: "hopping windows",
    build: (input) =>
      timed(input)
        .groupBy(window("p", "10 seconds", "5 seconds").as("w"))
        .agg(n)
        .select("n", col("w.end").as("end")),
    rows: [
      [2, begin + 5000],
      [2, begin + 10_000],
    ],
    due: [5, 10],
  },
  {
    name: "sessions",
    build: (input) => timed(input).groupBy("k", sessionWindow("p", "7 seconds").as("s")).agg(n).select("k", "n", col("s.end").as("end")),
    rows: [["a", 2, begin + 8000]],
    due: [8],
  },
  {
    name: "rows without a partner",
    build: (input) => {
      const other = timed(input).where("k = 'b'").select(col("k").as("ok"), col("p").as("op"));
      const near = expr("k = ok AND op BETWEEN p AND p + INTERVAL 5 SECONDS");
      return timed(input).where("k = 'a'").select("k", "p").join(other, near, "left").select("k", "ok");
    },
    rows: [
      ["a", null],
      ["a", null],
    ],
    due: [6],
  },
  {
    name: "timeouts",
    build: (input) =>
      timed(input).groupBy("k").flatMapGroupsWithState(untilSilent, {
        outputSchema: "k STRING, n BIGINT",
        stateSchema: "n BIGINT",
        outputMode: "append",
        timeout: "eventTime",
      }),
    rows: [["a", 2]],
    due: [9],
  },
];

const start = (build: (input: Frame) => Frame, trigger: Trigger = { processingTime: 0 }): Start => ({
  build,
  schema: "k STRING, v BIGINT",
  trigger,
});

/** Times as milliseconds. */
const shown = (rows: readonly (readonly unknown[])[]): unknown[][] =>
  rows.map((row) => row.map((value) => (typeof value !== "bigint" ? value : Number(value > 1_000_000n ? value / 1000n : value))));

const twoRows = (): Promise<void> => machine.file("0.json", [{ k: "a" }, { k: "a" }]);
const ofEventTime = (input: Frame): Frame => input.withWatermark("ts", "0 seconds").groupBy(window("ts", "10 seconds")).agg(n).select("n");
const rowsByClock = (): unknown => shown(memory.table("by_clock").rows());

describe("an idle stretch", () => {
  test.each(cases)("$name come out by the clock, and no other batch runs", async ({ build, rows, due }) => {
    await twoRows();
    const query = await machine.start(start(build));
    await query.processAllAvailable();
    expect(machine.rows()).toEqual([]);
    await machine.world.clock.sleep(60_000);
    await query.stop();
    expect(shown(machine.rows())).toEqual(rows);
    // Right behind the rows there is, as in Spark, the batch that their own time makes due.
    const seconds = query.recentProgress.map(({ timestamp }) => Math.round((Date.parse(timestamp) - begin) / 1000));
    expect(seconds.filter((after) => after > 1)).toEqual(due);
  });

  it("that nobody ran through is over at the next start", async () => {
    await twoRows();
    await machine.run(start(windows, { availableNow: true }));
    expect(machine.rows()).toEqual([]);
    machine.world.clock.advance(8000);
    await machine.run(start(windows, { availableNow: true }));
    expect(machine.rows()).toEqual([]);
    machine.world.clock.advance(8000);
    await machine.run(start(windows, { availableNow: true }));
    expect(shown(machine.rows())).toEqual([["a", 2, begin + 10_000]]);
  });

  it.each(crashPoints)(
    "with a crash %s in the batch of the clock gives each window once, and rows behind it are counted anew",
    async (point) => {
      await twoRows();
      machine.world.crashAtPoint(point, 2);
      const first = await machine.start(start(windows));
      await machine.world.clock.sleep(30_000);
      await first.awaitTermination().catch(() => {});
      const again = await machine.start(start(windows));
      await again.processAllAvailable();
      await machine.file("1.json", [{ k: "a" }]);
      await machine.world.clock.sleep(30_000);
      await again.stop();
      expect(shown(machine.rows()).map((row) => row.slice(0, 2))).toEqual([
        ["a", 2],
        ["a", 1],
      ]);
    },
  );

  it("closes no window of event time, as in Spark", async () => {
    await machine.file("0.json", [{ k: "a", ts: new Date(begin).toISOString() }]);
    const query = await machine.start({ build: ofEventTime, trigger: { processingTime: 0 } });
    await machine.world.clock.sleep(60_000);
    await query.stop();
    expect(machine.rows()).toEqual([]);
  });

  it("of SQL, with a name of the column, its delay, and rows that come in between", async () => {
    const sql = `SELECT k, count(*) AS n, window.end FROM rows WATERMARK current_timestamp() AS p DELAY OF INTERVAL 2 SECONDS GROUP BY k, window(p, '10 seconds')`;
    const session = machine.session();
    await twoRows();
    session.readStream.schema("k STRING").json("/data/in").createOrReplaceTempView("rows");
    const frame = await session.sql(sql);
    const writer = frame.writeStream.format("memory").queryName("by_clock").option("checkpointLocation", "/data/checkpoint");
    const query = await writer.start();
    await machine.world.clock.sleep(10_500);
    expect(rowsByClock()).toEqual([]);
    await machine.file("1.json", [{ k: "a" }]);
    await machine.world.clock.sleep(30_000);
    await query.stop();
    expect(rowsByClock()).toEqual([
      ["a", 2, begin + 10_000],
      ["a", 1, begin + 20_000],
    ]);
    memory.drop("by_clock");
  });
});
