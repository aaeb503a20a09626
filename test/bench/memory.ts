import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { field, types } from "../../engine/arrow/types.js";
import type { DataFrame } from "../../dataframe/dataFrame.js";
import { count, expr, max, window } from "../../dataframe/functions.js";
import { Session } from "../../dataframe/session.js";
import { MemoryStream } from "../../sources/memory/source.js";
import { percentile } from "./percentile.js";

const schema = types.struct([field("key", types.long), field("at", types.timestamp), field("value", types.long)]);
const allEvents = 30_000_000;
const rowsABatch = 100_000;
/** Of event time. */
const rowsASecond = 20_000;
const liveKeys = 200_000;
/** After so many events half of the keys are others. */
const eventsABlock = 1_000_000;
const startUs = Date.UTC(2026, 0, 1) * 1000;

/** What a query of an operator is; its keys go behind the watermark. */
const shapes: readonly (readonly [name: string, build: (events: DataFrame) => DataFrame])[] = [
  ["windows", (events) => events.groupBy(window("at", "30 seconds"), "key").agg(count().as("n"), max("value").as("most"))],
  ["sessions", (events) => events.groupBy(expr("session_window(at, '15 seconds')"), "key").agg(count().as("n"))],
  ["deduplication", (events) => events.dropDuplicatesWithinWatermark("key")],
  [
    "join",
    (events) => {
      const right = events.where("value % 2 = 0").selectExpr("key AS k", "at AS t");
      return events.where("value % 2 = 1").join(right, expr("key = k AND t BETWEEN at AND at + INTERVAL 2 SECONDS")).select("key", "value");
    },
  ],
];

/** What one operator took. */
interface MemoryResult {
  readonly name: string;
  readonly shape: string;
  readonly events: number;
  readonly seconds: number;
  readonly stateRows: number;
  /** Medians over the last two thirds of the batches: what the process holds, and what its operators say they do. */
  readonly middleRssMb: number;
  readonly lastRssMb: number;
  readonly middleStateMb: number;
  readonly lastStateMb: number;
  /** Whether the last third takes at most 1.1 times the middle one. */
  readonly isFlat: boolean;
}

/** 30 million events (times `scale`) with 200,000 live keys through each operator, with a checkpoint on disk. */
export async function* runMemory(scale: number): AsyncGenerator<MemoryResult> {
  for (const [shape, build] of shapes) yield await runShape(shape, build, Math.max(30, Math.round((allEvents * scale) / rowsABatch)));
}

async function runShape(shape: string, build: (events: DataFrame) => DataFrame, batches: number): Promise<MemoryResult> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-memory-"));
  const stream = new MemoryStream(schema);
  try {
    const session = Session.create({ conf: { "spark.sql.streaming.numRecentProgressUpdates": 2 }, print: () => {}, warn: () => {} });
    const events = session.readStream.format("memory").option("stream", stream.id).load().withWatermark("at", "5 seconds");
    const query = await build(events)
      .writeStream.format("noop")
      .outputMode("append")
      .option("checkpointLocation", join(folder, "checkpoint"))
      .start();
    const [rss, state]: [number[], number[]] = [[], []];
    const startedMs = performance.now();
    for (let i = 0; i < batches; i++) {
      stream.addData(eventsOf(i * rowsABatch));
      await query.processAllAvailable();
      rss.push(process.memoryUsage().rss);
      state.push(query.lastProgress!.stateOperators[0]!.memoryUsedBytes);
    }
    const stateRows = query.lastProgress!.stateOperators[0]!.numRowsTotal;
    await query.stop();
    const [middleRssMb, lastRssMb] = thirds(rss);
    const [middleStateMb, lastStateMb] = thirds(state);
    const isFlat = lastRssMb <= 1.1 * middleRssMb && lastStateMb <= 1.1 * middleStateMb;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    return {
      name: "memory",
      shape,
      events: batches * rowsABatch,
      seconds,
      stateRows,
      middleRssMb,
      lastRssMb,
      middleStateMb,
      lastStateMb,
      isFlat,
    };
  } finally {
    stream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The medians of the middle and of the last third, MB. */
function thirds(bytes: readonly number[]): readonly [number, number] {
  const third = Math.floor(bytes.length / 3);
  return [medianMb(bytes.slice(third, 2 * third)), medianMb(bytes.slice(-third))];
}

function medianMb(bytes: readonly number[]): number {
  return Math.round(percentile(bytes, 0.5) / 2 ** 20);
}

function eventsOf(first: number): Batch {
  const [keys, times, values] = [new Float64Array(rowsABatch), new Float64Array(rowsABatch), new Float64Array(rowsABatch)];
  for (let i = 0; i < rowsABatch; i++) {
    const event = first + i;
    const block = Math.floor(event / eventsABlock) * (liveKeys / 2);
    keys[i] = block + ((Math.imul(event, 0x9e3779b1) >>> 0) % liveKeys);
    times[i] = startUs + Math.floor((event / rowsASecond) * 1e6);
    values[i] = event;
  }
  const column = (type: (typeof schema.fields)[number]["type"], some: Float64Array) =>
    ({ type, encoding: "f64", length: rowsABatch, nulls: null, values: some }) as const;
  return batchOf(schema, [column(types.long, keys), column(types.timestamp, times), column(types.long, values)], rowsABatch);
}
