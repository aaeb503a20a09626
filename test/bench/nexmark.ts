import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Session } from "../../dataframe/session.js";
import { queries, type NexmarkQuery } from "../../notebooks/nexmark/queries.js";
import { createViews } from "../../notebooks/nexmark/tables.js";
import { runPeers, type PeerFigures, type PeerFlags } from "./nexmarkPeers.js";

/** What `npm run bench -- nexmark` was told. */
export interface NexmarkFlags extends PeerFlags {
  /** How often each query runs into each sink; the fastest counts. */
  readonly runs: number;
  /** Which queries: those whose names match. */
  readonly only: RegExp;
}

/** What one query took into one sink. */
interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rowsPerSecond: number;
}

type Target = "noop" | "parquet";

/**
 * The queries of Nexmark from JSON files, one file of each folder a micro-batch, with a checkpoint on disk, closed by the final watermark at the end: a line a query, into `noop` and into
 * Parquet, beside what was measured of the peers that are there. Figures of each are of its fastest run.
 */
export async function* runNexmark(flags: NexmarkFlags): AsyncGenerator<object> {
  const names = Object.keys(queries).filter((name) => flags.only.test(name));
  if (!existsSync(join(flags.data, "bid")))
    throw new Error(`${flags.data} has no folder bid: make it with \`generate nexmark --data ${flags.data} --scale 0.2\`.`);
  const { figures, missing } = await runPeers(flags, names);
  for (const [engine, why] of missing) process.stderr.write(`${engine} is not measured: ${why}\n`);
  // What a peer's clock does not count either: loading the engine's code.
  await import("../../dataframe/startQuery.js");
  for (const name of names) {
    let [rows, batches] = [0, 0];
    const best: Partial<Record<Target, Figures>> = {};
    for (let i = 0; i < flags.runs; i++) {
      for (const target of ["noop", "parquet"] as const) {
        const run = await runOnce(flags, name, queries[name]!, target);
        ({ rows, batches } = run);
        if (best[target] === undefined || run.figures.seconds < best[target].seconds) best[target] = run.figures;
      }
    }
    yield { name, rows, batches, noop: best.noop, parquet: best.parquet, ...beside(best, name, figures) };
  }
}

async function runOnce(
  { data, out }: NexmarkFlags,
  name: string,
  { mode, sql }: NexmarkQuery,
  target: Target,
): Promise<{ readonly rows: number; readonly batches: number; readonly figures: Figures }> {
  const output = join(out, `tidemark.${name}`);
  const checkpoint = `${output}.ck`;
  await rm(output, { recursive: true, force: true });
  await rm(checkpoint, { recursive: true, force: true });
  const session = Session.create({
    conf: { "spark.sql.session.timeZone": "UTC" },
    print: () => {},
    warn: (message) => process.stderr.write(`${name}: ${message}\n`),
  });
  createViews(session, resolve(data));
  const frame = await session.sql(sql);
  // Files take no rows that take the place of others without saying so: where those are updates, files have the changes.
  const writer = frame.writeStream.format(target).outputMode(target === "parquet" && mode === "update" ? "changes" : mode);
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const query = await (target === "parquet" ? writer.option("path", output) : writer)
    .option("checkpointLocation", checkpoint)
    .trigger({ availableNow: true, finalWatermark: mode !== "update" })
    .start();
  await query.awaitTermination();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const progress = query.recentProgress;
  const rows = progress
    .flatMap(({ sources }) => sources)
    .reduce((sum, { numInputRows, metrics }) => sum + Number(metrics.rowsRead ?? numInputRows), 0);
  await session.stop();
  return {
    rows,
    batches: progress.length,
    figures: { seconds: round(seconds), cpuSeconds: round((user + system) / 1e6), rowsPerSecond: Math.round(rows / seconds) },
  };
}

/** What the peers took for a query, and how much faster ours was: Flink writes into a blackhole, the others Parquet. */
function beside(best: Partial<Record<Target, Figures>>, name: string, figures: readonly PeerFigures[]): object {
  const line: Record<string, unknown> = {};
  for (const { engine, query, seconds, cpuSeconds } of figures) {
    if (query !== name) continue;
    const ours = best[engine === "flink" ? "noop" : "parquet"]!;
    line[engine] = { seconds, cpuSeconds, ratio: round(seconds / ours.seconds), cpuRatio: round(cpuSeconds / ours.cpuSeconds) };
  }
  return line;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
