import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { batchFromRows, constantColumn, nullColumn, projectBatch } from "../../engine/arrow/columns.js";
import { field, sameType, types, type Schema } from "../../engine/arrow/types.js";
import type { SourceContext, SourceProvider } from "../../engine/contract/provider.js";
import { readAll, type ColumnsReader, type Offset, type Scan, type ScanRequest, type Source } from "../../engine/contract/source.js";
import type { StateChanges } from "../../engine/contract/state.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import { readCheckpoint } from "../../checkpoints/reading.js";
import { partitionsOf, stateRequest, stateStoreOptions, type StateRequest } from "./request.js";
import { rowSchema, StateTable } from "../../engine/state/stateTable.js";

/**
 * Spark's `statestore`: what the state of a query holds, or what batches changed in it. Reads the checkpoint of a query that may run meanwhile, and changes nothing.
 */
export const stateStoreProvider: SourceProvider = {
  name: "statestore",
  options: stateStoreOptions,
  schema(options, given) {
    void new Options("the statestore source", stateStoreOptions, options);
    // Inference has seen the checkpoint; a stream has not.
    if (given === null) throw new StreamingError("SOURCE_IS_BOUNDED", { source: "statestore" });
    return given;
  },
  async inferSchema(options, runtime) {
    return schemaOf(await stateRequest(options, runtime, () => undefined));
  },
  async create(context) {
    requireBounded(context, "statestore");
    const request = await stateRequest(context.options, context.runtime, (message) => context.warn(message));
    const schema = schemaOf(request);
    if (!sameType(schema, context.schema)) throw new StreamingError("SOURCE_HAS_OWN_SCHEMA", { source: "statestore" });
    return new BoundedSource(`StateStore[${request.reading.location}]`, schema, () => batchesOf(request));
  },
};

const metadataOptions: readonly OptionSpec[] = [{ name: "path", kind: "text", doc: "The checkpoint of the query." }];

const metadataSchema: Schema = types.struct([
  field("operatorId", types.long),
  field("operatorName", types.string),
  field("stateStoreName", types.string),
  field("numPartitions", types.int),
  field("minBatchId", types.long),
  field("maxBatchId", types.long),
  field("operatorProperties", types.string),
]);

/** Spark's `state-metadata`: which tables of state a checkpoint has, and of which batches. `operatorProperties` has our id of the operator, and how it lays out its state. */
export const stateMetadataProvider: SourceProvider = {
  name: "state-metadata",
  options: metadataOptions,
  schema(options, given) {
    void new Options("the state-metadata source", metadataOptions, options);
    if (given !== null) throw new StreamingError("SOURCE_HAS_OWN_SCHEMA", { source: "state-metadata" });
    return metadataSchema;
  },
  async create(context) {
    requireBounded(context, "state-metadata");
    const path = new Options("the state-metadata source", metadataOptions, context.options).require("path");
    const reading = await readCheckpoint(path, context.runtime, (message) => context.warn(message));
    const committed = reading.batches.filter(({ commit }) => commit !== null);
    const operators = [...new Set(reading.schemas.map(({ operatorId }) => operatorId))];
    const last = committed.at(-1);
    const partitions = last === undefined ? 1 : partitionsOf(last);
    const rows = reading.schemas.map(({ operatorId, operatorName, storeName, layout }) => [
      BigInt(operators.indexOf(operatorId)),
      operatorName,
      storeName,
      partitions,
      BigInt(committed[0]?.batchId ?? -1),
      BigInt(last?.batchId ?? -1),
      JSON.stringify({ id: operatorId, layout }),
    ]);
    const batch = batchFromRows(metadataSchema, rows);
    return new BoundedSource(`StateMetadata[${reading.location}]`, metadataSchema, async function* () {
      yield batch;
    });
  },
};

function requireBounded({ bounded }: SourceContext, source: string): void {
  if (!bounded) throw new StreamingError("SOURCE_IS_BOUNDED", { source });
}

function schemaOf({ table, wanted }: StateRequest): Schema {
  const rows = rowSchema(table);
  if ("batchId" in wanted) return rows;
  return types.struct([field("batch_id", types.long), field("change_type", types.string), ...rows.fields]);
}

async function* batchesOf(request: StateRequest): AsyncGenerator<Batch> {
  const { reading, table: schema, partitions, wanted } = request;
  const table = new StateTable(schema, partitions);
  if ("batchId" in wanted) {
    for await (const chunk of reading.stateAfter(wanted.batchId)) if (isOf(request, chunk)) table.apply(chunk, false);
    yield* table.rows();
    return;
  }
  // The rows of a window that was forgotten are known from the state before.
  const before = beforeFeed(request, wanted.from);
  if (before !== null) for await (const chunk of reading.stateAfter(before)) if (isOf(request, chunk)) table.apply(chunk, false);
  const feed = schemaOf(request);
  for (let batchId = wanted.from; batchId <= wanted.to; batchId++) {
    for await (const chunk of reading.changesOf(batchId)) {
      if (!isOf(request, chunk)) continue;
      for (const gone of table.apply(chunk, true)) yield changed(feed, batchId, "delete", gone);
      const put = table.rowsOf(chunk);
      if (put !== null) yield changed(feed, batchId, "update", put);
    }
  }
}

/** The batch whose state a feed starts from; none where its first batch is all of the state, or the first that is kept. */
function beforeFeed({ reading: { batches } }: StateRequest, from: number): number | null {
  const before = batches.find(({ batchId }) => batchId === from - 1);
  const first = batches.find(({ batchId }) => batchId === from);
  return before !== undefined && before.commit?.stateSchema === first?.commit?.stateSchema ? before.batchId : null;
}

function isOf({ table }: StateRequest, { operatorId, storeName }: StateChanges): boolean {
  return table.operatorId === operatorId && table.storeName === storeName;
}

/** Rows of a change feed. What was deleted has a key only, as in Spark. */
function changed(schema: Schema, batchId: number, change: "update" | "delete", rows: Batch): Batch {
  const [key, value, partition] = rows.columns;
  const { length } = rows;
  const shown = change === "delete" ? nullColumn(value!.type, length) : value!;
  const columns = [
    constantColumn(types.long, BigInt(batchId), length),
    constantColumn(types.string, change, length),
    key!,
    shown,
    partition!,
  ];
  return batchOf(schema, columns, length);
}

/** A table that is made when it is read, once for each reading. */
class BoundedSource implements Source {
  readonly defaultLimit = readAll;

  constructor(
    readonly description: string,
    readonly schema: Schema,
    private readonly batches: () => AsyncGenerator<Batch>,
  ) {}

  async latestOffset(): Promise<Offset> {
    return "0";
  }

  async prepareForAvailableNow(): Promise<void> {}

  scan({ schema, filters }: ScanRequest): Scan {
    return {
      decode: null,
      residual: filters,
      partitions: async () => [0],
      open: async (): Promise<ColumnsReader> => {
        const batches = this.batches();
        return {
          kind: "columns",
          next: async () => {
            const { value, done } = await batches.next();
            return done === true ? null : projectBatch(value, schema);
          },
          close: async () => void (await batches.return(undefined)),
        };
      },
    };
  }

  async commit(): Promise<void> {}

  sameOffset(a: Offset, b: Offset): boolean {
    return a === b;
  }

  offsetProblem(): string | null {
    return null;
  }

  metrics(): Readonly<Record<string, string>> {
    return {};
  }

  async stop(): Promise<void> {}
}
