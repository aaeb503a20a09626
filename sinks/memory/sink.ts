import type { Batch } from "../../engine/arrow/batch.js";
import { batchFromRows, concatBatches, emptyBatch, retainBatch, rowsOf } from "../../engine/arrow/columns.js";
import { types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { changesOption } from "../../engine/contract/changeForm.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { SinkProvider } from "../../engine/contract/provider.js";
import type { CommittedBatch, OutputBatchInfo, OutputIdentity, OutputMode, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { valueKey, type ValueKey } from "../../engine/values/valueIndex.js";

/** What a query handed over in one batch. */
export interface MemoryTableBatch {
  readonly batchId: number;
  readonly outputMode: OutputMode;
  readonly rows: Batch;
}

/** The rows of a query whose changes come by key: what is there now. */
interface KeyedRows {
  readonly schema: Schema;
  readonly rows: Map<ValueKey, Value[]>;
}

/** What the memory sink has been given, batch by batch, or what is there now by key. It outlives the query, so that one that is started again goes on with it. */
export class MemoryTable {
  readonly batches: MemoryTableBatch[] = [];
  /** The batch that it was given last; −1: none. */
  newest = -1;
  #keyed: KeyedRows | null = null;
  /** Of the query that writes. */
  queryId: string | null = null;

  constructor(readonly name: string) {}

  /** Takes what a query gave in a batch. */
  append(batch: MemoryTableBatch): void {
    this.newest = batch.batchId;
    this.batches.push(batch);
  }

  /** Takes changes by key: what is there now takes the place of what was, a delete its place away. The last column says which it is. */
  upsert(batchId: number, changes: Batch, keys: readonly string[]): void {
    const columns = changes.schema.fields.slice(0, -1);
    const keyed = (this.#keyed ??= { schema: types.struct(columns), rows: new Map() });
    const places = keys.map((name) => columns.findIndex((column) => column.name === name));
    const keyType = types.struct(places.map((place) => columns[place]!));
    for (const row of rowsOf(changes)) {
      const kind = row.pop();
      const key = valueKey(
        places.map((place) => row[place]!),
        keyType,
      );
      if (kind === "delete") keyed.rows.delete(key);
      else keyed.rows.set(key, row);
    }
    this.newest = batchId;
  }

  /** The table as it stands: every row in append and update mode, the last batch's in complete mode, what is there now by key. */
  content(schema: Schema): Batch {
    if (this.#keyed !== null) return batchFromRows(schema, [...this.#keyed.rows.values()]);
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
    if (this.#keyed !== null) return rowsOf(this.content(this.#keyed.schema));
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

const optionSpecs: readonly OptionSpec[] = [
  changesOption(),
  { name: "queryName", kind: "text", doc: "The table's name: that of the query." },
];

/** Rows kept in memory, in one of these tables, to look at and for tests. */
export function memorySinkProvider(tables: MemoryTables): SinkProvider {
  return {
    name: "memory",
    options: optionSpecs,
    capabilities: ["append", "upsert", "changes", "changesByKey"],
    create: ({ options, changeKeys }) => {
      const name = new Options("the memory sink", optionSpecs, options).require("queryName");
      return new MemorySink(tables.table(name), changeKeys ?? null);
    },
  };
}

class MemorySink implements Sink {
  readonly description = "MemorySink";

  constructor(
    private readonly table: MemoryTable,
    /** The columns that identify a row where changes come by key; null where all rows are kept. */
    private readonly keys: readonly string[] | null,
  ) {}

  async start({ queryId }: OutputIdentity, _: readonly CommittedBatch[] = [], lastPlanned = Infinity): Promise<void> {
    const owner = this.table.queryId;
    if (owner !== null && owner !== queryId) {
      throw new StreamingError("SINK_BELONGS_TO_ANOTHER_QUERY", {
        sink: `The memory table ${this.table.name}`,
        owner: `query ${owner}`,
        queryId,
      });
    }
    if (this.table.newest > lastPlanned) throw this.ahead(lastPlanned + 1);
    this.table.queryId = queryId;
  }

  async open(info: OutputBatchInfo): Promise<SinkBatch | null> {
    const { newest } = this.table;
    if (newest === info.batchId) return null;
    if (newest > info.batchId) throw this.ahead(info.batchId);
    const parts: Batch[] = [];
    return {
      write: (batch) => void parts.push(retainBatch(batch)),
      prepare: async () => {},
      commit: async () => {
        const { batchId, outputMode, schema } = info;
        const rows = concatBatches(schema, parts);
        if (this.keys === null) this.table.append({ batchId, outputMode, rows });
        else this.table.upsert(batchId, rows, this.keys);
      },
      abort: async () => {},
    };
  }

  async stop(): Promise<void> {}

  /** @param batchId the batch that the query is about to write */
  private ahead(batchId: number): StreamingError {
    const sink = `The memory table ${this.table.name}`;
    return new StreamingError("SINK_AHEAD_OF_QUERY", { sink, newest: String(this.table.newest), batchId: String(batchId) });
  }
}
