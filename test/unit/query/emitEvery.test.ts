import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { count, sum, window } from "../../../dataframe/functions.js";
import type { EarlyEmission } from "../../../dataframe/emitEvery.js";
import { memory } from "../../memory.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";

// When changes of windows are told before these close.

let world: QueryWorld;
const begin = Date.UTC(2026, 0, 1);

beforeEach(async () => {
  world = new QueryWorld({ startMs: begin });
  await world.world.files.makeDirectory("/data/in");
});

afterEach(() => world.close());

const windows = (input: Frame): Frame =>
  input.withWatermark("ts", "2 seconds").groupBy(window("ts", "10 seconds").as("w"), "k").agg(count("*").as("n")).select("k", "n", "w");

const small = (input: Frame): Frame => input.withWatermark("ts", "2 seconds").groupBy("k", "ts").agg(sum("v").as("v")).where("v < 2");

const started = (every: EarlyEmission, build: (input: Frame) => Frame = windows) =>
  world.start({
    outputMode: "changes",
    trigger: { processingTime: 0 },
    build: (input) => ({ writeStream: build(input).writeStream.emitEvery(every) }),
  });

/** A file of rows of a key and an event time, s. */
const rows = (name: string, ...given: readonly (readonly [k: string, seconds: number])[]): Promise<void> =>
  world.file(
    `${name}.json`,
    given.map(([k, seconds]) => ({ k, ts: new Date(begin + seconds * 1000).toISOString() })),
  );

/** What came since the last look: key, count, kind. */
const told = (): unknown[] => {
  const all = world.rows().map((row) => [row[0], Number(row[1]), row.at(-1)]);
  return all.slice(seen, (seen = all.length));
};
let seen = 0;

beforeEach(() => {
  seen = 0;
});

describe("emitEvery", () => {
  it("so many rows: a window is told when it has as many more, and when it closes", async () => {
    const query = await started({ rows: 2 });
    await rows("0", ["a", 1], ["b", 1]);
    await query.processAllAvailable();
    expect(told()).toEqual([]);
    await rows("1", ["a", 2]);
    await query.processAllAvailable();
    expect(told()).toEqual([["a", 2, "insert"]]);
    await rows("2", ["a", 3]);
    await query.processAllAvailable();
    expect(told()).toEqual([]);
    expect(query.lastProgress!.stateOperators.find(({ operatorName }) => operatorName === "heldChanges")).toMatchObject({
      numRowsTotal: 3,
    });
    await rows("3", ["c", 30]);
    await query.processAllAvailable();
    expect(new Set(told().map(String))).toEqual(new Set(["a,2,update_preimage", "a,3,update_postimage", "b,1,insert"]));
    await query.stop();
  });

  it("so long by the clock: also while nothing comes, in one batch, and across a restart", async () => {
    const first = await started({ processingTime: "10 seconds" });
    await rows("0", ["a", 1]);
    await first.processAllAvailable();
    world.world.clock.advance(4000);
    await rows("1", ["a", 2]);
    await first.processAllAvailable();
    await first.stop();
    expect(told()).toEqual([]);
    const second = await started({ processingTime: "10 seconds" });
    await world.world.clock.sleep(60_000);
    expect(told()).toEqual([["a", 2, "insert"]]);
    // A batch told it, by the clock.
    expect(second.recentProgress.map(({ numInputRows }) => numInputRows)).toEqual([0]);
    await second.stop();
  });

  it("so long by event time: all windows that have changed, when the watermark comes past a multiple", async () => {
    const query = await started({ eventTime: "4 seconds" });
    await rows("0", ["a", 1], ["b", 5]);
    await query.processAllAvailable();
    // The watermark was none before, and is three seconds now.
    expect(told()).toHaveLength(2);
    await rows("1", ["a", 5]);
    await query.processAllAvailable();
    expect(told()).toEqual([]);
    await rows("2", ["c", 6]);
    await query.processAllAvailable();
    expect(new Set(told().map(String))).toEqual(new Set(["a,1,update_preimage", "a,2,update_postimage", "c,1,insert"]));
    await query.stop();
  });

  it("tells nothing of what came and went in between", async () => {
    const query = await started({ rows: 5 }, small);
    for (const [name, v] of [
      ["0", 1],
      ["1", 5],
    ] as const) {
      await world.file(`${name}.json`, [{ k: "a", ts: new Date(begin).toISOString(), v }]);
      await query.processAllAvailable();
    }
    await rows("2", ["b", 30]);
    await query.processAllAvailable();
    expect(told()).toEqual([]);
    await query.stop();
  });

  it("may be another amount at the next start; another kind is another state", async () => {
    const first = await started({ rows: 5 });
    await rows("0", ["a", 1]);
    await first.processAllAvailable();
    await first.stop();
    expect((await refusalOf(started({ processingTime: "1 second" }))).condition).toBe("QUERY_CHANGED");
    const second = await started({ rows: 2 });
    await rows("1", ["a", 2]);
    await second.processAllAvailable();
    expect(told()).toEqual([["a", 2, "insert"]]);
    await second.stop();
  });

  it("is for output mode changes, and for windows that close", async () => {
    await rows("0", ["a", 1]);
    const every = { rows: 2 };
    const build = (input: Frame) => ({ writeStream: windows(input).writeStream.emitEvery(every) });
    expect(await refusalOf(world.start({ build }))).toMatchObject({
      condition: "EMIT_EVERY_NEEDS_CHANGES",
      parameters: { mode: "append" },
    });
    for (const query of [
      (input: Frame): Frame => input.groupBy("k").agg(count("*").as("n")),
      (input: Frame): Frame => input.groupBy(window("ts", "10 seconds")).agg(count("*").as("n")),
      (input: Frame): Frame => input.select("k"),
    ])
      expect((await refusalOf(started(every, query))).condition).toBe("EMIT_EVERY_WITHOUT_WINDOWS");
  });

  it.each([
    [{}],
    [{ rows: 0 }],
    [{ rows: 1.5 }],
    [{ rows: 1, eventTime: "1 second" }],
    [{ processingTime: "0 seconds" }],
    [{ processingTime: "1 month" }],
    [{ eventTime: 5 }],
    ["10 seconds"],
  ])("refuses %j", async (every) => {
    expect(await refusalOf(started(every as never))).toMatchObject({
      condition: "INVALID_OPTION_VALUE",
      parameters: { option: "emitEvery" },
    });
  });

  it.each([
    ["2 rows", [["a", 2]]],
    ["1 hour", []],
    ["1 hour of event time", [["a", 2]]],
  ])("is an option of INSERT: %s", async (every, expected) => {
    await world.file("0.json", [
      { k: "a", ts: new Date(begin + 1000).toISOString() },
      { k: "a", ts: new Date(begin + 2000).toISOString() },
    ]);
    const session = world.session({ conf: { "spark.sql.warehouse.dir": "/data/warehouse" } });
    session.readStream.schema("ts TIMESTAMP, k STRING").json("/data/in").createOrReplaceTempView("rows");
    await session.sql("CREATE TABLE told (k STRING, n BIGINT) USING json");
    await session.sql(
      `INSERT INTO told OPTIONS ('queryName' 'told', 'checkpointLocation' '/data/checkpoint', 'outputMode' 'changes', 'trigger' 'availableNow', 'emitEvery' '${every}')
      SELECT k, count(*) AS n FROM STREAM rows WATERMARK ts DELAY OF INTERVAL 2 SECONDS GROUP BY window(ts, '10 seconds'), k`,
    );
    for (const query of session.streams.active) await query.awaitTermination();
    const rowsOfTable = await (await session.sql("SELECT * FROM told")).collect();
    expect(rowsOfTable.map((row) => [row["k"], Number(row["n"])])).toEqual(expected);
    memory.drop("told");
  });
});
