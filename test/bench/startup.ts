import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { percentile } from "./percentile.js";

const job = `import { type Session, schema, t, window, count } from "tidemark";
const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });
export default (session: Session) =>
  session.readStream.schema(Reading).json("in")
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "10 seconds"), "sensorId").agg(count().as("n"))
    .writeStream.format("json").option("path", "out").option("checkpointLocation", "checkpoint").trigger({ availableNow: true });
`;
const rows = 1000;

/**
 * From the spawn of `tidemark run` to the commit of batch 0: JSON file → window count → JSON file. Median of ten processes, after one to warm the page cache.
 *
 * @param command the built `cli/main.js`
 */
export async function runStartup(command: string, runs = 10): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-startup-"));
  try {
    mkdirSync(join(folder, "in"));
    writeFileSync(join(folder, "job.ts"), job);
    writeFileSync(join(folder, "in", "1.json"), Array.from({ length: rows }, (_, i) => `${JSON.stringify(reading(i))}\n`).join(""));
    const seconds: number[] = [];
    for (let i = 0; i <= runs; i++) seconds.push(await startOnce(command, folder));
    const measured = seconds.slice(1).toSorted((a, b) => a - b);
    return { name: "startup", rows, runs, seconds: percentile(measured, 0.5), minSeconds: measured[0], maxSeconds: measured.at(-1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reading(i: number): object {
  return { sensorId: `s${i % 5}`, at: new Date(Date.UTC(2026, 0, 1) + i * 100).toISOString(), celsius: 20 + (i % 7) };
}

async function startOnce(command: string, folder: string): Promise<number> {
  for (const made of ["out", "checkpoint"]) rmSync(join(folder, made), { recursive: true, force: true });
  const startedMs = performance.timeOrigin + performance.now();
  const child = spawn(process.execPath, [command, "run", "job.ts", "--quiet"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`tidemark run ended with ${String(code)}`);
  // The log's entry got its name, which is its commit, when its inode last changed.
  const { ctimeMs } = statSync(join(folder, "checkpoint/commits/0"));
  return Math.round(ctimeMs - startedMs) / 1000;
}
