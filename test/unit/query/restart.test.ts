import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import { QueryWorld, type Frame, type Start } from "./queryWorld.js";

// What a checkpoint takes at a restart, and what it refuses, naming the change.

let it_: QueryWorld;

beforeEach(async () => {
  it_ = new QueryWorld();
  await it_.file("0.json", [
    { ts: "2026-01-01T00:00:01Z", k: "a", v: 1 },
    { ts: "2026-01-01T00:00:02Z", k: "b", v: 5 },
  ]);
});

afterEach(() => it_.close());

interface Aggregation {
  readonly delay?: string;
  readonly window?: string;
  readonly key?: string;
  readonly aggregate?: string;
}

const aggregation =
  ({ delay = "10 seconds", window = "window(ts, '10 seconds')", key = "k", aggregate = "max(v)" }: Aggregation = {}) =>
  (input: Frame) =>
    input
      .withWatermark("ts", delay)
      .groupBy(expr(window).as("w"), expr(key).as("key"))
      .agg(expr(aggregate).as("result"), expr("count(*)").as("n"));

describe("a changed query", () => {
  const first: Start = { build: aggregation(), outputMode: "update" };

  const refused: Record<string, readonly [Start, object]> = {
    "another aggregate function": [
      { build: aggregation({ aggregate: "min(v)" }) },
      {
        condition: "QUERY_CHANGED",
        parameters: { change: /functions of the stateful operator aggregate-0 was \["max\(bigint\)".* and is \["min\(bigint\)"/ },
      },
    ],
    "another window": [
      { build: aggregation({ window: "window(ts, '20 seconds')" }) },
      { condition: "QUERY_CHANGED", parameters: { change: /window of the stateful operator aggregate-0 was .*10000.* and is .*20000/ } },
    ],
    "another slide": [
      { build: aggregation({ window: "window(ts, '10 seconds', '5 seconds')" }) },
      { condition: "QUERY_CHANGED", parameters: { change: /"slideMs":5000/ } },
    ],
    "another type of a key": [
      { build: aggregation({ key: "v" }) },
      { condition: "STATE_SCHEMA_CHANGED", parameters: { change: /key column .* was `key` string and is `key` bigint/ } },
    ],
    "another type of an argument": [
      { build: aggregation({ aggregate: "max(CAST(v AS DOUBLE))" }) },
      { condition: "QUERY_CHANGED", parameters: { change: /max\(bigint\).* and is .*max\(double\)/ } },
    ],
    "another output mode": [
      { build: aggregation(), outputMode: "append" },
      { condition: "QUERY_CHANGED", parameters: { change: "the output mode was update and is append" } },
    ],
    "no stateful operator": [
      { build: (input) => input, outputMode: "append" },
      { condition: "QUERY_CHANGED", parameters: { change: "the stateful operator aggregate-0 is gone" } },
    ],
    "another source": [
      { build: aggregation(), path: "/data/other" },
      { condition: "QUERY_CHANGED", parameters: { change: /^source 0 was .*\/data\/in.* and is .*\/data\/other/ } },
    ],
    "one source more": [
      { build: (input) => aggregation()(input.union(input)) },
      { condition: "QUERY_CHANGED", parameters: { change: /it has 1 source\(s\), the query has 2/ } },
    ],
  };

  it.each(Object.keys(refused))("with %s is refused, and the unchanged one goes on", async (name) => {
    const [change, { condition, parameters }] = refused[name] as [
      Start,
      { condition: string; parameters: Record<string, string | RegExp> },
    ];
    await it_.run(first);
    await it_.file("0.json", [], "/data/other");
    const failure: unknown = await it_.start({ outputMode: "update", ...change }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ condition });
    const [given] = Object.entries(parameters).map(
      ([key, wanted]) => [(failure as { parameters: Record<string, string> }).parameters[key], wanted] as const,
    );
    expect(given![0]).toMatch(given![1]);
    await it_.file("1.json", [{ ts: "2026-01-01T00:00:03Z", k: "a", v: 7 }]);
    await it_.run(first);
    expect(
      it_
        .rows()
        .map((row) => row.slice(1))
        .at(-1),
    ).toEqual(["a", 7n, 2n]);
  });

  it("with another delay of the watermark goes on with its state", async () => {
    await it_.run(first);
    await it_.file("1.json", [{ ts: "2026-01-01T00:00:03Z", k: "a", v: 7 }]);
    await it_.run({ build: aggregation({ delay: "5 minutes" }), outputMode: "update" });
    expect(
      it_
        .rows()
        .map((row) => row.slice(1))
        .at(-1),
    ).toEqual(["a", 7n, 2n]);
  });

  it("with another filter, projection and sink goes on behind the last batch", async () => {
    await it_.run({ build: (input) => input.select("k") });
    await it_.file("1.json", [
      { k: "c", v: 3 },
      { k: "d", v: 4 },
    ]);
    await it_.run({ build: (input) => input.where("v > 3").selectExpr("upper(k) AS u", "v"), sink: "json" });
    expect(await it_.text("/data/out/_spark_metadata/0")).toBe("v1");
    const [, entry] = (await it_.text("/data/out/_spark_metadata/1"))!.split("\n");
    expect(await it_.text(new URL((JSON.parse(entry!) as { path: string }).path).pathname)).toBe('{"u":"D","v":4}\n');
  });

  it("is welcome while no batch was committed", async () => {
    const failing = aggregation({ aggregate: "max(v / 0)" });
    await expect(it_.run({ build: failing, outputMode: "update" })).rejects.toMatchObject({ condition: "DIVIDE_BY_ZERO" });
    await it_.run(first);
    expect(it_.rows().map((row) => row.slice(1))).toEqual([
      ["a", 1n, 1n],
      ["b", 5n, 1n],
    ]);
  });

  it("of another kind altogether is refused by its sources", async () => {
    await it_.run();
    const session = it_.session();
    const rate = session.readStream.format("rate").load().writeStream.format("memory").queryName("rates");
    await expect(rate.option("checkpointLocation", "/data/checkpoint").start()).rejects.toMatchObject({ condition: "QUERY_CHANGED" });
  });
});

describe("a start", () => {
  it("beside a living one is refused by name, and harms nobody", async () => {
    const one = it_.process();
    const query = await it_.start({ trigger: { processingTime: 0 }, runtime: one });
    await expect(it_.start()).rejects.toMatchObject({
      condition: "CHECKPOINT_IN_USE",
      parameters: { pid: String(one.process.pid), runId: query.runId },
    });
    await expect(it_.start({ runtime: one })).rejects.toMatchObject({ condition: "CHECKPOINT_IN_USE" });
    await query.processAllAvailable();
    expect(query.isActive).toBe(true);
    await query.stop();
    expect(it_.rows()).toHaveLength(2);
  });

  it("is welcome at once after a stop", async () => {
    const query = await it_.start({ trigger: { processingTime: 0 } });
    await query.stop();
    const next = await it_.start({ trigger: { processingTime: 0 } });
    expect([next.id === query.id, next.runId === query.runId]).toEqual([true, false]);
    await next.processAllAvailable();
    await next.stop();
    expect(it_.rows()).toHaveLength(2);
  });

  it("takes a dead owner's checkpoint over, and the owner who was only asleep writes nothing more", async () => {
    const far = it_.world.runtime("far", { host: "elsewhere" });
    const asleep = await it_.start({ trigger: { processingTime: "1 hour" }, runtime: far });
    await asleep.processAllAvailable();
    await expect(it_.start()).rejects.toMatchObject({ condition: "CHECKPOINT_OWNER_UNKNOWN", parameters: { host: "elsewhere" } });
    await it_.file("1.json", [{ k: "c" }]);
    await it_.run({ conf: { "spark.tidemark.checkpoint.takeOver": "true" } });
    expect(it_.rows()).toHaveLength(3);
    await it_.file("2.json", [{ k: "d" }]);
    await expect(asleep.awaitTermination()).rejects.toMatchObject({
      condition: "CHECKPOINT_TAKEN_OVER",
      parameters: { host: "simulated" },
    });
    await it_.run();
    expect(it_.rows().map(([, k]) => k)).toEqual(["a", "b", "c", "d"]);
  });
});
