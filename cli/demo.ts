import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { avg, col, count, desc, max, round, window } from "../dataframe/functions.js";
import { Session } from "../dataframe/session.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf, exitCodes, failureText } from "./failure.js";
import { progressView, type ProgressView } from "./progressView.js";
import { compact } from "./tally.js";
import { terminal } from "./terminal.js";

const folder = "demo";
const output = `${folder}/averages`;
const checkpoint = `${folder}/checkpoint`;
/** There once a run has come to its end: the next one starts anew. */
const finishedMark = `${folder}/finished.json`;
const sensors = 8;

/** The flags of `tidemark demo`. */
export interface DemoFlags {
  readonly seconds: number;
}

/** The demo: averages of made-up sensors in windows of ten seconds, exactly once, until the time is over. Gives the exit code. */
export async function demo({ seconds }: DemoFlags): Promise<number> {
  // A line a batch, also where lines stay: there are few.
  const view = progressView("people", terminal, Date.now, 0);
  const session = Session.create({ print: (line) => view.note(line), warn: (message) => view.note(`warning: ${message}`) });
  let interrupted = false;
  let query: StreamingQuery | null = null;
  const over = new AbortController();
  const letGo = commandPort.onStopSignal(() => {
    interrupted = true;
    over.abort();
  });
  try {
    view.note(beginning(seconds));
    const board = latestOnBoard(view);
    session.streams.addListener({
      onQueryProgress: ({ progress }) => {
        view.progress(progress);
        if (progress.sink.numOutputRows > 0) board.refresh();
      },
    });
    query = await averages(session).start();
    await Promise.race([query.awaitTermination(), timeout(seconds * 1000, over.signal)]);
    await query.stop();
    if (query.exception !== null) throw query.exception;
    await board.end();
    view.end();
    await showLatest(session);
    view.note(interrupted ? interruptedText : finish(query, view));
    return exitCodes.done;
  } catch (error) {
    view.end();
    process.stderr.write(`${failureText(error)}\n`);
    return exitCodeOf(error);
  } finally {
    await query?.stop();
    over.abort();
    letGo();
  }
}

function averages(session: Session) {
  return session.readStream
    .format("generator")
    .option("rowsPerSecond", 20_000)
    .option("timeSpeed", 20)
    .option("sensors", sensors)
    .load()
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "10 seconds"), "sensorId")
    .agg(avg("celsius").as("mean"), max("celsius").as("hottest"), count().as("readings"))
    .writeStream.queryName("sensor-averages")
    .outputMode("append")
    .format("parquet")
    .option("path", output)
    .option("checkpointLocation", checkpoint)
    .trigger({ processingTime: "1 second" });
}

/** Makes room for a new run after a finished one; otherwise what is there stays. Says which it is. */
function beginning(seconds: number): string {
  const time = `for ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  if (existsSync(finishedMark)) {
    const { endedAt } = JSON.parse(readFileSync(finishedMark, "utf8")) as { endedAt: string };
    // The mark goes last: killed in between, the next start still knows that this run was finished.
    for (const path of [checkpoint, output, finishedMark]) rmSync(path, { recursive: true, force: true });
    return `The last run was finished at ${endedAt}. This is a new one, ${time}.`;
  }
  if (existsSync(checkpoint)) return `Going on where the last run was interrupted, ${time}.`;
  mkdirSync(folder, { recursive: true });
  return [
    `Readings of ${sensors} made-up sensors, averaged in windows of ten seconds of event time, ${time}.`,
    "They come out of order, some too late to count. Interrupt it however you like and start it again: it goes on where it was.",
  ].join("\n");
}

/** The latest averages above the live line. A refresh that comes while another reads is left out. */
function latestOnBoard(view: ProgressView): { refresh(): void; end(): Promise<void> } {
  const reader = Session.create({ print: (table) => view.board(table) });
  let reading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    try {
      await showLatest(reader);
    } finally {
      reading = null;
    }
  };
  return {
    refresh: () => {
      // What cannot be read now is shown, or refused, at the end.
      if (terminal.isTTY) reading ??= read().catch(() => undefined);
    },
    end: async () => {
      await reading;
    },
  };
}

/** The averages of the last windows that are written, read back from the files. */
async function showLatest(session: Session): Promise<void> {
  if (!existsSync(output)) return session.print("No window is closed yet.");
  const latest = session.read
    .schema("window STRUCT<start: TIMESTAMP, end: TIMESTAMP>, sensorId STRING, mean DOUBLE, hottest DOUBLE, readings BIGINT")
    .parquet(output)
    .orderBy(desc("window.end"), "sensorId")
    .select(col("window.start").as("from"), col("window.end").as("to"), "sensorId", round("mean", 2).as("mean"), "hottest", "readings")
    .limit(sensors);
  if (await latest.isEmpty()) session.print("No window is closed yet.");
  else await latest.show(sensors, false);
}

function finish(query: StreamingQuery, view: ProgressView): string {
  const { batches, rowsIn, rowsOut, lateRows, stateRows } = view.tally(query.id);
  const mark = { endedAt: new Date().toISOString(), lastBatch: query.lastProgress?.batchId ?? null };
  writeFileSync(`${finishedMark}.tmp`, `${JSON.stringify(mark)}\n`);
  renameSync(`${finishedMark}.tmp`, finishedMark);
  return [
    `Done: ${batches} batches, ${compact(rowsIn)} readings in, ${compact(rowsOut)} averages out. ${compact(lateRows)} readings came too late and count nowhere;`,
    `${compact(stateRows)} averages of windows that were still open are in the checkpoint.`,
    `The averages are Parquet files in ${output}/, each window once: its _spark_metadata lists the files that count.`,
    "Look at them with Spark, or from this folder with Tidemark:",
    `  node -e "import('tidemark').then(async ({ Session }) => (await Session.create().read.format('parquet').inferSchema('${output}')).load().show())"`,
    `The checkpoint is in ${checkpoint}/. The next demo starts a new run.`,
  ].join("\n");
}

const interruptedText = "Stopped: all batches are committed. The next demo goes on from here.";

function timeout(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, delayMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
