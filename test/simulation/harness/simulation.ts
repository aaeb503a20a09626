import { expect } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import { dropMemoryTable, memoryTable } from "../../../sinks/memory/sink.js";
import { SimulatedCrash, World } from "../world/world.js";
import type { Round } from "./input.js";
import { checkLogs, fileOutput } from "./output.js";
import { inputSchema, type SimulatedQuery } from "./queries.js";

export const places = { checkpoint: "/data/checkpoint", output: "/data/out", input: (i: number) => `/data/in/${i}` } as const;

/** Configuration that makes snapshots and purging happen within a few batches. Without batches without data, what a batch holds depends on the files alone. */
const defaultConf = {
  "spark.sql.streaming.noDataMicroBatches.enabled": "false",
  "spark.sql.streaming.minBatchesToRetain": "3",
  "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2",
};

/** The rows of a batch as texts, in the order they were written. */
export type BatchRows = readonly string[];

export interface SimulationOptions {
  readonly maxFilesPerTrigger?: number;
  readonly conf?: Readonly<Record<string, string>>;
}

/** One world, one query, one checkpoint: starts, crashes and starts again. */
export class Simulation {
  readonly world: World;
  /** When it is there, a run may also end with a condition: it is told, and the query is started again. */
  onFailure: ((failure: StreamingError) => void) | null = null;
  private starts = 0;
  private readonly table: string;

  constructor(
    readonly query: SimulatedQuery,
    seed: number,
    private readonly options: SimulationOptions = {},
  ) {
    this.world = new World(seed);
    this.table = `simulated-${++tables}`;
  }

  /** Puts files where the query reads; they are durable. */
  async arrive(round: Round): Promise<void> {
    const { files, clock } = this.world;
    for (let i = 0; i < this.query.inputs; i++) await files.makeDirectory(places.input(i));
    for (const { input, name, text } of round) {
      clock.advance(1000);
      await files.addNew(`${places.input(input)}/${name}`, new TextEncoder().encode(text));
    }
  }

  /** Starts the query in a new process. */
  async start(trigger: Trigger = { availableNow: true }, options: { readonly host?: string } = {}): Promise<StreamingQuery> {
    const runtime = this.world.runtime(`run ${++this.starts}`, options);
    const session = Session.create({ runtime, conf: { ...defaultConf, ...this.options.conf }, print: () => {}, warn: () => {} });
    const { query, table } = this;
    const inputs = Array.from({ length: query.inputs }, (_, i) =>
      session.readStream
        .schema(inputSchema)
        .option("maxFilesPerTrigger", this.options.maxFilesPerTrigger ?? 1)
        .json(places.input(i)),
    );
    const writer = query.build(session, inputs).writeStream.format(query.sink).outputMode(query.outputMode).trigger(trigger);
    const named = query.sink === "memory" ? writer.queryName(table) : writer.option("path", places.output);
    return named.option("checkpointLocation", places.checkpoint).start();
  }

  /** Runs what is there to its end. False when the process died on the way, or failed and somebody listens; any other failure is thrown. */
  async run(): Promise<boolean> {
    try {
      const query = await this.start();
      await query.awaitTermination();
      return true;
    } catch (error) {
      if (isCrash(error)) return false;
      if (this.onFailure === null || !(error instanceof StreamingError)) throw error;
      this.onFailure(error);
      return false;
    }
  }

  /** What came out, by batch; and the logs must fit it. */
  async output(): Promise<Map<number, BatchRows>> {
    const { world, query } = this;
    await checkLogs(world.files, places.checkpoint);
    if (query.sink === "memory") {
      const { batches } = memoryTable(this.table);
      expect(new Set(batches.map(({ batchId }) => batchId)).size).toBe(batches.length);
      return new Map(batches.map(({ batchId, rows }) => [batchId, rowsOf(rows).map(textOf)]));
    }
    return fileOutput(world.files, places.output, query.sink);
  }

  /** Forgets what is outside of the world. */
  close(): void {
    dropMemoryTable(this.table);
  }
}

let tables = 0;

/** Whether an error is the death of the process, or came of it. */
export function isCrash(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof SimulatedCrash) return true;
  return false;
}

export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint"
      ? `${inner}n`
      : inner instanceof Map
        ? [...inner]
        : typeof inner === "number" && !Number.isFinite(inner)
          ? String(inner)
          : inner,
  );
}

/** What comes out when nothing happens on the way. */
export async function undisturbed(
  query: SimulatedQuery,
  rounds: readonly Round[],
  options?: SimulationOptions,
): Promise<Map<number, BatchRows>> {
  const simulation = new Simulation(query, 1, options);
  try {
    for (const round of rounds) {
      await simulation.arrive(round);
      expect(await simulation.run()).toBe(true);
    }
    return await simulation.output();
  } finally {
    simulation.close();
  }
}
