import { existsSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { expr, Session, type DataFrame } from "../../../index.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

const rows = 60_000;

/** What a query gives under a budget, and how its action ended. */
async function under(budget: string, sql: string): Promise<unknown> {
  const session = Session.create({ conf: { "spark.tidemark.stateMemoryBudget": budget } });
  try {
    return await (await session.sql(sql)).collect();
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    return error.condition;
  } finally {
    await session.stop();
  }
}

const keys = `SELECT id, id * 7919 % ${rows} AS k, concat('text ', id % 30011) AS t, id / 3.0D AS x FROM range(${rows})`;

describe("a bounded query beyond its memory gives what it gives within", () => {
  test.for<[what: string, sql: string, budget: string]>([
    ["a sort by text", `SELECT t, id FROM (${keys}) ORDER BY t DESC, id`, "100k"],
    ["a sort of which the first are wanted", `SELECT t, id FROM (${keys}) ORDER BY k LIMIT 20000`, "100k"],
    ["groups by number, in their order", `SELECT k % 20011 AS g, count(*), sum(x), max(t) FROM (${keys}) GROUP BY 1`, "100k"],
    ["groups by text with lists", `SELECT t, collect_list(id), avg(x) FROM (${keys}) GROUP BY t`, "400k"],
    ["windows of time", `SELECT window(timestamp_seconds(k), '1 hour') w, t, count(*) FROM (${keys}) GROUP BY 1, 2 ORDER BY w, t`, "400k"],
    ["distinct rows, in the order they came", `SELECT DISTINCT t FROM (${keys})`, "100k"],
    ["groups of two columns with nulls", `SELECT nullif(k % 3, 0) a, t, sum(x) FROM (${keys}) GROUP BY ALL ORDER BY a, t`, "400k"],
    [
      "functions over windows",
      `SELECT t, id, row_number() OVER (PARTITION BY t ORDER BY id), sum(x) OVER (PARTITION BY t) FROM (${keys})`,
      "400k",
    ],
  ])("%s", async ([, sql, budget]) => {
    const within = await under("1g", sql);
    expect(within).toBeInstanceOf(Array);
    expect(await under(budget, sql)).toEqual(within);
  });
});

describe("what cannot go to disk is refused before memory is gone", () => {
  test.for<[what: string, sql: string]>([
    ["one group of many values", `SELECT collect_list(t) FROM (${keys})`],
    ["a joined table", `SELECT count(*) FROM range(3) a JOIN (${keys}) b ON a.id = b.k`],
    ["one window of many rows", `SELECT sum(x) OVER (ORDER BY id) FROM (${keys})`],
  ])("%s", async ([, sql]) => {
    expect(await under("200k", sql)).toBe("MEMORY_BUDGET_EXCEEDED");
  });
});

describe("the state of a stream beyond the budget, of which all is wanted at once", () => {
  const place = mkdtempSync(join(tmpdir(), "budget-"));
  afterAll(() => rm(place, { recursive: true, force: true }));

  /** One batch a file of 20,000 keys each: how many rows came out, or why the query ended. */
  async function run(budget: string): Promise<unknown> {
    const session = Session.create({ conf: { "spark.tidemark.stateMemoryBudget": budget } });
    try {
      const query = await session.readStream
        .schema("k STRING")
        .option("maxFilesPerTrigger", 1)
        .json(join(place, "in"))
        .groupBy("k")
        .agg(expr("count(*) n"))
        .writeStream.outputMode("complete")
        .format("memory")
        .queryName("counts")
        .option("checkpointLocation", join(place, "checkpoint"))
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      return await session.table("counts").count();
    } catch (error) {
      if (!(error instanceof StreamingError)) throw error;
      return error.condition;
    } finally {
      await session.stop();
    }
  }

  test("ends the query before the batch is committed; with more memory it goes on, and nothing is lost", async () => {
    mkdirSync(join(place, "in"));
    for (let file = 0; file < 3; file++) {
      const lines = Array.from({ length: 20_000 }, (_, i) => `{"k":"key ${file * 15_000 + i}"}\n`);
      writeFileSync(join(place, "in", `${file}.json`), lines.join(""));
    }
    const refused = "MEMORY_BUDGET_EXCEEDED";
    expect(await run("2m")).toEqual(refused);
    expect(await run("100k")).toEqual(refused);
    expect(Number(await run("100m"))).toBe(50_000);
  });
});

function late(input: DataFrame): DataFrame {
  return input.withWatermark("at", "2 minutes");
}

describe("state of a stream beyond the budget lies on disk, and what comes out is what comes out of memory", () => {
  const place = mkdtempSync(join(tmpdir(), "cold-"));
  afterAll(() => rm(place, { recursive: true, force: true }));
  const files = 7;
  const keysAFile = 4000;

  /** A file is a batch: keys that came before, some of them lately, and as many new ones. */
  function write(): void {
    mkdirSync(join(place, "in"));
    for (let file = 0; file < files; file++) {
      const lines = Array.from({ length: 2 * keysAFile }, (_, i) => {
        const key = i < keysAFile ? file * keysAFile + i : (i * 7919 + file) % ((file + 1) * keysAFile);
        return `{"k":"a key that takes some room ${key}","x":${(key * 31 + file) % 1000},"t":"text ${file} ${key % 97}","at":"2026-01-01T00:0${file}:${10 + (key % 50)}Z"}\n`;
      });
      writeFileSync(join(place, "in", `${file}.json`), lines.join(""));
      utimesSync(join(place, "in", `${file}.json`), 1_700_000_000 + file, 1_700_000_000 + file);
    }
  }

  interface Ran {
    /** By batch, as they came out. */
    readonly batches: readonly (readonly unknown[])[];
    readonly mostOnDisk: number;
    readonly stateRows: number;
    readonly state: readonly unknown[];
  }

  /** Runs the batches, stopped in the middle and started again. */
  async function run(name: string, mode: OutputMode, budget: string, query: (input: DataFrame) => DataFrame): Promise<Ran> {
    const checkpoint = join(place, `${name}-${budget}`);
    const batches: unknown[][] = [];
    let [mostOnDisk, stateRows] = [0, 0];
    const session = Session.create({
      conf: { "spark.tidemark.stateMemoryBudget": budget, "spark.sql.streaming.stateStore.minDeltasForSnapshot": 3 },
      print: () => {},
    });
    try {
      for (let start = 0; start < 2; start++) {
        const running = await query(
          session.readStream.schema("k STRING, x BIGINT, t STRING, at TIMESTAMP").option("maxFilesPerTrigger", 1).json(join(place, "in")),
        )
          .writeStream.outputMode(mode)
          .foreachBatch(async (given, batchId) => {
            if (start === 0 && batchId === 4) throw new Error("stopped here");
            batches[batchId] = await given.collect();
          })
          .option("checkpointLocation", checkpoint)
          .trigger({ availableNow: true })
          .start();
        const ended = running.awaitTermination();
        if (start === 0) await expect(ended).rejects.toThrow("stopped here");
        else await ended;
        for (const { stateOperators } of running.recentProgress) {
          stateRows = stateOperators[0]!.numRowsTotal;
          mostOnDisk = Math.max(mostOnDisk, stateOperators[0]!.customMetrics["rowsOnDisk"] ?? 0);
        }
      }
      const state = await (await session.read.format("statestore").load(checkpoint)).collect();
      return { batches, mostOnDisk, stateRows, state };
    } finally {
      await session.stop();
    }
  }

  test.for<[what: string, mode: OutputMode, budget: string, query: (input: DataFrame) => DataFrame]>([
    [
      "groups by key",
      "update",
      "8m",
      (input) => input.groupBy("k").agg(expr("count(*) n"), expr("sum(x) s"), expr("max(t) m"), expr("avg(x) a")),
    ],
    ["groups by key, all of them each time", "complete", "6m", (input) => input.groupBy("k").agg(expr("count(*) n"), expr("max(t) m"))],
    ["rows without duplicates", "append", "4m", (input) => input.dropDuplicates("k")],
    ["rows without duplicates within the watermark", "append", "4m", (input) => late(input).dropDuplicatesWithinWatermark("k")],
    ["rows without duplicates of a time", "append", "4m", (input) => late(input).dropDuplicates("k", "at")],
    [
      "groups by a time, when they are done",
      "append",
      "4m",
      (input) => late(input).groupBy("k", "at").agg(expr("count(*) n"), expr("max(t) m")),
    ],
    ["groups by a time, as they change", "update", "4m", (input) => late(input).groupBy("k", "at").agg(expr("count(*) n"))],
    [
      "windows, when they close",
      "append",
      "4m",
      (input) => late(input).groupBy(expr("window(at, '1 minute')"), "k").agg(expr("count(*) n"), expr("max(t) m"), expr("avg(x) a")),
    ],
    [
      "windows, as they change",
      "update",
      "4m",
      (input) => late(input).groupBy("k", expr("window(at, '30 seconds')")).agg(expr("count(*) n"), expr("collect_list(t) l")),
    ],
    [
      "one window that is larger than the budget, when it closes",
      "append",
      "3m",
      (input) => late(input).groupBy(expr("window(at, '4 minutes')"), "k").count(),
    ],
    ["windows that stay", "update", "8m", (input) => input.groupBy("k", expr("window(at, '1 minute')")).agg(expr("count(*) n"))],
    [
      "hopping windows that stay apart",
      "update",
      "8m",
      (input) => late(input).groupBy("k", expr("window(at, '1 minute', '30 seconds')")).agg(expr("count(*) n"), expr("first(t) f")),
    ],
    [
      "sessions, when they end",
      "append",
      "8m",
      (input) => late(input).groupBy(expr("session_window(at, '50 seconds')"), "k").agg(expr("count(*) n"), expr("max(t) m")),
    ],
    [
      "groups by two keys, with lists",
      "update",
      "8m",
      (input) => input.groupBy(expr("x % 7"), "k").agg(expr("collect_list(t) l"), expr("min_by(t, x) f")),
    ],
  ])("%s", async ([what, mode, budget, query]) => {
    if (!existsSync(join(place, "in"))) write();
    const within = await run(what, mode, "1g", query);
    const beyond = await run(what, mode, budget, query);
    expect(within.mostOnDisk).toBe(0);
    expect(beyond.mostOnDisk).toBeGreaterThan(10_000);
    expect(beyond.batches.length).toBeGreaterThanOrEqual(files);
    expect(beyond.stateRows).toBe(within.stateRows);
    expect(beyond.batches).toEqual(within.batches);
    expect(beyond.state).toEqual(within.state);
  });
});
