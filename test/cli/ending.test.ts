import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, startTidemark, tidemark } from "./command.js";
import { reading, writeFiles } from "./readings.js";

/** A job whose `foreachBatch` runs this. */
function jobOf(body: string, before = ""): string {
  return `import { readFileSync } from "node:fs";
import { schema, t } from "tidemark";
${before}
export default (session) =>
  session.readStream.schema(schema({ sensorId: t.string })).json("in").writeStream
    .foreachBatch(async () => { console.log("in the batch"); ${body} })
    .option("checkpointLocation", "checkpoint").trigger({ availableNow: true });
`;
}

describe("kind: whatever fails: the process ends", () => {
  test.each([
    ["a loop without end", "await null; for (;;);"],
    ["a promise that never settles", "await new Promise(() => setInterval(() => {}, 1000));"],
    ["a call into the system that does not return", 'await null; readFileSync("fifo");'],
    ["a loop before the first batch", ""],
  ])(
    "at a second signal, whatever a job does: %s",
    async (_name, body) => {
      await inFolder(async (folder) => {
        const job = body === "" ? jobOf("", 'console.log("in the batch"); for (;;);') : jobOf(body);
        writeFiles(folder, { "job.mjs": job, "in/1.json": reading(1) });
        execFileSync("mkfifo", [join(folder, "fifo")]);
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
          const running = startTidemark(folder, ["run", "job.mjs"]);
          await running.printed(/in the batch/);
          running.child.kill(signal);
          await running.printed(/Stopping|does not answer/);
          running.child.kill(signal);
          const { code, signal: killedBy } = await running.ended;
          // What sits in the kernel dies of the signal itself, which a shell shows as 130 or 143.
          expect({ code, killedBy }).toEqual(killedBy === null ? { code: 130, killedBy } : { code: null, killedBy: signal });
        }
      });
    },
    120_000,
  );

  test("when a job keeps something open that nobody waits for: what it is, and the exit code of the run", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, { "job.mjs": jobOf("", "setInterval(() => {});"), "in/1.json": reading(1) });
      const { code, stderr } = await tidemark(folder, "run", "job.mjs");
      expect(code).toBe(0);
      expect(stderr).toMatch(/^warning: The command is done, but something is still open after 3 s: Timeout\. The process is ended\.\n$/);
    });
  });

  test("by a failure that nobody catches, and by the job itself", async () => {
    await inFolder(async (folder) => {
      writeFiles(folder, {
        "throws.mjs": jobOf("", 'setTimeout(() => { throw new Error("nobody catches this"); }, 1);').replace("availableNow: true", ""),
        "exits.mjs": jobOf("process.exit(7);"),
        "in/1.json": reading(1),
      });
      const thrown = await tidemark(folder, "run", "throws.mjs");
      expect(thrown).toMatchObject({ code: 1, signal: null });
      expect(thrown.stderr).toContain("nobody catches this");
      expect(await tidemark(folder, "run", "exits.mjs")).toMatchObject({ code: 7, signal: null });
    });
  });
});
