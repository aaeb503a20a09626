import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Session } from "../../../index.js";
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

describe("the state of a stream beyond the budget", () => {
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
        .dropDuplicates("k")
        .writeStream.format("parquet")
        .option("path", join(place, "out"))
        .option("checkpointLocation", join(place, "checkpoint"))
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      return await (await session.read.parquet(join(place, "out"))).count();
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
