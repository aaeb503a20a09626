import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, startTidemark, tidemark } from "./command.js";
import { countingJob, jsonRows, reading, writeFiles } from "./readings.js";

const start = "2026-01-01T12:00:00.000Z";

const query = (name: string, checkpoint: string) =>
  `session.readStream.schema("id BIGINT").json("in").writeStream.queryName("${name}").format("json").option("path", "out-${name}")` +
  `.option("checkpointLocation", "${checkpoint}").trigger({ availableNow: true })`;

describe("tidemark run", () => {
  test("exit codes: help and version 0, a command line that is wrong 2", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": countingJob(), "in/1.json": reading(1) });
      expect(await tidemark(folder, "--help")).toMatchObject({ code: 0, stderr: "" });
      expect((await tidemark(folder, "--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      const wrong: readonly (readonly [string[], RegExp])[] = [
        [[], /^Say what to do: run, backfill, sql, replay, plan, state, checkpoint, init, demo\./],
        [["rum", "job.mjs"], /^There is no command rum\. Did you mean run\?/],
        [["run"], /^Say which job file/],
        [["run", "job.mjs", "--quite"], /Did you mean --quiet\?/],
        [["run", "jbo.mjs"], /^JOB_NOT_FOUND[^]*Did you mean job\.mjs\?/],
        [["run", "job.mjs", "--trigger", "availablenow"], /^INVALID_FLAG/],
        [["run", "job.mjs", "--output-mode", "upsert"], /^INVALID_FLAG[^]*append, update, complete or changes/],
        [["run", "job.mjs", "--emit-every", "ten rows"], /^INVALID_FLAG[^]*"1000 rows"/],
        [["run", "job.mjs", "--set", "path"], /^INVALID_FLAG/],
        [["run", "job.mjs", "--set", "maxFilePerTrigger=1"], /^UNKNOWN_SETTING[^]*Did you mean `maxFilesPerTrigger`\?/],
        [["run", "job.mjs", "--set", "path=same"], /^AMBIGUOUS_SETTING[^]*`in` and `out`/],
        [["demo", "--seconds", "soon"], /^--seconds takes a number above 0/],
        [["backfill", "job.mjs"], /^BACKFILL_NEEDS_OUTPUT/],
        [["backfill", "job.mjs", "--dry-run", "--from", "yesterday"], /^BACKFILL_BOUND_INVALID/],
      ];
      for (const [args, message] of wrong) {
        const { code, stdout, stderr } = await tidemark(folder, ...args);
        expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
        expect(stderr).toMatch(message);
      }
      expect(existsSync(join(folder, "checkpoint"))).toBe(false);
    });
  });

  test("two queries of one checkpoint, in any spelling, are refused before either starts", async () => {
    await inFolder(async (folder) => {
      const job = `export default (session) => [${query("one", "checkpoint")}, ${query("two", `${folder}/./checkpoint/`)}];`;
      writeFiles(folder, { "job.mjs": job, "in/1.json": '{"id":1}\n' });
      const { code, stderr } = await tidemark(folder, "run", "job.mjs");
      expect(code).toBe(1);
      expect(stderr).toMatch(/^CHECKPOINT_SHARED[^]*\/checkpoint: one and two\./);
      expect(readdirSync(folder).toSorted()).toEqual(["in", "job.mjs"]);
    });
  });

  test("what is wrong with a job is a condition with its place and advice, never a bare stack", async () => {
    const job = countingJob();
    const broken: readonly (readonly [string, RegExp])[] = [
      [job.replace('"sensorId").agg', '"sensrId").agg'), /^UNRESOLVED_COLUMN\.WITH_SUGGESTION[^]*at job\.mjs:6:\d+\n[^]*`sensorId`/],
      [job.replace('.format("json")', '.format("jsno")'), /^DATA_SOURCE_NOT_FOUND[^]*Did you mean `json`\?/],
      [job.replace("maxFilesPerTrigger", "maxFilesPerTriger"), /^UNKNOWN_OPTION[^]*Did you mean `maxFilesPerTrigger`\?/],
      [job.replace('json("in")', 'json("inn")'), /^PATH_NOT_FOUND[^]*\/inn/],
      [job.replace('option("path"', 'option("pth"'), /^UNKNOWN_OPTION[^]*Did you mean `path`\?/],
      [job.replace("count, col }", "count, col, coll }"), /^JOB_NOT_LOADABLE[^]*'coll'/],
      ["export default 5;", /^JOB_WITHOUT_DEFAULT_EXPORT/],
      ["export default () => 5;", /^JOB_GIVES_NO_WRITER[^]*a number/],
      ['export default () => {\n  throw new Error("boom");\n};', /^JOB_FAILED[^]*job\.mjs:2:\d+: Error: boom/],
      ["export default (", /^JOB_NOT_LOADABLE/],
      ['import "./nowhere.js"; export default () => 1;', /^JOB_NOT_LOADABLE[^]*nowhere\.js/],
      [job.replace('json("in")', 'json("gs://bucket/in")'), /^NOT_YET_SUPPORTED[^]*Files on gs:/],
      [job.replace('"path", "out"', '"path", "hdfs://host/out"'), /^NOT_YET_SUPPORTED[^]*Files on hdfs:/],
      [job.replace('"checkpoint"', '"gs://bucket/checkpoint"'), /^NOT_YET_SUPPORTED[^]*gs:/],
      [job.replace('"checkpointLocation"', '"path"'), /^CHECKPOINT_LOCATION_REQUIRED/],
    ];
    await inFolder(async (folder) => {
      writeFiles(folder, { "in/1.json": reading(1) });
      for (const [text, message] of broken) {
        writeFileSync(join(folder, "job.mjs"), text);
        const { code, stdout, stderr } = await tidemark(folder, "run", "job.mjs");
        expect(stderr).toMatch(message);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(stderr).not.toMatch(/^ {4}at /m);
        expect(stderr).toMatch(/ → /);
      }
    });
  });

  test("goes on from its checkpoint; --trigger once and available-now, --checkpoint, --set, --json and --quiet", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": countingJob({ trigger: '{ processingTime: "1 hour" }' }), "in/1.json": reading(1) + reading(2) });
      expect(await tidemark(folder, "run", "job.mjs", "--trigger", "once")).toMatchObject({ code: 0, stderr: "" });
      writeFiles(folder, { "in/2.json": reading(100) });
      const second = await tidemark(folder, "run", "job.mjs", "--trigger", "available-now");
      expect(second).toMatchObject({ code: 0, stderr: "" });
      expect(second.stdout).toMatch(/counts: ended after batch 2: 1 rows in, 1 out; 1 rows of state kept/);
      expect(jsonRows(join(folder, "out"))).toEqual([{ start, sensorId: "a", n: 2 }]);
      expect((await tidemark(folder, "run", "job.mjs", "--trigger", "available-now")).stdout).toBe("counts: nothing new to read.\n");

      const changes = ["--output-mode", "changes", "--checkpoint", "third", "--set", "write.path=changes", "--quiet"];
      expect(await tidemark(folder, "run", "job.mjs", "--trigger", "available-now", ...changes)).toMatchObject({ code: 0, stderr: "" });
      expect(jsonRows(join(folder, "changes")).map((row) => [row["n"], row["_change_type"]])).toEqual([
        [2, "insert"],
        [1, "insert"],
      ]);

      // Held back until there are 5 rows: the first window has two when it closes, and the other one waits.
      const held = [...changes.slice(0, 2), "--emit-every", "5 rows", "--checkpoint", "fourth", "--set", "write.path=held", "--quiet"];
      expect(await tidemark(folder, "run", "job.mjs", "--trigger", "available-now", ...held)).toMatchObject({ code: 0, stderr: "" });
      expect(jsonRows(join(folder, "held")).map((row) => [row["n"], row["_change_type"]])).toEqual([[2, "insert"]]);

      // Another checkpoint and another place: from the beginning, both files in one batch.
      const anew = ["--trigger=available-now", "--checkpoint", "other", "--set", "write.path=again", "--set", "maxFilesPerTrigger=5"];
      const json = await tidemark(folder, "run", "job.mjs", ...anew, "--json");
      expect(json).toMatchObject({ code: 0, stderr: "" });
      const lines = json.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { batchId: number; numInputRows: number });
      expect(lines.map(({ batchId, numInputRows }) => [batchId, numInputRows])).toEqual([
        [0, 3],
        [1, 0],
      ]);
      expect(jsonRows(join(folder, "again"))).toEqual([{ start, sensorId: "a", n: 2 }]);
      expect(readdirSync(join(folder, "other"))).toContain("commits");

      writeFiles(folder, { "in/3.json": reading(200) });
      expect(await tidemark(folder, "run", "job.mjs", "--trigger", "once", "--quiet")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    });
  });

  test("several queries in one job, each with a checkpoint of its own below --checkpoint", async () => {
    const two = `import { schema, t } from "tidemark";
export default async (session) => ["left", "right"].map((name) =>
  session.readStream.schema(schema({ sensorId: t.string, celsius: t.double })).option("mode", "FAILFAST").json(name)
    .writeStream.queryName(name).format("json").option("path", "out/" + name).trigger({ processingTime: "100 milliseconds" }));
`;
    await inFolder(async (folder) => {
      writeFiles(folder, { "two.mjs": two, "left/1.json": reading(1), "right/1.json": reading(2) + reading(3) });
      const drained = await tidemark(folder, "run", "two.mjs", "--checkpoint", "cp", "--trigger", "available-now");
      expect(drained).toMatchObject({ code: 0, stderr: "" });
      expect([jsonRows(join(folder, "out/left")).length, jsonRows(join(folder, "out/right")).length]).toEqual([1, 2]);
      expect(readdirSync(join(folder, "cp")).toSorted()).toEqual(["left", "right"]);
    });
  });

  test("a function of the job that fails in a batch: what it threw, and where in the job", async () => {
    const failing = `import { schema, t } from "tidemark";
export default (session) =>
  session.readStream.schema(schema({ sensorId: t.string })).json("in").writeStream
    .foreachBatch(async (batch, batchId) => {
      throw new Error("no room for batch " + batchId);
    })
    .option("checkpointLocation", "checkpoint").trigger({ availableNow: true });
`;
    await inFolder(async (folder) => {
      writeFiles(folder, { "failing.mjs": failing, "in/1.json": reading(1) });
      const { code, stderr } = await tidemark(folder, "run", "failing.mjs");
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^FOREACH_BATCH_USER_FUNCTION_ERROR[^\n]*\n[^\n]*no room for batch 0\n {2}at failing\.mjs:5:\d+\n {2}→ [^\n]*\n$/,
      );
    });
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s finishes the batch and commits", async (signal) => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": countingJob({ trigger: '{ processingTime: "1 hour" }' }), "in/1.json": reading(1) });
      const running = startTidemark(folder, ["run", "job.mjs"]);
      await running.printed(/batch 0 /);
      const second = await tidemark(folder, "run", "job.mjs");
      expect(second.code).toBe(3);
      expect(second.stderr).toMatch(new RegExp(`^CHECKPOINT_IN_USE[^]*process ${running.child.pid}`));
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/counts: ended after batch 0/);
      expect(existsSync(join(folder, "checkpoint/commits/0"))).toBe(true);
    });
  });

  test("a second signal stops at once with 130; the next run does the batch again", async () => {
    const slow = `import { schema, t } from "tidemark";
export default (session) =>
  session.readStream.schema(schema({ sensorId: t.string })).json("in").writeStream
    .foreachBatch(async (batch) => { console.log("in the batch"); await new Promise((done) => setTimeout(done, 60_000)); })
    .option("checkpointLocation", "checkpoint");
`;
    await inFolder(async (folder) => {
      writeFiles(folder, { "slow.mjs": slow, "in/1.json": reading(1) });
      const running = startTidemark(folder, ["run", "slow.mjs"]);
      await running.printed(/in the batch/);
      running.child.kill("SIGINT");
      await running.printed(/Stopping/);
      running.child.kill("SIGINT");
      expect((await running.ended).code).toBe(130);
      writeFiles(folder, { "slow.mjs": slow.replace("60_000", "1") });
      const again = await tidemark(folder, "run", "slow.mjs", "--trigger", "available-now");
      expect(again).toMatchObject({ code: 0, stderr: "" });
      expect(again.stdout).toMatch(/in the batch/);
    });
  });

  test("a log is not flooded, and its end is seen; nobody needs to read it", async () => {
    await inFolder(async (folder) => {
      const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`in/${i}.json`, reading(i)]));
      writeFiles(folder, { ...files, "job.mjs": countingJob() });
      const startMs = performance.now();
      const { code, stdout } = await tidemark(folder, "run", "job.mjs");
      const seconds = (performance.now() - startMs) / 1000;
      expect(code).toBe(0);
      const lines = stdout.trim().split("\n");
      // A line a second, the first and the last, the batches that write a window, and the end.
      expect(lines.length).toBeLessThanOrEqual(seconds + 8);
      expect(lines.at(-1)).toMatch(/counts: ended after batch \d+: 40 rows in/);
      expect(stdout).not.toContain("\u001b");

      const unread = startTidemark(folder, ["run", "job.mjs", "--checkpoint", "another", "--set", "write.path=second", "--json"]);
      unread.child.stdout!.destroy();
      expect((await unread.ended).code).toBe(0);
      expect(jsonRows(join(folder, "second"))).toEqual(jsonRows(join(folder, "out")));
    });
  });
});
