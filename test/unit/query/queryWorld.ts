import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { Session } from "../../../dataframe/session.js";
import type { DataStreamWriter } from "../../../dataframe/streamWriter.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import type { Runtime } from "../../../engine/contract/runtime.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import type { Trigger } from "../../../engine/query/trigger.js";
import { memory } from "../../memory.js";
import { World } from "../../simulation/world/world.js";

export type Frame = DataFrame<Record<string, unknown>>;

/** How a query is started; what is left out is as in the plainest query: the columns of the input, to a memory table, all that is there. */
export interface Start {
  readonly build?: (input: Frame, session: Session) => { readonly writeStream: DataStreamWriter<unknown> };
  readonly schema?: string;
  readonly path?: string;
  readonly readOptions?: Readonly<Record<string, string>>;
  readonly outputMode?: OutputMode;
  readonly sink?: "memory" | "json" | "parquet";
  readonly sinkPath?: string;
  readonly name?: string;
  readonly conf?: Readonly<Record<string, string>>;
  readonly checkpoint?: string;
  readonly trigger?: Trigger;
  /** Of a process that lives already; a new process when absent. */
  readonly runtime?: Runtime;
}

/** A simulated machine on which one query after another runs over JSON files. */
export class QueryWorld {
  readonly world: World;
  readonly warnings: string[] = [];
  private readonly table = `query-world-${++tables}`;
  private processes = 0;

  constructor(options: ConstructorParameters<typeof World>[1] = {}) {
    // A seed of its own: ids of runs are unique in a process.
    this.world = new World(10_000 + tables, options);
  }

  /** A process that starts now. */
  process(): Runtime {
    return this.world.runtime(`process ${++this.processes}`);
  }

  session(start: Start = {}): Session {
    const { runtime = this.process(), conf = {} } = start;
    return Session.create({ memoryTables: memory, runtime, conf, print: () => {}, warn: (message) => this.warnings.push(message) });
  }

  /** Adds a file of rows (or of text as it is); newer than all before. */
  async file(name: string, rows: readonly object[] | string, folder = "/data/in"): Promise<void> {
    const text = typeof rows === "string" ? rows : rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    this.world.clock.advance(1000);
    await this.world.files.makeDirectory(folder);
    await this.world.files.addNew(`${folder}/${name}`, new TextEncoder().encode(text));
  }

  async start(start: Start = {}): Promise<StreamingQuery> {
    const session = this.session(start);
    const { schema = "ts TIMESTAMP, k STRING, v BIGINT", path = "/data/in", sink = "memory", readOptions = {} } = start;
    const input = session.readStream.schema(schema).options(readOptions).json(path);
    const writer = (start.build?.(input, session) ?? input).writeStream
      .format(sink)
      .outputMode(start.outputMode ?? "append")
      .trigger(start.trigger ?? { availableNow: true })
      .option("checkpointLocation", start.checkpoint ?? "/data/checkpoint");
    const named = sink === "memory" ? writer.queryName(start.name ?? this.table) : writer.option("path", start.sinkPath ?? "/data/out");
    return named.start();
  }

  /** Starts a query and waits for its end. */
  async run(start: Start = {}): Promise<StreamingQuery> {
    const query = await this.start(start);
    await query.awaitTermination();
    return query;
  }

  /** The same for a query that brings its own sink. */
  async runWriter(
    write: (session: Session) => DataStreamWriter<unknown>,
    trigger: Trigger = { availableNow: true },
  ): Promise<StreamingQuery> {
    const query = await write(this.session()).option("checkpointLocation", "/data/checkpoint").trigger(trigger).start();
    await query.awaitTermination();
    return query;
  }

  /** What came to the memory table, by batch. */
  batches(): Map<number, Value[][]> {
    return new Map(memory.table(this.table).batches.map(({ batchId, rows }) => [batchId, rowsOf(rows)]));
  }

  /** All of it. */
  rows(): Value[][] {
    return [...this.batches().values()].flat();
  }

  async text(path: string): Promise<string | null> {
    const bytes = await this.world.files.read(path);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  }

  /** Puts something else in a file's place. */
  async overwrite(path: string, text: string | Uint8Array): Promise<void> {
    await this.world.files.replace(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  close(): void {
    memory.drop(this.table);
  }
}

let tables = 0;

/** The condition that a piece of work is refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<Pick<StreamingError, "condition" | "parameters" | "message">> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
