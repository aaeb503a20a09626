import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { avg, col, count, desc, max, window } from "../dataframe/functions.js";
import { Session } from "../dataframe/session.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import { exitCodes, failureText } from "./failure.js";
import { progressView } from "./progressView.js";
import { onStopSignals } from "./signals.js";
import { terminal } from "./terminal.js";

const folder = "demo";
const output = `${folder}/averages`;
const checkpoint = `${folder}/checkpoint`;
/** There once a run has come to its end: the next one starts anew. */
const finishedMark = `${folder}/finished.json`;

/** The flags of `tidemark demo`. */
export interface DemoFlags {
  readonly seconds: number;
}

/** The demo: averages of made-up sensors in windows of ten seconds, exactly once, until the time is over. Gives the exit code. */
export async function demo({ seconds }: DemoFlags): Promise<number> {
  const view = progressView("people", terminal(process.stdout), Date.now);
  const session = Session.create({ print: (line) => view.note(line), warn: (message) => view.note(`warning: ${message}`) });
  let interrupted = false;
  let query: StreamingQuery | null = null;
  const over = new AbortController();
  const letGo = onStopSignals(() => {
    interrupted = true;
    over.abort();
  });
  try {
    view.note(beginning(seconds));
    session.streams.addListener({ onQueryProgress: ({ progress }) => view.progress(progress) });
    query = await averages(session).start();
    await Promise.race([query.awaitTermination(), timeout(seconds * 1000, over.signal)]);
    await query.stop();
    if (query.exception !== null) throw query.exception;
    await showLatest(session);
    view.note(interrupted ? interruptedText : finish(query));
    return exitCodes.done;
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    return exitCodes.failed;
  } finally {
    await query?.stop();
    over.abort();
    view.end();
    letGo();
  }
}

function averages(session: Session) {
  return session.readStream
    .format("generator")
    .option("rowsPerSecond", 20_000)
    .option("timeSpeed", 20)
    .option("sensors", 8)
    .load()
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "10 seconds"), "sensorId")
    .agg(avg("celsius").as("mean"), max("celsius").as("hottest"), count().as("readings"))
    .writeStream.queryName("sensor-averages")
    .outputMode("append")
    .format("parquet")
    .option("path", output)
    .option("checkpointLocation", checkpoint)
    .trigger({ processingTime: "500 milliseconds" });
}

function beginning(seconds: number): string {
  if (existsSync(finishedMark)) {
    const { endedAt } = JSON.parse(readFileSync(finishedMark, "utf8")) as { endedAt: string };
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return `The last run ended at ${endedAt}. This is a new one, for ${seconds} seconds.`;
  }
  if (existsSync(checkpoint)) return `Going on where the last run was interrupted, for ${seconds} seconds.`;
  return `Averaging made-up sensors in windows of ten seconds of event time, for ${seconds} seconds. Interrupt it whenever you like.`;
}

/** The averages of the last windows that are written, read back from the files. */
async function showLatest(session: Session): Promise<void> {
  const reader = await session.read.format("parquet").inferSchema(output);
  await reader
    .load()
    .orderBy(desc("window.end"), "sensorId")
    .select(col("window.start").as("from"), col("window.end").as("to"), "sensorId", "mean", "hottest", "readings")
    .show(8, false);
}

function finish(query: StreamingQuery): string {
  const endedAt = new Date().toISOString();
  writeFileSync(finishedMark, `${JSON.stringify({ endedAt, batches: (query.lastProgress?.batchId ?? -1) + 1 })}\n`);
  return [
    `Done. The averages are Parquet files in ${output}: each window once, as ${output}/_spark_metadata lists them.`,
    `Look at them with Tidemark (session.read.parquet), DuckDB (select * from '${output}/*.parquet') or any Parquet reader.`,
    `The checkpoint is in ${checkpoint}. \`npm run demo\` starts a new run.`,
  ].join("\n");
}

const interruptedText = "Stopped; all batches are committed. `npm run demo` goes on from here.";

function timeout(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, delayMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
