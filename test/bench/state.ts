import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { field, types } from "../../engine/arrow/types.js";
import { MemoryStream } from "../../sources/memory/source.js";
import type { AnyColumn } from "../../dataframe/column.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import type { DataFrame } from "../../dataframe/dataFrame.js";
import { count, expr, max, window } from "../../dataframe/functions.js";
import { Session } from "../../dataframe/session.js";
import { StatefulProcessor, type StatefulProcessorHandle, type ValueState } from "../../dataframe/statefulProcessor.js";
import type { DataStreamWriter } from "../../dataframe/streamWriter.js";
import type { UserRow } from "../../engine/contract/groupFunction.js";
import { percentile } from "./percentile.js";

const schema = types.struct([field("key", types.string), field("at", types.timestamp), field("value", types.long)]);
const rowsABatch = 100;
const warmUp = 50;
const measured = 200;
const prefillRows = 50_000;
const startUs = Date.UTC(2026, 0, 1) * 1000;
const encoder = new TextEncoder();

/**
 * Live keys when the measurement begins. A little below a power of two, so that the tables grow while it runs: what they grow by is in the longest batch.
 */
const sizes = [2 ** 14 - 2000, 2 ** 17 - 2000, 2 ** 20 - 2000] as const;

/** A query whose state holds about as many keys as were put into it. */
interface Shape {
  readonly name: string;
  /** `liveSeconds`: for how long a key lives, of those that expire. */
  readonly build: (input: DataFrame, liveSeconds: number) => DataStreamWriter;
  /** Whether keys expire: then each batch brings new ones and moves the event time on by a second. Else most rows are of keys that are there. */
  readonly expires: boolean;
}

/** Two aggregates of the rows of a key in a window of time. */
function aggregated(time: AnyColumn, mode: OutputMode): Shape["build"] {
  return (input, liveSeconds) =>
    input
      .withWatermark("at", `${liveSeconds} seconds`)
      .groupBy(time, "key")
      .agg(count().as("n"), max("value").as("most"))
      .writeStream.outputMode(mode);
}

const modes = ["append", "update"] as const;

/** Each row is kept by both sides. */
function joined(how: "inner" | "left" | "leftsemi", some: readonly ("append" | "update")[]): Shape[] {
  return some.map((mode) => ({
    name: `${how} join of two streams, ${mode}`,
    expires: true,
    build: (input, liveSeconds) => {
      const half = input.withWatermark("at", `${Math.ceil(liveSeconds / 2)} seconds`);
      const right = half.selectExpr("key AS k", "at AS t");
      return half
        .join(right, expr("key = k AND t BETWEEN at AND at + INTERVAL 1 SECOND"), how)
        .select("key", "value")
        .writeStream.outputMode(mode);
    },
  }));
}

/** Counts the rows of a key, and forgets it when a time has passed since the first. */
class Forgetting extends StatefulProcessor {
  #handle: StatefulProcessorHandle | null = null;
  #count: ValueState<{ n: number }> | null = null;

  constructor(private readonly liveMs: number) {
    super();
  }

  override init(handle: StatefulProcessorHandle): void {
    this.#handle = handle;
    this.#count = handle.getValueState<{ n: number }>("count", "n BIGINT");
  }

  override *handleInputRows(key: UserRow, rows: readonly UserRow[]): Iterable<UserRow> {
    const before = this.#count!.get();
    if (before === null) this.#handle!.registerTimer((rows[0]!["at"] as Date).getTime() + this.liveMs);
    const n = (before?.n ?? 0) + rows.length;
    this.#count!.update({ n });
    yield { key: key["key"], n };
  }

  override handleExpiredTimer(): Iterable<UserRow> {
    this.#count!.clear();
    return [];
  }
}

const shapes: readonly Shape[] = [
  { name: "windowed aggregation", expires: true, build: aggregated(window("at", "10 seconds"), "append") },
  { name: "windowed aggregation, update", expires: true, build: aggregated(window("at", "10 seconds"), "update") },
  { name: "sessions", expires: true, build: aggregated(expr("session_window(at, '10 seconds')"), "append") },
  ...modes.map((mode): Shape => ({
    name: `deduplication within the watermark, ${mode}`,
    expires: true,
    build: (input, liveSeconds) =>
      input.withWatermark("at", `${liveSeconds} seconds`).dropDuplicatesWithinWatermark("key").writeStream.outputMode(mode),
  })),
  {
    name: "deduplication, for ever",
    expires: false,
    build: (input) => input.dropDuplicates("key").writeStream.outputMode("update"),
  },
  ...joined("inner", modes),
  ...joined("left", ["append"]),
  ...joined("leftsemi", modes),
  ...modes.map((mode): Shape => ({
    name: `user state, ${mode}`,
    expires: false,
    build: (input) =>
      input
        .groupBy("key")
        .flatMapGroupsWithState(
          (key, rows, state) => {
            const n = ((state.getOption()?.["n"] ?? 0) as number) + [...rows].length;
            state.update({ n });
            return [{ key: key["key"], n }];
          },
          { outputSchema: "key STRING, n BIGINT", stateSchema: "n BIGINT", outputMode: mode, timeout: "none" },
        )
        .writeStream.outputMode(mode),
  })),
  ...modes.map((mode): Shape => ({
    name: `user state with timers, ${mode}`,
    expires: true,
    build: (input, liveSeconds) =>
      input
        .withWatermark("at", "0 seconds")
        .groupBy("key")
        .transformWithState(() => new Forgetting(liveSeconds * 1000), { outputSchema: "key STRING, n BIGINT", timeMode: "eventTime" })
        .writeStream.outputMode(mode),
  })),
  {
    name: "keyed aggregation",
    expires: false,
    build: (input) => input.groupBy("key").agg(count().as("n"), max("value").as("most")).writeStream.outputMode("update"),
  },
  ...changeShapes(),
  ...modes.map((mode): Shape => ({
    name: `deduplication with event time, ${mode}`,
    expires: true,
    build: (input, liveSeconds) =>
      input.withWatermark("at", `${liveSeconds} seconds`).dropDuplicates("key", "at").writeStream.outputMode(mode),
  })),
];

function groups(input: DataFrame): DataFrame {
  return input.groupBy("key").agg(count().as("n"), max("value").as("most"));
}

/** Operators of output mode changes. Rows change groups that are there, so that those above take them back. */
function changeShapes(): Shape[] {
  const few = expr("CAST(substring(key, 10) AS BIGINT) DIV 10").as("ten");
  const builds: Readonly<Record<string, (input: DataFrame) => DataFrame>> = {
    aggregation: groups,
    "sums of groups": (input) => groups(input).groupBy(few).agg(expr("sum(n)").as("n"), expr("avg(most)").as("mean")),
    "extremes of groups": (input) => groups(input).groupBy(few).agg(expr("min(n)").as("least"), expr("max_by(key, n)").as("busiest")),
    "lists of groups": (input) => groups(input).groupBy(few).agg(expr("collect_list(n)").as("list"), expr("median(n)").as("middle")),
    "values that count once": (input) => groups(input).groupBy(few).agg(expr("count(DISTINCT n)").as("different")),
    "the last row of a key": (input) => input.selectExpr("*", "row_number() OVER (PARTITION BY key ORDER BY at DESC) AS r").where("r = 1"),
    "top 10 of one key": (input) =>
      groups(input).selectExpr("*", "row_number() OVER (PARTITION BY n < 0 ORDER BY n DESC, key) AS place").where("place <= 10"),
    distinct: (input) => groups(input).select("key", "n").distinct(),
    "inner join": (input) => groups(input).join(input.selectExpr("key AS k", "value").distinct(), expr("key = k")),
    "left join": (input) => groups(input).join(input.selectExpr("key AS k", "value").where("value < 500"), expr("key = k"), "left"),
  };
  return Object.entries(builds).map(([name, build]) => ({
    name: `changes: ${name}`,
    expires: false,
    build: (input) => build(input).writeStream.outputMode("changes"),
  }));
}

/** How long a batch of 100 rows takes as the state grows, with a checkpoint on disk: the median of 200 and the longest, snapshots and growth included. */
export async function* runState(only: RegExp): AsyncGenerator<object> {
  for (const shape of shapes.filter(({ name }) => only.test(name))) {
    let smallest: StateResult | null = null;
    for (const liveKeys of sizes) {
      const result = await runShape(shape, liveKeys);
      smallest ??= result;
      yield {
        ...result,
        medianToSmallest: round(result.medianMs / smallest.medianMs),
        cpuToSmallest: round(result.medianCpuMs / smallest.medianCpuMs),
      };
    }
  }
}

interface StateResult {
  readonly name: string;
  readonly shape: string;
  readonly liveKeys: number;
  readonly medianMs: number;
  readonly longestMs: number;
  /** The same in processor time of all threads, for machines that do other things beside. */
  readonly medianCpuMs: number;
  readonly longestCpuMs: number;
  /** That are in the checkpoint at the end. */
  readonly snapshots: number;
}

async function runShape({ name, build, expires }: Shape, liveKeys: number): Promise<StateResult> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-state-"));
  const stream = new MemoryStream(schema);
  try {
    const session = Session.create({
      conf: { "spark.sql.streaming.numRecentProgressUpdates": 2, "spark.sql.streaming.noDataMicroBatches.enabled": false },
      print: () => {},
    });
    const input = session.readStream.format("memory").option("stream", stream.id).load();
    const query = await build(input, Math.round(liveKeys / rowsABatch))
      .foreachBatch(async () => {})
      .option("checkpointLocation", join(folder, "checkpoint"))
      .start();
    for (let first = 0; first < liveKeys; first += prefillRows) {
      stream.addData(newKeys(first, Math.min(prefillRows, liveKeys - first)));
      await query.processAllAvailable();
    }
    const durations: number[] = [];
    const cpu: number[] = [];
    for (let i = 0; i < warmUp + measured; i++) {
      const first = liveKeys + i * (expires ? rowsABatch : rowsABatch / 5);
      stream.addData(expires ? newKeys(first, rowsABatch) : mostlyOldKeys(first, liveKeys, i));
      const [started, startedCpu] = [performance.now(), process.cpuUsage()];
      await query.processAllAvailable();
      durations.push(performance.now() - started);
      const { user, system } = process.cpuUsage(startedCpu);
      cpu.push((user + system) / 1000);
    }
    const live = query.lastProgress!.stateOperators[0]!.numRowsTotal;
    await query.stop();
    const files = await readdir(join(folder, "checkpoint", "state"));
    return {
      name: "state",
      shape: name,
      liveKeys: live,
      medianMs: round(percentile(durations.slice(warmUp), 0.5)),
      longestMs: round(Math.max(...durations.slice(warmUp))),
      medianCpuMs: round(percentile(cpu.slice(warmUp), 0.5)),
      longestCpuMs: round(Math.max(...cpu.slice(warmUp))),
      snapshots: files.filter((file) => file.endsWith(".snapshot")).length,
    };
  } finally {
    stream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keys `first` to `first + length − 1`, a hundred a second of event time. */
function newKeys(first: number, length: number): Batch {
  return rowsOf(Array.from({ length }, (_, i) => first + i));
}

/** A fifth of new keys, the others from all that there are. */
function mostlyOldKeys(first: number, liveKeys: number, seed: number): Batch {
  const spread = (i: number): number => (((seed * rowsABatch + i) * 0x9e3779b1) >>> 0) % liveKeys;
  return rowsOf(Array.from({ length: rowsABatch }, (_, i) => (i < rowsABatch / 5 ? first + i : spread(i))));
}

function rowsOf(keys: readonly number[]): Batch {
  const { length } = keys;
  const parts = keys.map((key) => encoder.encode(`customer-${key}`));
  const offsets = new Int32Array(length + 1);
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i]! + part.length));
  const data = new Uint8Array(offsets[length]!);
  parts.forEach((part, i) => data.set(part, offsets[i]));
  const at = Float64Array.from(keys, (key) => startUs + key * (1e6 / rowsABatch));
  const value = Float64Array.from(keys, (key) => key % 1000);
  return batchOf(
    schema,
    [
      { type: types.string, encoding: "utf8", length, nulls: null, data, offsets },
      { type: types.timestamp, encoding: "f64", length, nulls: null, values: at },
      { type: types.long, encoding: "f64", length, nulls: null, values: value },
    ],
    length,
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
