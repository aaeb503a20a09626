import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../servers/processes.js";
import { commandPath, inFolder } from "./command.js";
import { reading, writeFiles } from "./readings.js";

const library = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

const exhausted = `import { openSync, closeSync } from "node:fs";
import { Session } from ${JSON.stringify(library)};
const session = Session.create();
await session.read.schema("sensorId STRING").json("in").collect();
const taken = [];
try { for (;;) taken.push(openSync("/dev/null")); } catch {}
const calls = {
  "read json": () => session.read.schema("sensorId STRING").json("in").collect(),
  "read parquet": () => session.read.schema("sensorId STRING").parquet("in").collect(),
  infer: () => session.read.format("json").inferSchema("in"),
  "write json": () => session.range(0, 2).write.json("json"),
  "write parquet": () => session.range(0, 2).write.parquet("parquet"),
  arrow: () => session.range(0, 2).toArrow(),
  stream: () => session.readStream.schema("sensorId STRING").json("in").writeStream.format("json").option("checkpointLocation", "checkpoint").start("out"),
};
const said = {};
for (const [name, call] of Object.entries(calls)) said[name] = await call().then(() => "done", (error) => error.condition ?? error.stack);
taken.forEach((fd) => closeSync(fd));
said["afterwards"] = await calls["read json"]().then((rows) => rows.length, (error) => error.stack);
console.log(JSON.stringify(said));
`;

test.skipIf(process.platform === "win32")(
  "kind: no file descriptor left: a condition wherever it is met, and work goes on when there are some again",
  async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "exhausted.mjs": exhausted, "in/1.json": reading(1) });
      const said = JSON.parse(
        await run("sh", ["-c", `ulimit -n 300; exec "${process.execPath}" exhausted.mjs`], { cwd: folder }),
      ) as Record<string, unknown>;
      const { afterwards, ...refused } = said;
      expect(new Set(Object.values(refused))).toEqual(new Set(["TOO_MANY_OPEN_FILES"]));
      expect(afterwards).toBe(1);

      // In a batch: the query fails by name, and the next run goes on.
      const job = `import { openSync } from "node:fs";
import { schema, t } from "tidemark";
export default (session) => session.readStream.schema(schema({ sensorId: t.string })).option("maxFilesPerTrigger", 1).json("in").writeStream
  .foreachBatch(() => { if (process.env.TAKE_ALL) try { for (;;) openSync("/dev/null"); } catch {} })
  .option("checkpointLocation", "checkpoint").trigger({ availableNow: true });
`;
      writeFiles(folder, { "job.mjs": job, "in/2.json": reading(2) });
      const start = `ulimit -n 300; exec "${process.execPath}" "${commandPath}" run job.mjs --json`;
      const failed = await run("sh", ["-c", start], { cwd: folder, env: { TAKE_ALL: "1" } }).then(
        () => "ended well",
        (error: Error) => error.message,
      );
      expect(failed).toMatch(/"condition":"TOO_MANY_OPEN_FILES"/);
      expect((await run("sh", ["-c", start], { cwd: folder })).split("\n").filter((line) => line !== "").length).toBe(2);
    });
  },
);

test.skipIf(process.platform !== "linux")(
  "kind: a place that nothing can be made in: a checkpoint below /proc is refused, and the process ends",
  async () => {
    await inFolder(async (folder) => {
      const job = `import { schema, t } from "tidemark";
export default (session) => session.readStream.schema(schema({ sensorId: t.string })).json("in").writeStream.format("console")
  .option("checkpointLocation", process.env.PLACE).trigger({ availableNow: true });
`;
      writeFiles(folder, { "job.mjs": job, "in/1.json": reading(1) });
      for (const place of [
        "/proc/nowhere/checkpoint",
        "/proc/self/checkpoint",
        "/proc",
        "/dev/null",
        "/dev/null/checkpoint",
        "/sys/checkpoint",
      ]) {
        const failed = await run(process.execPath, [commandPath, "run", "job.mjs", "--json"], { cwd: folder, env: { PLACE: place } }).then(
          () => "ended well",
          (error: Error) => error.message,
        );
        expect({ place, failed }).toEqual({
          place,
          failed: expect.stringMatching(/"kind":"error","query":"number 1","condition":"[A-Z_.]+"/) as string,
        });
      }
    });
  },
);
