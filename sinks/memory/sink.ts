import type { Batch } from "../../engine/arrow/batch.js";
import { concatBatches, emptyBatch, retainBatch, rowsOf } from "../../engine/arrow/columns.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { SinkProvider } from "../../engine/contract/provider.js";
import type { OutputBatchInfo, OutputIdentity, OutputMode, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** What a query handed over in one batch. */
export interface MemoryTableBatch {
  readonly batchId: number;
  readonly outputMode: OutputMode;
  readonly rows: Batch;
}

/** What the memory sink has been given, batch by batch. It outlives the query, so that one that is started again goes on with it. */
export class MemoryTable {
  readonly batches: MemoryTableBatch[] = [];
  /** Of the query that writes. */
  queryId: string | null = null;

  constructor(readonly name: string) {}

  /** The table as it stands: every row in append and update mode, the last batch's in complete mode. */
  content(schema: Schema): Batch {
    const last = this.batches.at(-1);
    if (!last) return emptyBatch(schema);
    return last.outputMode === "complete"
      ? last.rows
      : concatBatches(
          schema,
          this.batches.map((batch) => batch.rows),
        );
  }

  /** The same as rows of values by position. */
  rows(): Value[][] {
    const last = this.batches.at(-1);
    return last ? rowsOf(this.content(last.rows.schema)) : [];
  }
}

/** The tables of a session's memory sinks, by name. */
export class MemoryTables {
  private readonly tables = new Map<string, MemoryTable>();

  /** The table of that name, made when there is none. */
  table(name: string): MemoryTable {
    let table = this.tables.get(name);
    if (!table) this.tables.set(name, (table = new MemoryTable(name)));
    return table;
  }

  /** Forgets a table. */
  drop(name: string): void {
    this.tables.delete(name);
  }
}

const optionSpecs: readonly OptionSpec[] = [{ name: "queryName", kind: "text", doc: "The table's name: that of the query." }];

/** Rows kept in memory, in one of these tables, to look at and for tests. */
export function memorySinkProvider(tables: MemoryTables): SinkProvider {
  return {
    name: "memory",
    options: optionSpecs,
    capabilities: ["append", "upsert", "changes"],
    create: ({ options }) => new MemorySink(tables.table(new Options("the memory sink", optionSpecs, options).require("queryName"))),
  };
}

class MemorySink implements Sink {
  readonly description = "MemorySink";

  constructor(private readonly table: MemoryTable) {}

  async start({ queryId }: OutputIdentity): Promise<void> {
    const owner = this.table.queryId;
    if (owner !== null && owner !== queryId) {
      throw new StreamingError("SINK_BELONGS_TO_ANOTHER_QUERY", {
        sink: `The memory table ${this.table.name}`,
        owner: `query ${owner}`,
        queryId,
      });
    }
    this.table.queryId = queryId;
  }

  async open(info: OutputBatchInfo): Promise<SinkBatch | null> {
    const newest = this.table.batches.at(-1)?.batchId ?? -1;
    if (newest === info.batchId) return null;
    if (newest > info.batchId) {
      throw new StreamingError("SINK_AHEAD_OF_QUERY", {
        sink: `The memory table ${this.table.name}`,
        newest: String(newest),
        batchId: String(info.batchId),
      });
    }
    const parts: Batch[] = [];
    return {
      write: (batch) => void parts.push(retainBatch(batch)),
      prepare: async () => {},
      commit: async () => {
        const { batchId, outputMode, schema } = info;
        this.table.batches.push({ batchId, outputMode, rows: concatBatches(schema, parts) });
      },
      abort: async () => {},
    };
  }

  async stop(): Promise<void> {}
}
