import { readFileSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { StreamingQueryProgress } from "../../../engine/query/progress.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import { QueryWorld, refusalOf, type Start } from "./queryWorld.js";

// The StreamingQuery that users and listeners see.

let machine: QueryWorld;

beforeEach(async () => {
  machine = new QueryWorld({ startMs: Date.UTC(2026, 0, 1) });
  await machine.file("0.json", [{ ts: "2026-01-01T00:00:01Z", k: "a", v: 1 }]);
});

afterEach(() => machine.close());

const running: Start = { trigger: { processingTime: 0 } };
const windows: NonNullable<Start["build"]> = (input) =>
  input.withWatermark("ts", "1 second").groupBy(expr("window(ts, '10 seconds')").as("w")).agg(expr("count(*)").as("n"));

const timesOf = (query: StreamingQuery): string[] => query.recentProgress.map(({ timestamp }) => timestamp.slice(11));

/** Lets time pass in small steps, so that whoever wakes does its work at its time. */
async function elapse(totalMs: number): Promise<void> {
  for (let ms = 0; ms < totalMs; ms += 100) {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    machine.world.clock.advance(100);
  }
}

/** Every path of names in a value; elements of a list count as one. */
function pathsOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => pathsOf(element, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, `${path}.${key}`))];
}

/** What depends on the store, the source or the phase that a batch went through. */
const varying = /\.(customMetrics|metrics|durationMs|eventTime)\b./;

function namesOf(progress: readonly unknown[]): string[] {
  return [...new Set(pathsOf(progress).filter((path) => path !== "" && !varying.test(path)))].toSorted();
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  const waiting: (() => void)[] = [];
  const opened = new Promise<void>((resolve) => waiting.push(resolve));
  return { opened, open: () => waiting[0]!() };
}

describe("a streaming query", () => {
  it("says what it is doing", async () => {
    const query = await machine.start(running);
    expect([query.isActive, query.exception, query.lastProgress, query.recentProgress]).toEqual([true, null, null, []]);
    await query.processAllAvailable();
    expect(query.lastProgress).toMatchObject({ batchId: 0, numInputRows: 1, id: query.id, runId: query.runId, name: query.name });
    expect(query.status).toMatchObject({ isTriggerActive: false, isDataAvailable: false });
    await query.stop();
    expect([query.isActive, query.exception, query.status.message]).toEqual([false, null, "Stopped"]);
    expect(query.lastProgress?.batchId).toBe(0);
    await query.stop();
  });

  it("keeps as many progress reports as configured", async () => {
    for (let i = 1; i < 6; i++) await machine.file(`${i}.json`, [{ k: "x" }]);
    const query = await machine.run({
      readOptions: { maxFilesPerTrigger: "1" },
      conf: { "spark.sql.streaming.numRecentProgressUpdates": "3" },
    });
    expect(query.recentProgress.map(({ batchId }) => batchId)).toEqual([3, 4, 5]);
    expect(query.lastProgress).toBe(query.recentProgress.at(-1));
  });

  it("is awaited for a time, or to its end, or to its failure", async () => {
    const query = await machine.start(running);
    const before = machine.world.clock.nowMs();
    expect(await query.awaitTermination(5_000)).toBe(false);
    expect(machine.world.clock.nowMs() - before).toBeGreaterThanOrEqual(5_000);
    const ended = query.awaitTermination();
    await query.stop();
    expect([await ended, await query.awaitTermination(1)]).toEqual([true, true]);

    await machine.file("1.json", [{ k: "x", v: 0 }]);
    const failing = await machine.start({ build: (input) => input.selectExpr("1 / v AS q") });
    expect(await refusalOf(failing.awaitTermination())).toMatchObject({ condition: "DIVIDE_BY_ZERO" });
    expect(failing.exception).toMatchObject({ condition: "DIVIDE_BY_ZERO" });
    expect([failing.isActive, failing.status.message]).toEqual([false, "Terminated with exception"]);
    expect(await refusalOf(failing.awaitTermination(1))).toBe(failing.exception);
    expect(await refusalOf(failing.processAllAvailable())).toBe(failing.exception);
    await failing.stop();
  });

  it("gives processAllAvailable back when all that was there is committed, however many wait", async () => {
    const query = await machine.start({ ...running, readOptions: { maxFilesPerTrigger: "1" } });
    for (let i = 1; i < 5; i++) await machine.file(`${i}.json`, [{ k: `${i}` }]);
    await Promise.all([query.processAllAvailable(), query.processAllAvailable()]);
    expect(machine.rows()).toHaveLength(5);
    const waiting = query.processAllAvailable();
    await query.stop();
    await waiting;
    await query.processAllAvailable();
  });

  it("finishes and commits its batch when it is stopped in the middle", async () => {
    const [inBatch, mayGoOn] = [gate(), gate()];
    const session = machine.session();
    const frame = session.readStream.schema("k STRING").option("maxFilesPerTrigger", 1).json("/data/in");
    await machine.file("1.json", [{ k: "b" }]);
    const query = await frame.writeStream
      .option("checkpointLocation", "/data/checkpoint")
      .foreachBatch(async () => {
        inBatch.open();
        await mayGoOn.opened;
      })
      .start();
    await inBatch.opened;
    const stopped = query.stop();
    expect(query.isActive).toBe(true);
    mayGoOn.open();
    await stopped;
    expect(query.recentProgress.map(({ batchId }) => batchId)).toEqual([0]);
    expect(await machine.text("/data/checkpoint/commits/0")).not.toBeNull();
    expect(await machine.text("/data/checkpoint/offsets/1")).toBeNull();
  });

  it("wraps what is no condition of ours, with its cause", async () => {
    machine.world.fail({ code: "EIO", operation: "read", path: /nothing of this name/ });
    const session = machine.session();
    const cause = new Error("a user's own");
    session.streams.addListener({
      onQueryStarted: () => {
        throw cause;
      },
    });
    const query = await session.readStream
      .schema("k STRING")
      .json("/data/in")
      .writeStream.format("memory")
      .queryName("own")
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    expect(machine.warnings.join()).toContain("a user's own");
  });

  it("of a name that runs already is refused", async () => {
    const session = machine.session();
    const writer = session.readStream
      .schema("k STRING")
      .json("/data/in")
      .writeStream.foreachBatch(() => {})
      .queryName("twice");
    const one = await writer.option("checkpointLocation", "/data/one").start();
    expect(await refusalOf(writer.option("checkpointLocation", "/data/two").start())).toMatchObject({
      condition: "QUERY_NAME_IN_USE",
      parameters: { name: "twice" },
    });
    await one.stop();
    const two = await writer.option("checkpointLocation", "/data/two").start();
    await two.stop();
  });
});

describe("a trigger", () => {
  it("of an interval runs batches at its multiples, the first at once", async () => {
    machine.world.clock.autoAdvance = false;
    machine.world.clock.advance(2_300);
    const query = await machine.start({ trigger: { processingTime: "10 seconds" } });
    for (let i = 1; i < 4; i++) {
      await elapse(3_000);
      await machine.file(`${i}.json`, [{ k: "x" }]);
      await elapse(6_000);
    }
    await elapse(5_000);
    expect(timesOf(query)).toEqual(["00:00:03.300Z", "00:00:10.000Z", "00:00:20.000Z", "00:00:30.000Z"]);
    await query.stop();
  });

  it("of an interval that a batch overran goes on at once, then at its multiples", async () => {
    machine.world.clock.autoAdvance = false;
    const { clock } = machine.world;
    const session = machine.session();
    for (let i = 1; i < 3; i++) await machine.file(`${i}.json`, [{ k: "x" }]);
    const query = await session.readStream
      .schema("k STRING")
      .option("maxFilesPerTrigger", 1)
      .json("/data/in")
      .writeStream.option("checkpointLocation", "/data/checkpoint")
      .trigger({ processingTime: "10 seconds" })
      .foreachBatch((_batch, batchId) => clock.advance(batchId === 0 ? 25_000 : 1_000))
      .start();
    await elapse(20_000);
    expect(timesOf(query)).toEqual(["00:00:03.000Z", "00:00:28.000Z", "00:00:30.000Z"]);
    await query.stop();
  });

  it("once takes everything in one batch and ends", async () => {
    for (let i = 1; i < 4; i++) await machine.file(`${i}.json`, [{ k: "x" }]);
    const query = await machine.run({ trigger: { once: true }, readOptions: { maxFilesPerTrigger: "1" } });
    expect(query.recentProgress.map(({ batchId, numInputRows }) => [batchId, numInputRows])).toEqual([[0, 4]]);
    expect(query.isActive).toBe(false);
  });

  it("of what is available now runs limited batches over what was there at the start, then one without data", async () => {
    for (let i = 1; i < 4; i++) await machine.file(`${i}.json`, [{ ts: `2026-01-01T00:00:${10 + i}Z`, k: "x" }]);
    const session = machine.session();
    const added: Promise<void>[] = [];
    session.streams.addListener({
      onQueryProgress: ({ progress }) => void (progress.batchId === 0 && added.push(machine.file("late.json", [{ k: "late" }]))),
    });
    const input = session.readStream.schema("ts TIMESTAMP, k STRING, v BIGINT").option("maxFilesPerTrigger", 3).json("/data/in");
    const query = await windows(input, session)
      .writeStream.option("checkpointLocation", "/data/checkpoint")
      .trigger({ availableNow: true })
      .foreachBatch(() => {})
      .start();
    await query.awaitTermination();
    await Promise.all(added);
    expect(added).toHaveLength(1);
    expect(query.recentProgress.map(({ numInputRows }) => numInputRows)).toEqual([3, 1, 0]);
  });

  it("without input runs no batch and ends", async () => {
    await machine.world.files.removeTree("/data/in");
    await machine.world.files.makeDirectory("/data/in");
    const query = await machine.run();
    expect(query.recentProgress).toEqual([]);
    expect(await machine.text("/data/checkpoint/offsets/0")).toBeNull();
  });
});

describe("a listener", () => {
  it("hears of a query from its start to its end, in order", async () => {
    const session = machine.session({ conf: { "spark.sql.streaming.noDataProgressEventInterval": "1 second" } });
    const events: string[] = [];
    session.streams.addListener({
      onQueryStarted: ({ id, runId, name, timestamp }) => events.push(`started ${id} ${runId} ${name} ${timestamp}`),
      onQueryProgress: ({ progress }) => events.push(`progress ${progress.runId} ${progress.batchId}`),
      onQueryIdle: ({ runId }) => events.push(`idle ${runId}`),
      onQueryTerminated: ({ runId, exception }) => events.push(`terminated ${runId} ${exception?.condition ?? "well"}`),
    });
    const build = (start: string) =>
      session.readStream
        .schema("k STRING, v BIGINT")
        .json("/data/in")
        .selectExpr(start)
        .writeStream.format("memory")
        .queryName(`heard ${start}`)
        .option("checkpointLocation", `/data/${start}`);
    const query = await build("v").start();
    await query.processAllAvailable();
    await query.awaitTermination(3_500);
    await query.stop();
    const started = `started ${query.id} ${query.runId} heard v 2026-01-01T00:00:01.000Z`;
    expect(events.slice(0, 3)).toEqual([started, `progress ${query.runId} 0`, `idle ${query.runId}`]);
    const idle = events.filter((event) => event.startsWith("idle")).length;
    expect(idle).toBeGreaterThanOrEqual(3);
    expect(idle).toBeLessThanOrEqual(5);
    expect(events.at(-1)).toBe(`terminated ${query.runId} well`);
    events.length = 0;
    const failing = await build("v / 0").start();
    await refusalOf(failing.awaitTermination());
    expect(events.map((event) => event.split(" ")[0])).toEqual(["started", "terminated"]);
    expect(events.at(-1)).toBe(`terminated ${failing.runId} DIVIDE_BY_ZERO`);
  });
});

describe("progress", () => {
  const folder = new URL("../../golden/spark-checkpoints/", import.meta.url);

  it("has the names that Spark's has, and no others", async () => {
    const recorded = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /agg/.test(entry.name))
      .map(({ name }) => JSON.parse(readFileSync(new URL(`${name}/progress-run0.json`, folder), "utf8")) as StreamingQueryProgress[]);
    expect(recorded.length).toBeGreaterThan(2);
    const query = await machine.run({ build: windows });
    const ours = JSON.parse(JSON.stringify(query.recentProgress)) as StreamingQueryProgress[];
    expect(namesOf(ours)).toEqual(namesOf(recorded.flat()));
    const phases = new Set(recorded.flat().flatMap(({ durationMs }) => Object.keys(durationMs)));
    expect(Object.keys(ours[0]!.durationMs).filter((phase) => !phases.has(phase) && phase !== "commitBatch")).toEqual([]);
    expect(Object.keys(ours[0]!.eventTime)).toEqual(["avg", "max", "min", "watermark"]);
  });
});

it("a StreamingError says what, why and what to do", async () => {
  const refusal = await refusalOf(machine.start({ path: "/nowhere" }));
  expect(refusal).toBeInstanceOf(StreamingError);
  expect(refusal.message).toMatch(/^\[PATH_NOT_FOUND\] .* SQLSTATE: 42K03$/);
});
