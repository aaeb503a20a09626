import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import type { CrashPoint } from "../../../engine/contract/runtime.js";
import { fileOutput } from "../../simulation/harness/output.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "./queryWorld.js";

// Which configuration a batch sees: a replay all that was logged with it, a new batch the session's, but for what the first start has fixed.

const zoneKey = "spark.sql.session.timeZone";
const ansiKey = "spark.sql.ansi.enabled";
const lenient = { [zoneKey]: "UTC", [ansiKey]: "false" };
const strict = { [zoneKey]: "Asia/Tokyo", [ansiKey]: "true" };

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld();
  await machine.file("0.json", [{ at: "2026-01-01 10:00:00", ts: "2026-01-01T20:00:00Z", k: "a", s: "x", v: 2 ** 31 - 1, d: 0 }]);
});

afterEach(() => machine.close());

const schema = "at TIMESTAMP, ts TIMESTAMP, k STRING, s STRING, v INT, d INT";
const build = (input: Frame): Frame =>
  input.selectExpr(
    "CAST(at AS STRING) AS read",
    "CAST(ts AS STRING) AS text",
    "CAST('2026-01-01 00:00:00' AS TIMESTAMP) AS literal",
    "v + 1 AS sum",
    "v / d AS quotient",
    "CAST(s AS INT) AS number",
    "v + s AS mixed",
    "to_json(struct(ts)) AS json",
    "from_json('{\"t\":\"2026-01-01 00:00:00\"}', 't TIMESTAMP').t AS parsed",
    "current_timezone() AS zone",
  );
const query: Start = { schema, build };

/** A batch that was planned, and died on the way. */
async function dieInFirstBatch(start: Start, point: CrashPoint = "afterOffsetLog"): Promise<void> {
  machine.world.crashAtPoint(point, 0);
  await expect(machine.run({ ...query, ...start })).rejects.toThrow("is dead");
  machine.world.cancelCrash();
}

/** What a machine on which nothing happens gives for the first batch. */
async function undisturbed(start: Start): Promise<unknown> {
  const other = new QueryWorld();
  try {
    await other.file("0.json", (await machine.text("/data/in/0.json"))!);
    await other.run({ ...query, ...start });
    return other.batches().get(0);
  } finally {
    other.close();
  }
}

describe("a batch that runs again", () => {
  it.each(["afterOffsetLog", "afterExecution", "afterSinkPrepare", "afterPrepare"] as const)(
    "after a crash %s has the rows of the configuration it was logged with",
    async (point) => {
      await dieInFirstBatch({ conf: lenient }, point);
      await machine.run({ ...query, conf: strict });
      expect(machine.batches().get(0)).toEqual(await undisturbed({ conf: lenient }));
      expect(machine.batches().get(0)![0]!.slice(3, 6)).toEqual([-(2 ** 31), null, null]);
    },
  );

  it("fails as it would have failed, whatever the session says now", async () => {
    await dieInFirstBatch({ conf: { ...lenient, [ansiKey]: "true" } });
    expect(await refusalOf(machine.run({ ...query, conf: lenient }))).toMatchObject({ condition: "ARITHMETIC_OVERFLOW" });
  });

  it("is followed by batches of the session's configuration, in the same run", async () => {
    await dieInFirstBatch({ conf: strict, build: (input) => input.selectExpr("current_timezone()", "CAST(at AS STRING)") });
    await machine.file("1.json", [{ at: "2026-01-01 10:00:00" }]);
    const second = { ...lenient, [zoneKey]: "America/New_York" };
    const shown: Start = { ...query, build: (input) => input.selectExpr("current_timezone()", "CAST(ts AS STRING)", "CAST(at AS LONG)") };
    await machine.run({ ...shown, conf: second, readOptions: { maxFilesPerTrigger: "1" } });
    expect(machine.batches().get(0)).toEqual([["Asia/Tokyo", "2026-01-02 05:00:00", BigInt(Date.UTC(2026, 0, 1, 1) / 1000)]]);
    expect(machine.batches().get(1)).toEqual([["America/New_York", null, BigInt(Date.UTC(2026, 0, 1, 15) / 1000)]]);
    expect(await loggedConf(0)).toMatchObject(strict);
    expect(await loggedConf(1)).toMatchObject(second);
  });

  it("is written by a sink of that configuration", async () => {
    const start: Start = { sink: "json", build: (input) => input.select("ts") };
    await dieInFirstBatch({ ...start, conf: strict });
    await machine.file("1.json", [{ ts: "2026-01-01T20:00:00Z" }]);
    await machine.run({ ...query, ...start, conf: lenient, readOptions: { maxFilesPerTrigger: "1" } });
    const output = await fileOutput(machine.world.files, "/data/out", "json");
    expect(output).toEqual(
      new Map([
        [0, ['{"ts":"2026-01-02T05:00:00.000+09:00"}']],
        [1, ['{"ts":"2026-01-01T20:00:00.000Z"}']],
      ]),
    );
  });

  it("comes to a foreachBatch function in a session of that configuration", async () => {
    const seen: unknown[] = [];
    const run = (conf: Record<string, string>) => {
      const session = machine.session({ conf });
      const input = session.readStream.schema(schema).option("maxFilesPerTrigger", 1).json("/data/in");
      const writer = input.writeStream.foreachBatch(async (batch, batchId) => {
        seen.push([batchId, (await batch.selectExpr("CAST(ts AS STRING) AS text", "v + v AS sum").collect())[0]]);
        if (seen.length === 1) machine.world.crash();
      });
      return writer.option("checkpointLocation", "/data/checkpoint").trigger({ availableNow: true }).start();
    };
    await expect((await run(lenient)).awaitTermination()).rejects.toThrow("is dead");
    machine.world.cancelCrash();
    await machine.file("1.json", [{ ts: "2026-01-01T20:00:00Z", v: 1 }]);
    await (await run(strict)).awaitTermination();
    const first = [0, { text: "2026-01-01 20:00:00", sum: -2 }];
    expect(seen).toEqual([first, first, [1, { text: "2026-01-02 05:00:00", sum: 2 }]]);
  });

  it("goes on with the state and the watermark that it left", async () => {
    const start: Start = {
      outputMode: "update",
      readOptions: { maxFilesPerTrigger: "1" },
      build: (input) =>
        input
          .withWatermark("ts", "1 hour")
          .groupBy(expr("window(ts, '1 day')").as("w"), expr("date(ts)").as("day"))
          .agg(expr("count(*)").as("n")),
    };
    await dieInFirstBatch({ ...start, conf: strict });
    await machine.file("1.json", [{ ts: "2026-01-01T20:30:00Z" }, { ts: "2026-01-01T00:30:00Z" }]);
    const run = await machine.run({ ...query, ...start, conf: lenient });
    const days = [...machine.batches().values()].map((rows) => rows.map((row) => row.slice(1)));
    const first = Date.UTC(2026, 0, 1) / 86_400_000;
    expect(days.slice(0, 2)).toEqual([[[first + 1, 1n]], [[first, 2n]]]);
    expect(run.lastProgress?.eventTime.watermark).toBe("2026-01-01T19:30:00.000Z");
  });

  it("is refused when its configuration makes no sense", async () => {
    await dieInFirstBatch({ conf: lenient });
    const entry = (await machine.text("/data/checkpoint/offsets/0"))!;
    await machine.overwrite("/data/checkpoint/offsets/0", entry.replace('"UTC"', '"Middle/Earth"'));
    expect(await refusalOf(machine.run(query))).toMatchObject({
      condition: "CHECKPOINT_INCONSISTENT",
      parameters: { problem: "a batch was logged with the time zone Middle/Earth, which nobody knows" },
    });
  });
});

describe("types that another configuration gives to state", () => {
  const start: Start = { outputMode: "update", build: (input) => input.groupBy("k").agg(expr("sum(v + s)").as("total")) };

  it("are refused, naming both", async () => {
    await machine.file("0.json", [{ k: "a", v: 1, s: "2" }], "/data/numbers");
    const numbers: Start = { ...query, ...start, path: "/data/numbers" };
    await machine.run({ ...numbers, conf: strict });
    expect(await refusalOf(machine.run({ ...numbers, conf: lenient }))).toMatchObject({
      condition: "QUERY_CHANGED",
      parameters: { change: 'functions of the stateful operator aggregate-0 was ["sum(bigint)"] and is ["sum(double)"]' },
    });
    await machine.file("1.json", [{ k: "a", v: 3, s: "4" }], "/data/numbers");
    await machine.run({ ...numbers, conf: strict });
    expect(machine.rows()).toEqual([
      ["a", 3n],
      ["a", 10n],
    ]);
  });
});

describe("the configuration of a query's life", () => {
  const conf = { "spark.sql.shuffle.partitions": "2", "spark.sql.streaming.multipleWatermarkPolicy": "max" };
  const other = { "spark.sql.shuffle.partitions": "3", "spark.sql.streaming.multipleWatermarkPolicy": "min" };

  it("is that of the first start, in every entry of the log, and a session that says otherwise is told", async () => {
    await machine.run({ ...query, conf: { ...lenient, ...conf } });
    for (const name of ["1.json", "2.json"]) {
      await machine.file(name, [{ k: "b", d: 1 }]);
      await machine.run({ ...query, conf: { ...lenient, ...other } });
    }
    for (const batchId of [0, 1, 2]) expect(await loggedConf(batchId)).toEqual({ ...lenient, ...conf });
    const about = machine.warnings.filter((warning) => warning.startsWith("spark.sql.shuffle.partitions"));
    expect(about).toEqual(
      Array(2).fill(
        expect.stringContaining("spark.sql.shuffle.partitions is 2 for the life of this query, as at its first start; 3 is not used."),
      ),
    );
  });

  it("holds keys of Spark's that mean nothing here", async () => {
    await machine.run({ ...query, conf: lenient });
    const entry = (await machine.text("/data/checkpoint/offsets/0"))!;
    const key = "spark.sql.streaming.stateStore.rocksdb.formatVersion";
    await machine.overwrite("/data/checkpoint/offsets/0", entry.replace('"conf":{', `"conf":{"${key}":"5",`));
    // As Spark writes it: a commit that vouches for nothing.
    await machine.overwrite("/data/checkpoint/commits/0", 'v1\n{"nextBatchWatermarkMs":0}');
    await machine.file("1.json", [{ k: "b", d: 1 }]);
    await machine.run({ ...query, conf: lenient });
    expect(await loggedConf(1)).toMatchObject({ [key]: "5" });
  });
});

async function loggedConf(batchId: number): Promise<unknown> {
  const lines = (await machine.text(`/data/checkpoint/offsets/${batchId}`))!.split("\n");
  return (JSON.parse(lines[1]!) as { conf: unknown }).conf;
}
