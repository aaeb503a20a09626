// Runs a job as the command does, but kills its own process at a crash point: `faultyRun.ts <job> <checkpoint> <point> <nth> [key=value …]`.
import { writeSync } from "node:fs";
import type { CrashPoint } from "../../engine/contract/runtime.js";

const [jobPath, checkpoint, point, nth, ...settings] = process.argv.slice(2) as [string, string, CrashPoint, string, ...string[]];

/** The very files that the command runs. */
const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;
const { Session } = (await import(built("index.js"))) as typeof import("../../index.js");
const { systemRuntime } = (await import(built("runtime/systemRuntime.js"))) as typeof import("../../runtime/systemRuntime.js");
const { loadJob } = (await import(built("cli/job.js"))) as typeof import("../../cli/job.js");
const { Overrides } = (await import(built("cli/overrides.js"))) as typeof import("../../cli/overrides.js");

let seen = 0;
const runtime = systemRuntime({
  faults: {
    async at(reached, batchId) {
      if (reached !== point || ++seen < Number(nth)) return;
      writeSync(1, `${JSON.stringify({ killedAt: point, batchId })}\n`);
      process.kill(process.pid, "SIGKILL");
      await new Promise<never>(() => undefined);
    },
  },
});
const overrides = new Overrides(settings);
const session = Session.create({ runtime, conf: overrides.conf, readOptions: overrides.readOptions });
const queries = [];
for (const writer of await loadJob(jobPath, session)) {
  queries.push(await overrides.writer(writer).option("checkpointLocation", checkpoint).start());
}
await Promise.all(queries.map((query) => query.awaitTermination()));
