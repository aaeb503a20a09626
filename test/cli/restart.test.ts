import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, startTidemark, tidemark } from "./command.js";
import { jsonRows, writeFiles } from "./readings.js";

// `tidemark run --restart on-failure`: what fails is started again, within limits.

/** A query whose function throws while `when` holds of the values of a row; `fails/` counts its failures. */
function job(when: string): string {
  return `import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { schema, t, udf } from "tidemark";
mkdirSync("fails", { recursive: true });
const checked = udf((v) => {
  const times = readdirSync("fails").length;
  if (${when}) { writeFileSync("fails/" + times, ""); throw new Error("it broke at " + v); }
  return v;
}, "BIGINT");
export default (session) => session.readStream.schema(schema({ v: t.long })).option("maxFilesPerTrigger", 1).json("in")
  .select(checked("v").as("v")).writeStream.queryName("checked").format("json").option("path", "out")
  .option("checkpointLocation", "checkpoint").trigger({ availableNow: true });
`;
}

const rows = (...values: number[]): string => values.map((v) => `{"v":${v}}\n`).join("");

describe("a query that fails", () => {
  test("is started again where it was, and every row counts once", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, {
        "job.mjs": job("v === 3 && times < 2"),
        "in/1.json": rows(1, 2),
        "in/2.json": rows(3, 4),
        "in/3.json": rows(5),
      });
      const { code, stdout, stderr } = await tidemark(folder, "run", "job.mjs", "--restart", "on-failure", "--json");
      expect([code, existsSync(join(folder, "fails/1"))]).toEqual([0, true]);
      expect(jsonRows(join(folder, "out")).map((row) => row["v"])).toEqual([1, 2, 3, 4, 5]);
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { batchId: number; restarts: number });
      expect(lines.map(({ batchId, restarts }) => [batchId, restarts])).toEqual([
        [0, 0],
        [1, 2],
        [2, 2],
      ]);
      expect(stderr).toMatch(/started again in 1 s \(restart 1\)[^]*it broke at 3[^]*started again in 2 s \(restart 2\)/);
    });
  });

  test("three times in the same way over the same rows ends, with the rows that it read", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": job("v === 3"), "in/1.json": rows(1, 2), "in/2.json": rows(3, 4) });
      const { code, stderr } = await tidemark(folder, "run", "job.mjs", "--restart", "on-failure");
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /BATCH_FAILS_REPEATEDLY[^]*Batch 1 has failed 3 times[^]*json\[in\] from \{"logOffset":0\} to \{"logOffset":1\}[^]*it broke at 3/,
      );
      expect(jsonRows(join(folder, "out")).map((row) => row["v"])).toEqual([1, 2]);
      expect(existsSync(join(folder, "fails/3"))).toBe(false);
    });
  });

  test("ever differently ends at the limit", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": job("true").replace('"it broke at " + v', '"failure " + times'), "in/1.json": rows(1) });
      const { code, stderr } = await tidemark(folder, "run", "job.mjs", "--restart", "on-failure", "--restart-limit", "1");
      expect(code).toBe(1);
      expect(stderr).toMatch(/RESTART_LIMIT_REACHED[^]*started again 1 times[^]*failure 1/);
    });
  });

  test("is not started again unless asked, nor when it could not start at all", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": job("true"), "in/1.json": rows(1) });
      expect((await tidemark(folder, "run", "job.mjs")).stderr).not.toContain("started again");
      expect(readFileSync(join(folder, "fails/0"), "utf8")).toBe("");
      writeFiles(folder, { "never.mjs": job("true").replace('.format("json")', '.format("json").outputMode("complete")') });
      const refused = await tidemark(folder, "run", "never.mjs", "--restart", "on-failure");
      expect([refused.code, refused.stderr]).toEqual([1, expect.not.stringContaining("started again")]);
      const wrong = await tidemark(folder, "run", "job.mjs", "--restart", "always");
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("never or on-failure")]);
    });
  });

  test("ends at a signal while it waits for its next start", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": job("true").replace('"it broke at " + v', '"failure " + times'), "in/1.json": rows(1) });
      const running = startTidemark(folder, ["run", "job.mjs", "--restart", "on-failure"]);
      await running.printed(/started again in 8 s/);
      const askedMs = Date.now();
      running.child.kill("SIGTERM");
      const { code } = await running.ended;
      expect(code).toBe(0);
      expect(Date.now() - askedMs).toBeLessThan(7000);
    });
  });
});
