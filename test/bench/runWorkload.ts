import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Session } from "../../dataframe/session.js";
import { percentile } from "./percentile.js";
import { workloads } from "./workloads.js";

/** What `npm run bench -- w1` was told. */
export interface WorkloadFlags {
  readonly name: string;
  readonly data: string;
  readonly out: string;
}

/** Runs a workload as one micro-batch a file, checkpoint on disk. Seconds are from the query's start to its last commit. */
export async function runWorkload({ name, data, out }: WorkloadFlags): Promise<object> {
  const make = workloads[name];
  if (make === undefined) throw new Error(`no workload ${name}; there are ${Object.keys(workloads).join(", ")}`);
  const checkpoint = `${out}.ck`;
  await rm(out, { recursive: true, force: true });
  await rm(checkpoint, { recursive: true, force: true });
  const session = Session.create({ print: () => {}, warn: (message) => process.stderr.write(`${message}\n`) });
  const writer = make(session, { input: (folder) => join(data, "json", folder), output: out, checkpoint })
    .queryName(name)
    .option("checkpointLocation", checkpoint)
    .trigger({ availableNow: true });
  // What a peer's clock does not count either: loading the engine's code.
  await import("../../dataframe/startQuery.js");
  const started = performance.now();
  const query = await writer.start();
  await query.awaitTermination();
  const seconds = (performance.now() - started) / 1000;
  const progress = query.recentProgress;
  // Spark's numInputRows leaves out what the decoder filtered; that was read all the same.
  const rows = progress
    .flatMap(({ sources }) => sources)
    .reduce((sum, { numInputRows, metrics }) => sum + Number(metrics.rowsRead ?? numInputRows), 0);
  const durations = progress.map(({ batchDuration }) => batchDuration);
  return {
    name,
    rows,
    seconds: round(seconds),
    rowsPerSecond: Math.round(rows / seconds),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    batches: progress.length,
    batchMsP50: percentile(durations, 0.5),
    batchMsP99: percentile(durations, 0.99),
    outputRows: progress.reduce((sum, { sink }) => sum + sink.numOutputRows, 0),
    cpuSeconds: round((process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
