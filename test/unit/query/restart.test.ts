import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "./queryWorld.js";

// What a checkpoint takes at a restart, and what it refuses, naming the change.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [
    { ts: "2026-01-01T00:00:01Z", k: "a", v: 1 },
    { ts: "2026-01-01T00:00:02Z", k: "b", v: 5 },
  ]);
});

afterEach(() => machine.close());

/** The newest row of an aggregation, without its window. */
function lastRow(): unknown[] | undefined {
  return machine.rows().at(-1)?.slice(1);
}

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
    await machine.run(first);
    await machine.file("0.json", [], "/data/other");
    const failure = await refusalOf(machine.start({ outputMode: "update", ...change }));
    expect(failure).toMatchObject({ condition });
    const [given] = Object.entries(parameters).map(([key, wanted]) => [failure.parameters[key], wanted] as const);
    expect(given![0]).toMatch(given![1]);
    await machine.file("1.json", [{ ts: "2026-01-01T00:00:03Z", k: "a", v: 7 }]);
    await machine.run(first);
    expect(lastRow()).toEqual(["a", 7n, 2n]);
  });

  it("with another delay of the watermark goes on with its state", async () => {
    await machine.run(first);
    await machine.file("1.json", [{ ts: "2026-01-01T00:00:03Z", k: "a", v: 7 }]);
    await machine.run({ build: aggregation({ delay: "5 minutes" }), outputMode: "update" });
    expect(lastRow()).toEqual(["a", 7n, 2n]);
  });

  it("with another filter, projection and sink goes on behind the last batch", async () => {
    await machine.run({ build: (input) => input.select("k") });
    await machine.file("1.json", [
      { k: "c", v: 3 },
      { k: "d", v: 4 },
    ]);
    await machine.run({ build: (input) => input.where("v > 3").selectExpr("upper(k) AS u", "v"), sink: "json" });
    expect(await machine.text("/data/out/_spark_metadata/0")).toBe("v1");
    const [, entry] = (await machine.text("/data/out/_spark_metadata/1"))!.split("\n");
    expect(await machine.text(new URL((JSON.parse(entry!) as { path: string }).path).pathname)).toBe('{"u":"D","v":4}\n');
  });

  it("is welcome while no batch was committed", async () => {
    const failing = aggregation({ aggregate: "max(v / 0)" });
    expect(await refusalOf(machine.run({ build: failing, outputMode: "update" }))).toMatchObject({ condition: "DIVIDE_BY_ZERO" });
    await machine.run(first);
    expect(machine.rows().map((row) => row.slice(1))).toEqual([
      ["b", 5n, 1n],
      ["a", 1n, 1n],
    ]);
  });

  it("of another kind altogether is refused by its sources", async () => {
    await machine.run();
    const session = machine.session();
    const rate = session.readStream.format("rate").load().writeStream.format("memory").queryName("rates");
    await expect(rate.option("checkpointLocation", "/data/checkpoint").start()).rejects.toMatchObject({ condition: "QUERY_CHANGED" });
  });
});

describe("a start", () => {
  it("beside a living one is refused by name, and harms nobody", async () => {
    const one = machine.process();
    const query = await machine.start({ trigger: { processingTime: 0 }, runtime: one });
    expect(await refusalOf(machine.start())).toMatchObject({
      condition: "CHECKPOINT_IN_USE",
      parameters: { pid: String(one.process.pid), runId: query.runId },
    });
    expect(await refusalOf(machine.start({ runtime: one }))).toMatchObject({ condition: "CHECKPOINT_IN_USE" });
    await query.processAllAvailable();
    expect(query.isActive).toBe(true);
    await query.stop();
    expect(machine.rows()).toHaveLength(2);
  });

  it("is welcome at once after a stop", async () => {
    const query = await machine.start({ trigger: { processingTime: 0 } });
    await query.stop();
    const next = await machine.start({ trigger: { processingTime: 0 } });
    expect([next.id === query.id, next.runId === query.runId]).toEqual([true, false]);
    await next.processAllAvailable();
    await next.stop();
    expect(machine.rows()).toHaveLength(2);
  });

  it("takes a dead owner's checkpoint over, and the owner who was only asleep writes nothing more", async () => {
    const far = machine.world.runtime("far", { host: "elsewhere" });
    const asleep = await machine.start({ trigger: { processingTime: "1 hour" }, runtime: far });
    await asleep.processAllAvailable();
    expect(await refusalOf(machine.start())).toMatchObject({ condition: "CHECKPOINT_IN_USE", parameters: { host: "elsewhere" } });
    await machine.file("1.json", [{ k: "c" }]);
    await machine.run({ conf: { "spark.tidemark.checkpoint.takeOver": "true" } });
    expect(machine.rows()).toHaveLength(3);
    await machine.file("2.json", [{ k: "d" }]);
    await expect(asleep.awaitTermination()).rejects.toMatchObject({
      condition: "CHECKPOINT_TAKEN_OVER",
      parameters: { host: "simulated" },
    });
    await machine.run();
    expect(machine.rows().map(([, k]) => k)).toEqual(["a", "b", "c", "d"]);
  });
});

/** What becomes of a file's bytes; null when it goes. */
type Damage = (bytes: Uint8Array) => Uint8Array | null;

const garbage: Damage = () => new TextEncoder().encode("v1\n{nonsense");
const torn: Damage = (bytes) => bytes.slice(0, bytes.length / 2);
const flipped: Damage = (bytes) => bytes.map((byte, i) => (i === Math.floor(bytes.length / 2) ? byte ^ 0x10 : byte));
const newer: Damage = (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace("v1", "v9"));
const gone: Damage = () => null;

async function replace(path: string, bytes: Uint8Array | null): Promise<void> {
  if (bytes === null) await machine.world.files.remove(path);
  else await machine.overwrite(path, bytes);
}

describe("damage to a checkpoint", () => {
  const conf = { "spark.sql.streaming.noDataMicroBatches.enabled": "false" };
  const start: Start = { build: aggregation(), outputMode: "update", conf };
  const checkpoint = "/data/checkpoint";

  beforeEach(async () => {
    await machine.run(start);
    await machine.file("1.json", [{ ts: "2026-01-01T00:00:03Z", k: "a", v: 7 }]);
    await machine.run(start);
    await machine.file("2.json", [{ ts: "2026-01-01T00:00:04Z", k: "a", v: 9 }]);
  });

  /** What the query is refused with; then the file is as it was, and the query runs. */
  async function goOnAfter(path: string, damage: Damage): Promise<Awaited<ReturnType<typeof refusalOf>>> {
    const whole = (await machine.world.files.read(path))!;
    await replace(path, damage(whole));
    const refusal = await refusalOf(machine.run(start));
    await machine.overwrite(path, whole);
    await machine.run(start);
    return refusal;
  }

  it.each([
    ["in the offset log", `${checkpoint}/offsets/1`, garbage, "CHECKPOINT_CORRUPT"],
    ["in the commit log", `${checkpoint}/commits/1`, garbage, "CHECKPOINT_CORRUPT"],
    ["in the query's id", `${checkpoint}/metadata`, garbage, "CHECKPOINT_CORRUPT"],
    ["in the query's shape", `${checkpoint}/query.json`, torn, "CHECKPOINT_CORRUPT"],
    ["in a source's log", `${checkpoint}/sources/0/1`, garbage, "CHECKPOINT_CORRUPT"],
    ["by a newer format", `${checkpoint}/commits/1`, newer, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION"],
    ["as an offset log entry that is gone", `${checkpoint}/offsets/1`, gone, "CHECKPOINT_INCONSISTENT"],
  ] as const)("%s is named", async (_name, path, damage, condition) => {
    const refusal = await goOnAfter(path, damage);
    expect(refusal.condition).toBe(condition);
    expect(JSON.stringify(refusal.parameters)).toContain(condition === "CHECKPOINT_INCONSISTENT" ? checkpoint : path);
    expect(lastRow()).toEqual(["a", 9n, 3n]);
  });

  it.each([
    ["torn", 0, torn, "CHECKPOINT_CORRUPT"],
    ["torn", 1, torn, "CHECKPOINT_CORRUPT"],
    ["with a flipped bit", 1, flipped, "CHECKPOINT_CORRUPT"],
    ["gone", 0, gone, "CHECKPOINT_FILE_MISSING"],
  ] as const)("in a state file is named: %s (%i)", async (_name, i, damage, condition) => {
    const names = (await machine.world.files.list(`${checkpoint}/state`)).map(({ name }) => name).filter((name) => name.endsWith(".delta"));
    expect(names).toHaveLength(2);
    const path = `${checkpoint}/state/${names[i]}`;
    expect(await goOnAfter(path, damage)).toMatchObject({ condition, parameters: { path } });
    expect(lastRow()).toEqual(["a", 9n, 3n]);
  });

  it("as a missing last commit has the batch run again, and it comes once", async () => {
    await machine.world.files.remove(`${checkpoint}/commits/1`);
    await machine.run(start);
    expect([...machine.batches().keys()]).toEqual([0, 1, 2]);
    expect(lastRow()).toEqual(["a", 9n, 3n]);
  });

  it("as missing commits of two batches is a contradiction", async () => {
    await machine.world.files.remove(`${checkpoint}/commits/0`);
    await machine.world.files.remove(`${checkpoint}/commits/1`);
    expect(await refusalOf(machine.run(start))).toMatchObject({ condition: "CHECKPOINT_INCONSISTENT" });
  });

  it("a file that a batch had taken and that somebody removes is left out of its replay, as Spark leaves it out", async () => {
    const { files } = machine.world;
    await files.remove(`${checkpoint}/commits/1`);
    await files.remove("/data/in/1.json");
    await machine.run(start);
    expect(lastRow()).not.toEqual(["a", 9n, 3n]);
  });
});

describe("a checkpoint that is older than its output", () => {
  it("is refused before anything is planned, so that no row is taken for one that is there", async () => {
    const json: Start = { sink: "json" };
    await machine.run(json);
    const files = ["/data/checkpoint/offsets/1", "/data/checkpoint/commits/1", "/data/checkpoint/sources/0/1"];
    await machine.file("1.json", [{ k: "c", v: 3 }]);
    await machine.run(json);
    const removed = await Promise.all(files.map((path) => machine.world.files.read(path)));
    for (const path of files) await machine.world.files.remove(path);
    await machine.file("2.json", [{ k: "d", v: 4 }]);
    for (const _ of [1, 2]) {
      expect(await refusalOf(machine.start(json))).toMatchObject({
        condition: "SINK_AHEAD_OF_QUERY",
        parameters: { newest: "1", batchId: "1" },
      });
      expect(await machine.text("/data/checkpoint/offsets/1")).toBeNull();
    }
    for (const [i, path] of files.entries()) await machine.world.files.addNew(path, removed[i]!);
    await machine.run(json);
    expect(await machine.text("/data/out/_spark_metadata/2")).toContain("v1");
  });
});
