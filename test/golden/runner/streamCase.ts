import { mkdtemp, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { Schema } from "../../../engine/arrow/types.js";
import type { Clock } from "../../../engine/contract/clock.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import type { StreamingQueryProgress } from "../../../engine/query/progress.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import type { MemoryStream } from "../../../sources/memory/source.js";
import type { MemoryTable } from "../../../sinks/memory/sink.js";
import { memory } from "../../memory.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import type { Frame } from "./buildDataFrame.js";
import type { GoldenRow, Outcome, StreamCase } from "./case.js";
import { compareRun, type RunResult } from "./compareRun.js";
import { isPorted, portedQuery } from "./ports.js";
import { outcomeOf } from "./outcome.js";
import { frameOf, waysOf, type Way } from "./queryText.js";
import { memoryFrame, memoryStreams, rowsOf, schemaOf, staticFrames } from "./tables.js";

/** Runs a streaming case as its driver says, through `query.plan` and through `query.sql`: with the state partitions that it was recorded with, unless others are asked for. */
export async function runStreamCase(golden: StreamCase, partitions?: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const way of waysOf(golden.query)) outcomes.push(await outcomeOf(golden, way, () => run(golden, way, partitions)));
  return outcomes;
}

async function run(golden: StreamCase, way: Way, partitions?: number): Promise<string | null> {
  if (way === "plan" && !golden.query.plan && !isPorted(golden.query.pyspark))
    throw new StreamingError("NOT_YET_SUPPORTED", { feature: "Python functions" });
  const folder = await mkdtemp(join(tmpdir(), "tidemark-golden-"));
  const table = memory.table(`golden-${golden.name}`);
  try {
    const result = await new CaseRun(golden, way, folder, table, partitions).run();
    return compareRun(golden, result);
  } finally {
    memory.drop(table.name);
    await rm(folder, { recursive: true, force: true });
  }
}

/** One run of a case, over all its restarts. */
class CaseRun {
  private session: Session;
  private conf: Readonly<Record<string, string>>;
  private readonly streams: Map<string, MemoryStream>;
  private readonly progress: StreamingQueryProgress[] = [];
  /** The step during which each batch ran. */
  private readonly steps = new Map<number, number>();
  private outputSchema: Schema | null = null;
  /** Spark really waited; here the clock goes on by so much. */
  private pausedMs = 0;

  constructor(
    private readonly golden: StreamCase,
    private readonly way: Way,
    private readonly folder: string,
    private readonly table: MemoryTable,
    partitions?: number,
  ) {
    this.conf = {
      "spark.sql.shuffle.partitions": "1",
      "spark.sql.streaming.stateStore.providerClass": "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",
      "spark.sql.streaming.numRecentProgressUpdates": "400",
      "spark.sql.streaming.pollingDelay": "1ms",
      ...golden.conf,
      ...(partitions !== undefined && { "spark.sql.shuffle.partitions": String(partitions) }),
    };
    this.session = this.newSession();
    this.streams = golden.driver === "availableNow" ? new Map() : memoryStreams(golden.inputs);
  }

  async run(): Promise<RunResult> {
    let error: StreamingError | null = null;
    try {
      if (this.golden.driver === "availableNow") await this.runAvailableNow();
      else await this.runSteps();
    } catch (failure) {
      if (!(failure instanceof StreamingError)) throw failure;
      error = failure;
    } finally {
      for (const stream of this.streams.values()) stream.close();
    }
    if (error?.condition === "NOT_YET_SUPPORTED") throw error;
    return { progress: this.progress, steps: this.steps, output: this.table.batches, outputSchema: this.outputSchema, error };
  }

  private newSession(): Session {
    const { clock } = testRuntime();
    const shifted: Clock = {
      nowMs: () => clock.nowMs() + this.pausedMs,
      monotonicMs: () => clock.monotonicMs(),
      sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
    };
    return Session.create({
      memoryTables: memory,
      conf: this.conf,
      runtime: testRuntime({ clock: shifted }),
      print: () => {},
      warn: () => {},
    });
  }

  private get stepCount(): number {
    return Math.max(...Object.values(this.golden.inputs).map((input) => input.batches!.length));
  }

  /** The query as a program has it that is started before this step: built again where the configuration changes. */
  private async frameOf(step: number, before: Frame | null): Promise<Frame> {
    const change = this.golden.options?.confBeforeStep?.[step];
    if (change === undefined && before !== null) return before;
    if (change !== undefined) {
      this.conf = { ...this.conf, ...change };
      this.session = this.newSession();
    }
    const streams = this.golden.driver === "availableNow" ? this.fileFrames() : this.memoryFrames();
    return this.build(streams);
  }

  private async runSteps(): Promise<void> {
    const { options, driver } = this.golden;
    const { stepCount } = this;
    const trigger: Trigger = driver === "once" ? { once: true } : { processingTime: 0 };
    let frame = await this.frameOf(-1, null);
    let query: StreamingQuery | null = null;
    let reached = 0;
    try {
      for (let step = 0; step < stepCount; step++) {
        reached = step;
        const pauseSeconds = options?.sleepSecondsBeforeStep?.[step];
        if (pauseSeconds !== undefined) this.pausedMs += pauseSeconds * 1000;
        if (query !== null && options?.restartBeforeStep?.includes(step)) {
          await query.stop();
          query = null;
        }
        frame = await this.frameOf(step, frame);
        this.addStep(step);
        query ??= await this.start(frame, trigger);
        if (driver === "once") await query.awaitTermination();
        else await query.processAllAvailable();
        this.collect(query, step);
        if (driver === "once") query = null;
      }
    } finally {
      if (query !== null) {
        this.collect(query, reached);
        await query.stop();
      }
    }
  }

  private addStep(step: number): void {
    const additions = Object.entries(this.golden.inputs).flatMap(([name, input]) => {
      const rows = input.batches![step] ?? null;
      const stream = this.streams.get(name)!;
      return rows === null ? [] : [[stream, rowsOf(stream.schema, rows)] as const];
    });
    // Nothing is awaited in between: a batch sees all of the additions or none.
    for (const [stream, rows] of additions) stream.addData(rows);
  }

  /** Drains the files of some steps with each start. */
  private async runAvailableNow(): Promise<void> {
    const { stepCount } = this;
    const starts = [0, ...(this.golden.options?.restartBeforeStep ?? [])];
    let frame: Frame | null = null;
    for (const [i, first] of starts.entries()) {
      await this.writeFiles(first, starts[i + 1] ?? stepCount);
      frame = await this.frameOf(first, frame);
      const query = await this.start(frame, { availableNow: true });
      try {
        await query.awaitTermination();
      } finally {
        this.collect(query, null);
      }
    }
  }

  /** The files of the steps from `first` to before `end`, one a step and stream. */
  private async writeFiles(first: number, end: number): Promise<void> {
    for (const [name, input] of Object.entries(this.golden.inputs)) {
      const path = this.inputFolder(name);
      await mkdir(path, { recursive: true });
      for (let step = first; step < end; step++) {
        const rows = input.batches![step] ?? null;
        if (rows === null) continue;
        const file = join(path, `batch-${String(step).padStart(4, "0")}.json`);
        await writeFile(file, rows.map((row) => `${jsonLine(row)}\n`).join(""));
        await utimes(file, 1_700_000_000 + 10 * step, 1_700_000_000 + 10 * step);
      }
    }
  }

  private inputFolder(name: string): string {
    return join(this.folder, "input", name);
  }

  private fileFrames(): Map<string, Frame> {
    return new Map(
      Object.entries(this.golden.inputs).map(([name, { schema }]): [string, Frame] => [
        name,
        this.session.readStream
          .schema(schemaOf(schema))
          .option("maxFilesPerTrigger", 1)
          .option("mode", "FAILFAST")
          .json(this.inputFolder(name)),
      ]),
    );
  }

  private memoryFrames(): Map<string, Frame> {
    return new Map([...this.streams].map(([name, stream]) => [name, memoryFrame(this.session, stream)]));
  }

  private async build(streams: ReadonlyMap<string, Frame>): Promise<Frame> {
    const { query } = this.golden;
    const tables = new Map([...streams, ...staticFrames(this.session, this.golden.static)]);
    const frame = portedQuery(query.pyspark, tables) ?? (await frameOf(query, this.way, this.session, tables));
    this.outputSchema ??= frame.schema;
    return frame;
  }

  private start(frame: Frame, trigger: Trigger): Promise<StreamingQuery> {
    return frame.writeStream
      .format("memory")
      .queryName(this.table.name)
      .outputMode(this.golden.outputMode as OutputMode)
      .option("checkpointLocation", join(this.folder, "checkpoint"))
      .trigger(trigger)
      .start();
  }

  private collect(query: StreamingQuery, step: number | null): void {
    for (const progress of query.recentProgress) {
      if (this.progress.some(({ batchId }) => batchId === progress.batchId)) continue;
      this.progress.push(progress);
      if (step !== null) this.steps.set(progress.batchId, step);
    }
  }
}

/** A row as a line of JSON, whole numbers of any size as plain numbers. */
function jsonLine(row: GoldenRow): string {
  const mark = "int:";
  const text = JSON.stringify(row, (_key, value: unknown) => (typeof value === "bigint" ? `${mark}${value}` : value));
  return text.replace(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}
