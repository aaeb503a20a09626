import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, tidemark } from "./command.js";
import { countingJob, jsonRows, reading, writeFiles } from "./readings.js";

// `tidemark replay`, `checkpoint savepoint` and `checkpoint fork`: a query from an earlier point, without touching it.

async function counted(folder: string, job = countingJob()): Promise<void> {
  writeFiles(folder, {
    "job.mjs": job,
    "in/1.json": reading(1) + reading(2, "b"),
    "in/2.json": reading(12),
    "in/3.json": reading(31, "b"),
    "in/4.json": reading(70) + reading(3, "late"),
  });
  expect((await tidemark(folder, "run", "job.mjs", "--quiet")).code).toBe(0);
}

/** Every file below, with its size and time. */
function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .toSorted()
    .map((name) => `${name} ${statSync(join(folder, name)).size} ${statSync(join(folder, name)).mtimeMs}`);
}

describe("replay", () => {
  test("shows what each batch wrote, and touches nothing", async () => {
    await inFolder(async (folder) => {
      await counted(folder);
      const before = listing(folder);
      const manifest = readdirSync(join(folder, "out/_spark_metadata")).filter((name) => /^\d+$/.test(name));
      const written = manifest.map((batch) => readFileSync(join(folder, "out/_spark_metadata", batch), "utf8").split("\n").length - 1);
      let rows = 0;
      for (const batch of manifest) {
        const { code, stdout, stderr } = await tidemark(folder, "replay", "job.mjs", "--batch", batch);
        expect([code, stderr]).toEqual([0, ""]);
        expect(stdout).toContain(`Batch: ${batch}`);
        const shown = stdout.split("\n").filter((line) => line.startsWith("|20")).length;
        expect(stdout).toMatch(new RegExp(`^batch ${batch}: \\d+ rows in, ${shown} out`, "m"));
        expect(shown > 0).toBe(written[Number(batch)]! > 0);
        rows += shown;
      }
      expect(rows).toBe(jsonRows(join(folder, "out")).length);
      expect(rows).toBeGreaterThan(3);
      expect(listing(folder)).toEqual(before);
    });
  });

  test("has the rows that went to side outputs", async () => {
    await inFolder(async (folder) => {
      const job = countingJob().replace(
        '.queryName("counts")',
        '.queryName("counts").onLate("sideOutput").sideOutput("late", (late) => late.writeStream.format("json").option("path", "tardy"))',
      );
      await counted(folder, job);
      const before = listing(folder);
      const shown = await tidemark(folder, "replay", "job.mjs", "--batch", "3");
      expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("late")]);
      expect(listing(folder)).toEqual(before);
    });
  });

  test("of a batch that is not there, of none, and of several queries is refused by name", async () => {
    await inFolder(async (folder) => {
      await counted(folder);
      const refused = async (...args: string[]): Promise<[number | null, string]> => {
        const { code, stderr } = await tidemark(folder, "replay", "job.mjs", ...args);
        return [code, stderr];
      };
      expect(await refused("--batch", "77")).toEqual([1, expect.stringMatching(/CHECKPOINT_BATCH_UNKNOWN[^]*of 0 to \d/)]);
      expect(await refused()).toEqual([2, expect.stringContaining("--batch")]);
      expect(await refused("--batch", "1", "--query", "cuonts")).toEqual([2, expect.stringContaining("did you mean counts?")]);
      expect(await refused("--batch", "1", "--checkpoint", "nowhere")).toEqual([1, expect.stringContaining("CHECKPOINT_NOT_FOUND")]);
      for (const file of readdirSync(join(folder, "in"))) rmSync(join(folder, "in", file));
      // As in the query itself: a file that is gone is said, and left out.
      expect(await refused("--batch", "0")).toEqual([0, expect.stringMatching(/in\/\d\.json was taken for a batch and is gone/)]);
    });
  });
});

describe("copies of a checkpoint", () => {
  test("a savepoint is the same query: it goes on from there into the same output", async () => {
    await inFolder(async (folder) => {
      await counted(folder);
      const saved = await tidemark(folder, "checkpoint", "savepoint", "checkpoint", "saved");
      expect([saved.code, saved.stdout]).toEqual([0, expect.stringMatching(/^saved: the same query, behind batch \d/)]);
      expect((await tidemark(folder, "checkpoint", "verify", "saved")).code).toBe(0);
      writeFiles(folder, { "in/5.json": reading(200, "c") });
      const before = jsonRows(join(folder, "out")).length;
      expect((await tidemark(folder, "run", "job.mjs", "--quiet", "--checkpoint", "saved")).code).toBe(0);
      // The window of the reading at 70 s is closed by the one at 200 s: what was kept is there.
      expect(jsonRows(join(folder, "out")).length).toBe(before + 1);
      const behind = await tidemark(folder, "run", "job.mjs", "--quiet");
      expect([behind.code, behind.stderr]).toEqual([1, expect.stringContaining("SINK_AHEAD_OF_QUERY")]);
    });
  });

  test("a fork is a query of its own: it goes on into another output", async () => {
    await inFolder(async (folder) => {
      await counted(folder);
      expect((await tidemark(folder, "checkpoint", "fork", "checkpoint", "forked", "--json")).code).toBe(0);
      const idIn = (name: string): unknown => JSON.parse(readFileSync(join(folder, name, "metadata"), "utf8"));
      expect(idIn("forked")).not.toEqual(idIn("checkpoint"));
      writeFiles(folder, { "in/5.json": reading(200, "c"), "other.mjs": countingJob({ output: "elsewhere" }) });
      expect((await tidemark(folder, "run", "other.mjs", "--quiet", "--checkpoint", "forked")).stderr).toBe("");
      expect(jsonRows(join(folder, "elsewhere"))).toMatchObject([{ sensorId: "a", n: 1 }]);
      expect((await tidemark(folder, "run", "job.mjs", "--quiet")).code).toBe(0);
    });
  });

  test("nothing is written over, and nothing is copied from where nothing is", async () => {
    await inFolder(async (folder) => {
      await counted(folder);
      const refused = async (...args: string[]): Promise<[number | null, string]> => {
        const { code, stderr } = await tidemark(folder, "checkpoint", ...args);
        return [code, stderr];
      };
      expect(await refused("fork", "checkpoint", "in")).toEqual([1, expect.stringContaining("CHECKPOINT_COPY_TARGET")]);
      expect(await refused("savepoint", "nowhere", "saved")).toEqual([1, expect.stringContaining("CHECKPOINT_NOT_FOUND")]);
      expect(await refused("savepoint", "checkpoint")).toEqual([2, expect.stringContaining("tidemark checkpoint savepoint <path> <to>")]);
    });
  });
});
