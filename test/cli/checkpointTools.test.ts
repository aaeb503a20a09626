import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inFolder, startTidemark, tidemark } from "./command.js";
import { countingJob, jsonRows, reading, writeFiles } from "./readings.js";

// `tidemark checkpoint` and `tidemark state`: what people look with.

/** A query over three files that has ended, its checkpoint in `checkpoint`. */
async function counted(folder: string): Promise<void> {
  writeFiles(folder, { "job.mjs": countingJob(), "in/1.json": reading(1), "in/2.json": reading(12), "in/3.json": reading(31, "b") });
  expect((await tidemark(folder, "run", "job.mjs", "--quiet")).code).toBe(0);
}

function stateFiles(folder: string): string[] {
  return readdirSync(join(folder, "checkpoint/state")).filter((name) => name.endsWith(".delta"));
}

test("inspect says where a query is, to people and to machines", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const text = await tidemark(folder, "checkpoint", "inspect", "checkpoint");
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^sink\s+json file:.*\/out \(append\)$/m);
    expect(text.stdout).toMatch(/^watermark\s+2026-01-01T12:00:26\.000Z$/m);
    expect(text.stdout).toMatch(/^source\s+json\[in\] at \{"logOffset":2\}$/m);
    const { stdout } = await tidemark(folder, "checkpoint", "inspect", "checkpoint", "--json");
    const report = JSON.parse(stdout) as { batches: { lastCommitted: number }; state: { operatorId: string }[] };
    expect(report.batches.lastCommitted).toBe(3);
    expect(report.state.map(({ operatorId }) => operatorId)).toEqual(["aggregate-0"]);
  });
});

test("verify tells whole from damaged, and names the file", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const whole = await tidemark(folder, "checkpoint", "verify", "checkpoint");
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining("4 batches and 4 state files are whole")]);
    const [delta] = stateFiles(folder);
    const path = join(folder, "checkpoint/state", delta!);
    const bytes = readFileSync(path);
    const flipped = Buffer.from(bytes);
    flipped[40]! ^= 1;
    writeFileSync(path, flipped);
    const damaged = await tidemark(folder, "checkpoint", "verify", "checkpoint", "--json");
    expect(damaged.code).toBe(1);
    expect(JSON.parse(damaged.stdout)).toMatchObject({
      isWhole: false,
      problems: [{ condition: "CHECKPOINT_CORRUPT", parameters: { path } }],
    });
    writeFileSync(path, bytes);
    truncateSync(join(folder, "checkpoint/offsets/1"), 3);
    const torn = await tidemark(folder, "checkpoint", "verify", "checkpoint");
    expect([torn.code, torn.stdout]).toEqual([1, expect.stringMatching(/CHECKPOINT_CORRUPT[^]*checkpoint\/offsets\/1/)]);
  });
});

test("state is shown, filtered, cut and exported, of any batch that is kept", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const rows = async (...args: string[]): Promise<unknown[]> => {
      const { code, stdout, stderr } = await tidemark(folder, "state", ...args);
      expect([code, stderr]).toEqual([0, ""]);
      return stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as unknown);
    };
    expect(await rows("show", "checkpoint")).toMatchObject([{ key: { sensorId: "b" } }]);
    expect(await rows("show", "checkpoint", "--batch", "1")).toHaveLength(2);
    expect(await rows("show", "checkpoint", "--batch", "1", "--where", "key.window.start > TIMESTAMP '2026-01-01T12:00:05Z'")).toHaveLength(
      1,
    );
    expect(await rows("show", "checkpoint", "--batch", "1", "--limit", "0")).toEqual([]);
    const changes = (await rows("changes", "checkpoint", "--from", "0")) as { change_type: string }[];
    expect(changes.map(({ change_type }) => change_type).toSorted()).toEqual(["delete", "delete", "update", "update", "update"]);
    const table = await tidemark(folder, "state", "show", "checkpoint", "--format", "table");
    expect(table.stdout).toMatch(/^\|key\s+\|value\s*\|partition_id\|$/m);
    expect((await tidemark(folder, "state", "export", "checkpoint", "--output", "rows", "--format", "json")).code).toBe(0);
    expect(jsonRows(join(folder, "rows"))).toMatchObject([{ key: { sensorId: "b" } }]);
    const again = await tidemark(folder, "state", "export", "checkpoint", "--output", "rows");
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("PATH_ALREADY_EXISTS")]);
  });
});

test("a query that runs is looked at and goes on", async () => {
  await inFolder(async (folder) => {
    writeFiles(folder, {
      "job.mjs": countingJob({ mode: "update", format: "noop", trigger: '{ processingTime: "50 milliseconds" }' }),
      "in/1.json": reading(1),
    });
    const running = startTidemark(folder, ["run", "job.mjs", "--json"]);
    await running.printed(/"batchId":0/);
    expect((await tidemark(folder, "checkpoint", "verify", "checkpoint")).code).toBe(0);
    expect((await tidemark(folder, "state", "show", "checkpoint")).stdout).toContain('"sensorId":"a"');
    writeFiles(folder, { "in/2.json": reading(2, "c") });
    await running.printed(/"batchId":1/);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
  });
});

test("what is asked wrongly is said", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const refused = async (...args: string[]): Promise<[number | null, string]> => {
      const { code, stderr } = await tidemark(folder, ...args);
      return [code, stderr];
    };
    expect(await refused("state")).toEqual([2, expect.stringContaining("tidemark state list|show|changes|export <path>")]);
    expect(await refused("state", "shw", "checkpoint")).toEqual([2, expect.stringContaining("Did you mean show?")]);
    expect(await refused("checkpoint", "inspect")).toEqual([
      2,
      expect.stringContaining("tidemark checkpoint inspect|verify|savepoint|fork|prune|repartition|reset <path> [to]"),
    ]);
    expect(await refused("state", "show", "checkpoint", "--batch", "soon")).toEqual([2, expect.stringContaining("--batch")]);
    expect(await refused("state", "show", "checkpoint", "--from", "1")).toEqual([2, expect.stringContaining("--from")]);
    expect(await refused("state", "export", "checkpoint")).toEqual([2, expect.stringContaining("--output")]);
    expect(await refused("state", "show", "checkpoint", "--format", "xml")).toEqual([
      2,
      expect.stringContaining("table, json, csv, parquet"),
    ]);
    expect(await refused("state", "show", "nowhere")).toEqual([1, expect.stringContaining("CHECKPOINT_NOT_FOUND")]);
    expect(await refused("checkpoint", "verify", "in")).toEqual([1, expect.stringContaining("CHECKPOINT_NOT_FOUND")]);
    expect(await refused("checkpoint", "prune", "in", "1")).toEqual([1, expect.stringContaining("CHECKPOINT_NOT_FOUND")]);
    expect(await refused("checkpoint", "repartition", "in", "many")).toEqual([2, expect.stringContaining("how many partitions")]);
    expect(await refused("checkpoint", "prune", "in")).toEqual([2, expect.stringContaining("how many batches")]);
  });
});

test("prune and repartition change a checkpoint whose query has ended, and are refused while it runs", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const done = await tidemark(folder, "checkpoint", "prune", "checkpoint", "1", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({ oldestBatchId: 3 });
    expect(readdirSync(join(folder, "checkpoint/commits"))).toEqual(["3"]);
    expect((await tidemark(folder, "checkpoint", "verify", "checkpoint")).stdout).toContain("1 batches and 1 state files are whole");
    expect((await tidemark(folder, "checkpoint", "repartition", "checkpoint", "7")).code).toBe(0);
    const tooMany = await tidemark(folder, "checkpoint", "repartition", "checkpoint", "257");
    expect([tooMany.code, tooMany.stderr]).toEqual([1, expect.stringContaining("from 1 to 256")]);
    writeFiles(folder, { "in/4.json": reading(50) });
    const running = startTidemark(folder, ["run", "job.mjs", "--trigger", "1 second", "--quiet"]);
    await expect.poll(() => readdirSync(join(folder, "checkpoint/commits"))).toContain("4");
    const refused = await tidemark(folder, "checkpoint", "prune", "checkpoint", "1");
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("CHECKPOINT_IN_USE")]);
    running.child.kill("SIGINT");
    await running.ended;
    const { stdout } = await tidemark(folder, "checkpoint", "inspect", "checkpoint", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ conf: { "spark.sql.shuffle.partitions": "7" } });
  });
});

test("reset says what going back means, goes back, and the query reads again into another place", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const batches = (): string[] => readdirSync(join(folder, "checkpoint/commits")).toSorted();
    const dry = await tidemark(folder, "checkpoint", "reset", "checkpoint", "--to-batch", "1", "--dry-run");
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/would go back behind batch 1, .*batches 2 to 3 are forgotten\n/)]);
    expect(dry.stdout).toMatch(/^read again +json\[in\] from \{"logOffset":1\} \(it was at \{"logOffset":2\}\)$/m);
    expect(dry.stdout).toMatch(/^output +json file:.*SINK_AHEAD_OF_QUERY/m);
    expect(batches()).toEqual(["0", "1", "2", "3"]);
    const done = await tidemark(folder, "checkpoint", "reset", "checkpoint", "--to-offsets", '[{"logOffset":1}]', "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({ toBatch: 1, again: { from: 2, to: 3 }, dryRun: false, hasState: true });
    expect(batches()).toEqual(["0", "1"]);
    expect((await tidemark(folder, "checkpoint", "verify", "checkpoint")).code).toBe(0);
    const refused = await tidemark(folder, "run", "job.mjs", "--quiet");
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining("SINK_AHEAD_OF_QUERY")]);
    writeFiles(folder, { "again.mjs": countingJob().replace('"out"', '"again"') });
    expect((await tidemark(folder, "run", "again.mjs", "--quiet")).code).toBe(0);
    expect(batches()).toEqual(["0", "1", "2", "3"]);
    const nothing = await tidemark(folder, "checkpoint", "reset", "checkpoint", "--to-time", "2999-01-01T00:00:00Z");
    expect(nothing.stdout).toContain("batch 3 is the last one; there is nothing to go back from");
  });
});

test("reset refuses what nobody knows", async () => {
  await inFolder(async (folder) => {
    await counted(folder);
    const refused = async (...flags: string[]): Promise<[number | null, string]> => {
      const { code, stderr } = await tidemark(folder, "checkpoint", "reset", "checkpoint", ...flags);
      return [code, stderr];
    };
    expect(await refused()).toEqual([2, expect.stringContaining("Say where to, in one way")]);
    expect(await refused("--to-batch", "1", "--to-time", "2026-01-01")).toEqual([2, expect.stringContaining("in one way")]);
    expect(await refused("--to-batch", "soon")).toEqual([2, expect.stringContaining("--to-batch")]);
    expect(await refused("--to-time", "yesterday")).toEqual([2, expect.stringContaining("a time such as")]);
    expect(await refused("--to-offsets", "{}")).toEqual([2, expect.stringContaining("--to-offsets")]);
    expect(await refused("--to-batch", "17")).toEqual([1, expect.stringContaining("CHECKPOINT_RESET_UNKNOWN")]);
    expect(await refused("--to-time", "1999-01-01T00:00:00Z")).toEqual([1, expect.stringContaining("planned by 1999-01-01")]);
  });
});
