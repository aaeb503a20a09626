import { mkdtemp, rm, writeFile, mkdir, rename, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { col, count, avg, window } from "../../dataframe/functions.js";
import { Session } from "../../dataframe/session.js";
import { percentile } from "./percentile.js";

const warmUp = 50;
const rowsAFile = 100;
const baseMs = Date.UTC(2026, 0, 1);

/** Files of a hundred rows, one a batch, into a windowed aggregation with a Parquet sink and a checkpoint: how long a micro-batch takes. */
export async function runLatency(batches: number): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-latency-"));
  try {
    const input = join(folder, "in");
    await mkdir(input);
    const session = Session.create({ conf: { "spark.sql.streaming.numRecentProgressUpdates": 2 }, print: () => {} });
    const durations: number[] = [];
    session.streams.addListener({
      onQueryProgress: ({ progress }) => {
        if (progress.numInputRows > 0) durations.push(progress.durationMs.triggerExecution!);
      },
    });
    const query = await session.readStream
      .schema("sensor STRING, at TIMESTAMP, celsius DOUBLE")
      .option("maxFilesPerTrigger", 1)
      .json(input)
      .withWatermark("at", "10 seconds")
      .groupBy(window("at", "10 seconds"), "sensor")
      .agg(avg("celsius").as("mean"), count().as("n"))
      .select(col("window.start").as("ws"), col("sensor"), col("mean"), col("n"))
      .writeStream.format("parquet")
      .option("path", join(folder, "out"))
      .option("checkpointLocation", join(folder, "checkpoint"))
      .start();
    const exact: number[] = [];
    for (let i = 0; i < warmUp + batches; i++) {
      await writeInput(folder, input, i);
      const started = performance.now();
      await query.processAllAvailable();
      exact.push(performance.now() - started);
    }
    await query.stop();
    const measured = durations.slice(warmUp);
    return {
      name: "latency",
      batches: measured.length,
      rows: rowsAFile * measured.length,
      batchMsP50: percentile(measured, 0.5),
      batchMsP99: percentile(measured, 0.99),
      fileToCommitMsP50: Math.round(percentile(exact.slice(warmUp), 0.5) * 100) / 100,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeInput(folder: string, input: string, i: number): Promise<void> {
  let text = "";
  for (let row = 0; row < rowsAFile; row++) {
    const at = new Date(baseMs + i * 1000 + row * 10).toISOString();
    text += `{"sensor":"s${row % 10}","at":"${at}","celsius":${(row * 7 + i) % 40}}\n`;
  }
  const name = `part-${String(i).padStart(6, "0")}.json`;
  const staged = join(folder, name);
  await writeFile(staged, text);
  await utimes(staged, 1_700_000_000 + i, 1_700_000_000 + i);
  await rename(staged, join(input, name));
}
