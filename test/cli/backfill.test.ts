import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, tidemark } from "./command.js";
import { countingJob, jsonRows, reading, writeFiles, type CountingJob } from "./readings.js";

const noon = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number): string => new Date(noon + seconds * 1000).toISOString();

/** Four batches for a stream with a delay of five seconds. When the last one comes, the watermark is far beyond its row of 1 s: that one is late. */
const input = {
  "in/1.json": reading(1) + reading(2) + reading(12, "b"),
  "in/2.json": reading(40) + reading(41, "b"),
  "in/3.json": reading(60),
  "in/4.json": reading(1) + reading(61),
};

/** All windows, the late row counted. */
const all = [
  { start: at(0), sensorId: "a", n: 3 },
  { start: at(10), sensorId: "b", n: 1 },
  { start: at(40), sensorId: "a", n: 1 },
  { start: at(40), sensorId: "b", n: 1 },
  { start: at(60), sensorId: "a", n: 2 },
];

async function withJob(job: CountingJob, body: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    writeFiles(folder, { ...input, "job.mjs": countingJob(job) });
    // The order in which a stream takes them.
    Object.keys(input).forEach((path, i) => utimesSync(join(folder, path), noon / 1000 + i * 60, noon / 1000 + i * 60));
    await body(folder);
  });
}

/** Every file of a folder, with its bytes. */
function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), "base64")]),
  );
}

describe("tidemark backfill", () => {
  test("append: the stream's rows, the late ones and the open windows; the job's own things stay untouched", async () => {
    await withJob({}, async (folder) => {
      const streamed = await tidemark(folder, "run", "job.mjs");
      expect(streamed.stdout).toMatch(/1 too late; \d rows of state/);
      // The late row is missing, and the last windows are open.
      expect(jsonRows(join(folder, "out"))).toEqual([{ ...all[0], n: 2 }, ...all.slice(1, 4)]);
      const before = [snapshot(join(folder, "out")), snapshot(join(folder, "checkpoint")), snapshot(join(folder, "in"))];
      const { code, stdout, stderr } = await tidemark(folder, "backfill", "job.mjs", "--output", "all");
      expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: "", stdout: "counts: 5 rows written to all.\n" });
      expect(jsonRows(join(folder, "all"))).toEqual(all);
      expect([snapshot(join(folder, "out")), snapshot(join(folder, "checkpoint")), snapshot(join(folder, "in"))]).toEqual(before);
    });
  });

  test.each(["update", "complete"])("%s: the final table", async (mode) => {
    await withJob({ mode, format: "console" }, async (folder) => {
      expect(await tidemark(folder, "backfill", "job.mjs", "--output", "table")).toMatchObject({ code: 0, stderr: "" });
      // A sink for looking becomes Parquet files.
      expect(readdirSync(join(folder, "table")).filter((name) => name.endsWith(".parquet")).length).toBeGreaterThan(0);
      const shown = await tidemark(folder, "backfill", "job.mjs", "--dry-run");
      expect(shown.stdout).toMatch(/^counts: 5 rows, none of them written\. The first:\n/);
      expect(shown.stdout.split("\n").filter((line) => /^\| *2026/.test(line)).length).toBe(5);
      expect(existsSync(join(folder, "checkpoint"))).toBe(false);
    });
  });

  test("--from is included, --to is not", async () => {
    await withJob({}, async (folder) => {
      const rows = async (...range: string[]): Promise<unknown> =>
        JSON.parse((await tidemark(folder, "backfill", "job.mjs", "--dry-run", "--json", ...range)).stdout);
      // By when they were modified: files 2 and 3, then 3 and 4.
      expect(await rows("--from", at(60), "--to", at(180))).toEqual({ query: "counts", rows: 3, output: null });
      expect(await rows("--from", at(61), "--to", at(181))).toEqual({ query: "counts", rows: 2, output: null });
      expect(await rows("--to", at(0))).toEqual({ query: "counts", rows: 0, output: null });
    });
  });

  test("--event-from and --event-to select rows by event time; windows that are cut, and a range of nothing, are told of", async () => {
    await withJob({}, async (folder) => {
      const ranged = (...range: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
        tidemark(folder, "backfill", "job.mjs", "--dry-run", "--json", ...range);
      const rows = async (...range: string[]): Promise<unknown> => (JSON.parse((await ranged(...range)).stdout) as { rows: number }).rows;
      expect(await rows("--event-from", at(10), "--event-to", at(60))).toBe(3);
      expect(await rows("--event-from", at(60))).toBe(1);
      expect(await rows("--event-to", at(10), "--event-time", "at")).toBe(1);
      const cut = await ranged("--event-from", at(41));
      expect(cut.code).toBe(0);
      expect(cut.stderr).toMatch(/"kind":"warning","query":"counts","message":"windows [^"]* are cut by --event-from/);
      for (const nothing of [
        ["--event-from", at(3600)],
        ["--from", at(3600)],
        ["--event-from", at(0), "--event-to", at(0)],
      ]) {
        const { code, stdout, stderr } = await tidemark(folder, "backfill", "job.mjs", "--dry-run", ...nothing);
        expect({ code, stdout }).toEqual({ code: 0, stdout: "counts: 0 rows, none of them written.\n" });
        expect(stderr).toMatch(/^warning: the range selects nothing/m);
      }
      const wrong = await tidemark(folder, "backfill", "job.mjs", "--dry-run", "--event-from", at(0), "--event-time", "nope");
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toMatch(/^BACKFILL_EVENT_TIME_UNKNOWN[^]*nope/);
    });
  });

  test("a target that is taken, or that the job lives in, is refused and stays as it is", async () => {
    await withJob({}, async (folder) => {
      writeFiles(folder, { "taken/mine.txt": "mine", "file.txt": "mine" });
      await tidemark(folder, "run", "job.mjs");
      const before = snapshot(folder);
      for (const target of ["taken", "file.txt"]) {
        const { code, stderr } = await tidemark(folder, "backfill", "job.mjs", "--output", target);
        expect({ target, code, condition: stderr.split(" ")[0] }).toEqual({ target, code: 1, condition: "BACKFILL_TARGET_NOT_EMPTY" });
      }
      for (const target of ["out", "out/more", "in", "checkpoint", ".", "..", "/", `file:${folder}/out`]) {
        const { code, stderr } = await tidemark(folder, "backfill", "job.mjs", "--output", target, "--overwrite");
        expect({ target, code, condition: stderr.split(" ")[0] }).toEqual({ target, code: 1, condition: "BACKFILL_OUTPUT_IS_LIVE" });
      }
      expect(snapshot(folder)).toEqual(before);
      expect((await tidemark(folder, "backfill", "job.mjs", "--output", "taken", "--overwrite")).code).toBe(0);
      expect(existsSync(join(folder, "taken/mine.txt"))).toBe(false);
      expect(jsonRows(join(folder, "taken"))).toEqual(all);
    });
  });

  test("malformed records are what the query says they are: null, left out, or the end; an output of their own a backfill has not", async () => {
    const sides = `.sideOutput("malformed", (rows) => rows.writeStream.format("json").option("path", "bad"))`;
    const job = (policy: string, columns: string): string => `
export default (session) =>
  session.readStream.schema("id INT").option("maxFilesPerTrigger", 1).json("in").selectExpr(${columns})
    .writeStream.queryName("ids").format("json").option("path", "out").option("checkpointLocation", "checkpoint")
    .onMalformed("${policy}")${policy === "sideOutput" ? sides : ""}.trigger({ availableNow: true });
`;
    await inFolder(async (folder) => {
      const outcomeOf = async (policy: string, columns: string): Promise<unknown> => {
        writeFiles(folder, { "in/1.json": '{"id":1}\nnot JSON\n', "job.mjs": job(policy, columns) });
        const { stdout, stderr } = await tidemark(folder, "backfill", "job.mjs", "--dry-run", "--json");
        return stdout === "" ? /"condition":"(\w+)/.exec(stderr)![1] : (JSON.parse(stdout) as { rows: number }).rows;
      };
      expect(await outcomeOf("null", '"id"')).toBe(2);
      expect(await outcomeOf("drop", '"id"')).toBe(1);
      expect(await outcomeOf("sideOutput", '"id"')).toBe("BACKFILL_SIDE_OUTPUT");
      expect(await outcomeOf("fail", '"id"')).toBe("MALFORMED_RECORD_IN_PARSING");
      // Texts of from_json are records too.
      expect(await outcomeOf("drop", `"id", "from_json('{', 'n INT') AS v"`)).toBe(0);
      expect(existsSync(join(folder, "bad"))).toBe(false);
    });
  });

  test("sources without an end are refused", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, {
        "rate.mjs": 'export default (session) => session.readStream.format("rate").load().writeStream.format("console");',
      });
      const { code, stderr } = await tidemark(folder, "backfill", "rate.mjs", "--dry-run");
      expect(code).toBe(1);
      expect(stderr).toMatch(/^[A-Z_.]+ \(SQLSTATE \w{5}\)\n[^]* → /);
    });
  });
});
