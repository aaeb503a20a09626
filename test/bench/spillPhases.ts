import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { field, types } from "../../engine/arrow/types.js";
import type { DataFrame } from "../../dataframe/dataFrame.js";
import { col, count, max, timestampSeconds, window } from "../../dataframe/functions.js";
import { Session } from "../../dataframe/session.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { MemoryStream } from "../../sources/memory/source.js";
import { percentile } from "./percentile.js";
import { Random } from "../simulation/world/random.js";

const schema = types.struct([field("key", types.string), field("value", types.long)]);
/** Batches that bring new keys. */
const newBatches = 100;
const rowsABatch = 100_000;
const updateBatches = 100;
/** Updates that are not counted: until those keys that come often are in memory. */
const warmUp = 60;
/** With two numbers it is 64 bytes a key. */
const keyBytes = 48;
/** Of updates, and of the keys that they are of: 90 % on 10 %. */
const hotShare = 0.9;
const hotKeys = 0.1;

export const shapes: Readonly<Record<string, (rows: DataFrame) => DataFrame>> = {
  "keyed aggregation": (rows) => rows.groupBy("key").agg(count().as("n"), max("value").as("most")),
  "windowed aggregation": (rows) =>
    rows
      .withColumn("at", timestampSeconds(col("value").mod(3600)))
      .groupBy(window("at", "1 hour"), "key")
      .agg(count().as("n"), max("value").as("most")),
  "deduplication, for ever": (rows) => rows.dropDuplicates("key"),
};

/** What the first process of a run measures. */
export interface Filled {
  readonly keys: number;
  /** Keys that are new, a second. */
  readonly keysPerSecond: number;
  /** Updates behind them, a second, of wall time and of processor time of all threads. */
  readonly updatesPerSecond: number;
  readonly updatesPerCpuSecond: number;
  readonly medianBatchMs: number;
  readonly longestBatchMs: number;
  readonly onDisk: number;
  readonly fileMb: number;
  /** The most that the process held at any time, with all of Node.js. */
  readonly peakRssMb: number;
}

/** What the second measures: from the start of a run that finds the state in its checkpoint, and a batch that its killed predecessor was in, to that batch's commit. */
export interface Recovered {
  readonly recoverySeconds: number;
  readonly recoveryCpuSeconds: number;
  readonly recoveryPeakRssMb: number;
}

export interface SpillRun {
  readonly shape: string;
  readonly keys: number;
  readonly budget: string;
  /** Where the checkpoint lies. */
  readonly folder: string;
}

/** Fills the state, updates it, then begins one batch more, in which the process is to be killed. */
export async function fill(run: SpillRun, done: (filled: Filled) => void): Promise<void> {
  const stream = new MemoryStream(schema);
  const { keys } = run;
  const query = await startQuery(run, stream);
  const filled = await timed(async () => {
    const many = Math.ceil(keys / newBatches);
    for (let first = 0; first < keys; first += many) await runBatch(query, stream, newKeys(first, Math.min(many, keys - first)));
  });
  const random = new Random(1);
  const durations: number[] = [];
  const update = async (): Promise<void> => {
    durations.push((await timed(() => runBatch(query, stream, updates(random, keys)))).seconds * 1000);
  };
  for (let i = 0; i < warmUp; i++) await update();
  durations.length = 0;
  const updated = await timed(async () => {
    for (let i = 0; i < updateBatches; i++) await update();
  });
  const { numRowsTotal, customMetrics } = query.lastProgress!.stateOperators[0]!;
  const rows = updateBatches * rowsABatch;
  const batches = query.lastProgress!.batchId + 1;
  const hasBegun = async (): Promise<boolean> => (await readdir(join(run.folder, "checkpoint", "offsets"))).includes(String(batches));
  stream.addData(lastRows(keys));
  while (!(await hasBegun()));
  done({
    keys: numRowsTotal,
    keysPerSecond: Math.round(keys / filled.seconds),
    updatesPerSecond: Math.round(rows / updated.seconds),
    updatesPerCpuSecond: Math.round(rows / updated.cpuSeconds),
    medianBatchMs: Math.round(percentile(durations, 0.5)),
    longestBatchMs: Math.round(Math.max(...durations)),
    onDisk: customMetrics["rowsOnDisk"] ?? 0,
    fileMb: Math.round((customMetrics["bytesOnDisk"] ?? 0) / 2 ** 20),
    peakRssMb: peakMb(),
  });
}

export async function recover(run: SpillRun): Promise<Recovered> {
  const stream = new MemoryStream(schema);
  const committed = (await readdir(join(run.folder, "checkpoint", "commits"))).map(Number).filter(Number.isInteger);
  const nothing = newKeys(0, 0);
  for (let batch = 0; batch <= Math.max(...committed); batch++) stream.addData(nothing);
  stream.addData(lastRows(run.keys));
  const recovered = await timed(async () => {
    const query = await startQuery(run, stream);
    await query.processAllAvailable();
  });
  return {
    recoverySeconds: Math.round(10 * recovered.seconds) / 10,
    recoveryCpuSeconds: Math.round(10 * recovered.cpuSeconds) / 10,
    recoveryPeakRssMb: peakMb(),
  };
}

function lastRows(keys: number): Batch {
  return updates(new Random(2), keys);
}

function startQuery({ shape, budget, folder }: SpillRun, stream: MemoryStream): Promise<StreamingQuery> {
  const session = Session.create({
    conf: { "spark.sql.streaming.numRecentProgressUpdates": 2, "spark.tidemark.stateMemoryBudget": budget },
    print: () => {},
    warn: () => {},
  });
  return shapes[shape]!(session.readStream.format("memory").option("stream", stream.id).load())
    .writeStream.format("noop")
    .outputMode("update")
    .option("checkpointLocation", join(folder, "checkpoint"))
    .start();
}

async function runBatch(query: StreamingQuery, stream: MemoryStream, rows: Batch): Promise<void> {
  stream.addData(rows);
  await query.processAllAvailable();
}

async function timed(work: () => Promise<void>): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(startedCpu);
  return { seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

function newKeys(first: number, rows: number): Batch {
  return batchOfKeys(Float64Array.from({ length: rows }, (_, i) => first + i));
}

function updates(random: Random, keys: number): Batch {
  const hot = Math.round(keys * hotKeys);
  return batchOfKeys(
    Float64Array.from({ length: rowsABatch }, () => {
      const isHot = random.below(1000) < 1000 * hotShare;
      // Those that come often lie anywhere among those that came first and last.
      return isHot ? random.below(hot) * Math.round(1 / hotKeys) : random.below(keys);
    }),
  );
}

/** A text of 48 bytes for each number, and the number. */
function batchOfKeys(numbers: Float64Array): Batch {
  const { length } = numbers;
  const data = new Uint8Array(length * keyBytes).fill("k".charCodeAt(0));
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) {
    offsets[i + 1] = (i + 1) * keyBytes;
    for (let at = (i + 1) * keyBytes - 1, rest = numbers[i]!; rest > 0; at--, rest = Math.floor(rest / 10)) data[at] = 48 + (rest % 10);
  }
  return batchOf(
    schema,
    [
      { type: types.string, encoding: "utf8", length, nulls: null, offsets, data },
      { type: types.long, encoding: "f64", length, nulls: null, values: numbers },
    ],
    length,
  );
}
