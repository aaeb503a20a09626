import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../dataframe/functions.js";
import type { ForeachBatchInfo } from "../../dataframe/streamDefinition.js";
import { QueryWorld, refusalOf, type Frame, type Start } from "../unit/query/queryWorld.js";
import { fileOutput } from "../simulation/harness/output.js";

// What ends a running query: each case has its condition, and when the cause is mended the query goes on and nothing is missing or double.

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

type Build = NonNullable<Start["build"]>;

const keysOnly: Build = (input) => input.select("k");

const increased: Build = (input) => input.selectExpr("k", "v + 1 AS next");

const counted: Build = (input) =>
  input.withWatermark("ts", "1 second").groupBy(expr("window(ts, '1 second')").as("w"), expr("k").as("k")).agg(expr("count(*)").as("n"));

function summed(condition: string): Build {
  return (input) => input.where(condition).groupBy("k").agg(expr("sum(v)").as("total"));
}

const output = async (): Promise<string[]> => [...(await fileOutput(machine.world.files, "/data/out", "json")).values()].flat();

describe("arithmetic", () => {
  it("that overflows ends the query in that batch, and again, whatever ANSI mode a later start has; a query that bears it goes on", async () => {
    const start: Start = { build: increased, readOptions: { maxFilesPerTrigger: "1" } };
    await machine.file("0.json", [{ k: "a", v: 1 }]);
    await machine.file("1.json", '{"k":"b","v":2}\n{"k":"c","v":9223372036854775807}\n');
    await machine.file("2.json", [{ k: "d", v: 4 }]);
    for (const ansi of ["true", "true", "false"]) {
      const refusal = await refusalOf(machine.run({ ...start, conf: { "spark.sql.ansi.enabled": ansi } }));
      expect(refusal.condition).toBe("ARITHMETIC_OVERFLOW");
      expect(machine.rows()).toEqual([["a", 2n]]);
    }
    await machine.run({ ...start, build: (input) => input.selectExpr("k", "try_add(v, 1) AS v") });
    expect([...machine.batches()]).toEqual([
      [0, [["a", 2n]]],
      [
        1,
        [
          ["b", 3n],
          ["c", null],
        ],
      ],
      [2, [["d", 5n]]],
    ]);
  });

  it("of a sum that overflows leaves the state as it was", async () => {
    const failing: Start = { build: summed("v > 0"), outputMode: "complete" };
    await machine.file("0.json", [{ k: "a", v: 1 }]);
    await machine.run(failing);
    await machine.file("1.json", '{"k":"a","v":2}\n{"k":"a","v":9223372036854775807}\n');
    expect((await refusalOf(machine.run(failing))).condition).toMatch(/^ARITHMETIC_OVERFLOW/);
    await machine.run({ ...failing, build: summed("v < 100") });
    expect([...machine.batches().values()].at(-1)).toEqual([["a", 3n]]);
  });
});

describe("a full disk", () => {
  it("ends the query with a condition, wherever it is full; with room again nothing is missing or double", async () => {
    const start: Start = {
      build: counted,
      sink: "json",
      readOptions: { maxFilesPerTrigger: "1" },
      conf: { "spark.sql.streaming.noDataMicroBatches.enabled": "false" },
    };
    const run = async (roomBytes: number | null): Promise<{ lines: string[]; condition: string | null }> => {
      machine = new QueryWorld();
      for (let i = 0; i < 4; i++) await machine.file(`${i}.json`, [{ ts: new Date(i * 2000).toISOString(), k: `key ${i}`, v: i }]);
      if (roomBytes !== null) machine.world.capacityBytes = machine.world.disk.usedBytes() + roomBytes;
      const condition = roomBytes === null ? null : (await refusalOf(machine.run(start))).condition;
      machine.world.heal();
      await machine.run(start);
      return { lines: await output(), condition };
    };
    const expected = await run(null);
    expect(expected.lines).toHaveLength(2);
    const conditions = new Set<string>();
    for (let room = 0; room < 7000; room += 131) {
      const { lines, condition } = await run(room);
      expect(lines).toEqual(expected.lines);
      conditions.add(condition!);
    }
    expect([...conditions].toSorted()).toEqual(["CHECKPOINT_WRITE_FAILED.DISK_FULL", "SINK_WRITE_FAILED.DISK_FULL"]);
  });
});

describe("a sink", () => {
  beforeEach(() => machine.file("0.json", [{ k: "a", v: 1 }]));

  it("that another query writes to is refused, and the other's output is as it was", async () => {
    await machine.run({ build: keysOnly, sink: "json" });
    const other: Start = { build: keysOnly, sink: "json", checkpoint: "/data/other" };
    expect(await refusalOf(machine.start(other))).toMatchObject({ condition: "SINK_BELONGS_TO_ANOTHER_QUERY" });
    await machine.file("1.json", [{ k: "b" }]);
    await machine.run({ build: keysOnly, sink: "json" });
    expect(await output()).toEqual(['{"k":"a"}', '{"k":"b"}']);
    await machine.run({ ...other, sinkPath: "/data/elsewhere" });
    expect([...(await fileOutput(machine.world.files, "/data/elsewhere", "json")).values()].flat()).toEqual(['{"k":"a"}', '{"k":"b"}']);
  });

  it("of a query whose checkpoint was removed is refused: it would write everything again", async () => {
    await machine.run({ build: keysOnly, sink: "json" });
    await machine.world.files.removeTree("/data/checkpoint");
    expect(await refusalOf(machine.run({ build: keysOnly, sink: "json" }))).toMatchObject({ condition: "SINK_BELONGS_TO_ANOTHER_QUERY" });
    expect(await output()).toEqual(['{"k":"a"}']);
  });

  it("older than its checkpoint's copy is refused: the query would write what is there", async () => {
    const { files } = machine.world;
    await machine.run({ build: keysOnly, sink: "json" });
    await machine.file("1.json", [{ k: "b" }]);
    await machine.run({ build: keysOnly, sink: "json" });
    for (const log of ["offsets", "commits"]) await files.remove(`/data/checkpoint/${log}/1`);
    await files.remove("/data/checkpoint/offsets/0");
    await files.remove("/data/checkpoint/commits/0");
    expect(await refusalOf(machine.run({ build: keysOnly, sink: "json" }))).toMatchObject({
      condition: "SINK_AHEAD_OF_QUERY",
      parameters: { newest: "1" },
    });
  });
});

describe("a function of foreachBatch", () => {
  it("that fails ends the query; the next run gives it the very same batch, marked as a replay", async () => {
    const seen: { batchId: number; rows: unknown; info: ForeachBatchInfo }[] = [];
    let failing = true;
    const build = (input: Frame) => ({
      writeStream: input.selectExpr("k", "current_timestamp() AS now").writeStream.foreachBatch(async (batch, batchId, info) => {
        seen.push({ batchId, rows: await batch.collect(), info });
        if (failing && batchId === 1) throw new Error("no more");
      }),
    });
    const run = (): Promise<unknown> =>
      machine.runWriter(
        (session) => build(session.readStream.schema("k STRING").option("maxFilesPerTrigger", 1).json("/data/in")).writeStream,
      );
    for (const k of ["a", "b", "c"]) await machine.file(`${k}.json`, [{ k }]);
    expect(await refusalOf(run())).toMatchObject({ condition: "FOREACH_BATCH_USER_FUNCTION_ERROR", parameters: { reason: "no more" } });
    machine.world.clock.advance(60_000);
    failing = false;
    await run();
    expect(seen.map(({ batchId, info }) => [batchId, info.replay])).toEqual([
      [0, false],
      [1, false],
      [1, true],
      [2, false],
    ]);
    expect(seen[2]!.rows).toEqual(seen[1]!.rows);
    expect(new Set(seen.map(({ info }) => info.queryId)).size).toBe(1);
    expect(new Set(seen.map(({ info }) => info.runId)).size).toBe(2);
  });
});
