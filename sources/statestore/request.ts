import type { LoggedBatch } from "../../engine/contract/checkpoint.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import type { StateSchema } from "../../engine/contract/state.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { nearestName } from "../../engine/errors/nearest.js";
import { readCheckpoint, type CheckpointReading } from "../../checkpoints/reading.js";

/** Spark's options of the format, those that there are. */
export const stateStoreOptions: readonly OptionSpec[] = [
  { name: "path", kind: "text", doc: "The checkpoint of the query." },
  { name: "batchId", kind: "integer", doc: "The state as this batch left it; by default the last that was committed." },
  {
    name: "operatorId",
    kind: "text",
    default: "0",
    doc: "Which stateful operator: its id, or its number in the order of the format `state-metadata`.",
  },
  { name: "storeName", kind: "text", doc: "Which of the operator's tables, where it has several." },
  { name: "joinSide", kind: ["left", "right"], doc: "Of a join of two streams: the table of which side." },
  { name: "stateVarName", kind: "text", doc: "Of user state: the variable." },
  { name: "readChangeFeed", kind: "boolean", default: "false", doc: "What batches changed, in place of what there is." },
  { name: "changeStartBatchId", kind: "integer", doc: "The first batch of the changes (included)." },
  { name: "changeEndBatchId", kind: "integer", doc: "The last batch of the changes (included); by default the last that was committed." },
];

/** What is to be read of which table. */
export interface StateRequest {
  readonly reading: CheckpointReading;
  readonly table: StateSchema;
  readonly partitions: number;
  /** The batch whose state it is, or the batches whose changes. */
  readonly wanted: { readonly batchId: number } | { readonly from: number; readonly to: number };
}

/** How many state partitions a query had in a batch. */
export function partitionsOf({ offsets }: LoggedBatch): number {
  return Number(offsets.conf["spark.sql.shuffle.partitions"] ?? 1);
}

/**
 * Opens the checkpoint and finds the table that the options name.
 *
 * @throws MISSING_OPTION, CHECKPOINT_NOT_FOUND, STDS_COMMITTED_BATCH_UNAVAILABLE, STDS_OFFSET_LOG_UNAVAILABLE, STDS_FAILED_TO_READ_STATE_SCHEMA,
 * STDS_CONFLICT_OPTIONS, STDS_REQUIRED_OPTION_UNSPECIFIED, STDS_INVALID_OPTION_VALUE
 */
export async function stateRequest(
  given: Readonly<Record<string, string>>,
  runtime: Runtime,
  warn: (message: string) => void,
): Promise<StateRequest> {
  const options = new Options("the statestore source", stateStoreOptions, given);
  checkConflicts(options);
  const reading = await readCheckpoint(options.require("path"), runtime, warn);
  const committed = reading.batches.filter(({ commit }) => commit !== null);
  const last = committed.at(-1);
  if (last === undefined) throw new StreamingError("STDS_COMMITTED_BATCH_UNAVAILABLE", { checkpointLocation: reading.location });
  const batchOf = (name: string, batchId: number): number => checkBatch(reading, committed, name, batchId);
  const partitions = partitionsOf(last);
  const tableAfter = async (batchId: number): Promise<StateSchema> => {
    const schemas = await reading.schemasAfter(batchId);
    if (schemas.length === 0) throw new StreamingError("STDS_FAILED_TO_READ_STATE_SCHEMA", { sourceOptions: reading.location });
    return tableOf(schemas, options);
  };
  if (!options.boolean("readChangeFeed")) {
    const batchId = batchOf("batchId", options.integer("batchId") ?? last.batchId);
    return { reading, table: await tableAfter(batchId), partitions, wanted: { batchId } };
  }
  const from = batchOf("changeStartBatchId", options.integer("changeStartBatchId")!);
  const to = batchOf("changeEndBatchId", options.integer("changeEndBatchId") ?? last.batchId);
  if (to < from) {
    throw new StreamingError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", {
      optionName: "changeEndBatchId",
      message: `it is ${to}, before changeStartBatchId, which is ${from}.`,
    });
  }
  const table = await tableAfter(to);
  checkOneLayout(committed, table, from, to);
  return { reading, table, partitions, wanted: { from, to } };
}

/** Rows of before a migration have other columns. @throws CHECKPOINT_STATE_UNREADABLE */
function checkOneLayout(committed: readonly LoggedBatch[], { operatorId }: StateSchema, from: number, to: number): void {
  const layoutOf = (batchId: number): number | undefined => committed.find((batch) => batch.batchId === batchId)?.commit?.stateSchema;
  for (let batchId = to; batchId > from; batchId--) {
    if (layoutOf(batchId) === layoutOf(batchId - 1)) continue;
    const reason = `batch ${batchId} made the state anew, so that rows before it have other columns; ask for changes up to batch ${batchId - 1}, or from batch ${batchId} on`;
    throw new StreamingError("CHECKPOINT_STATE_UNREADABLE", { operatorId, reason });
  }
}

function checkConflicts(options: Options): void {
  const isFeed = options.boolean("readChangeFeed");
  const both = (a: string, b: string): boolean => options.get(a) !== undefined && options.get(b) !== undefined;
  if (both("joinSide", "storeName")) throw conflict(["joinSide", "storeName"]);
  if (both("stateVarName", "storeName")) throw conflict(["stateVarName", "storeName"]);
  if (both("stateVarName", "joinSide")) throw conflict(["stateVarName", "joinSide"]);
  if (isFeed && options.get("batchId") !== undefined) throw conflict(["readChangeFeed", "batchId"]);
  if (isFeed && options.get("changeStartBatchId") === undefined)
    throw new StreamingError("STDS_REQUIRED_OPTION_UNSPECIFIED", { optionName: "changeStartBatchId" });
  for (const name of ["batchId", "changeStartBatchId", "changeEndBatchId"]) {
    if ((options.integer(name) ?? 0) < 0) throw new StreamingError("STDS_INVALID_OPTION_VALUE.IS_NEGATIVE", { optionName: name });
    if (!isFeed && name !== "batchId" && options.get(name) !== undefined) {
      throw new StreamingError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", {
        optionName: name,
        message: "it is of changes, which readChangeFeed asks for.",
      });
    }
  }
}

function conflict(names: readonly string[]): StreamingError {
  return new StreamingError("STDS_CONFLICT_OPTIONS", { options: `[${names.join(", ")}]` });
}

function checkBatch(reading: CheckpointReading, committed: readonly LoggedBatch[], optionName: string, batchId: number): number {
  if (committed.some((batch) => batch.batchId === batchId)) return batchId;
  if (reading.batches.some((batch) => batch.batchId === batchId)) {
    throw new StreamingError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", {
      optionName,
      message: `batch ${batchId} is planned and not committed.`,
    });
  }
  throw new StreamingError("STDS_OFFSET_LOG_UNAVAILABLE", { batchId: String(batchId), checkpointLocation: reading.location });
}

/** The table that the options name, of the operator that they name. */
function tableOf(schemas: readonly StateSchema[], options: Options): StateSchema {
  const operators = [...new Set(schemas.map(({ operatorId }) => operatorId))];
  const asked = options.get("operatorId")!;
  const operatorId = operators.includes(asked) ? asked : operators[/^\d+$/.test(asked) ? Number(asked) : -1];
  if (operatorId === undefined) throw unknown("operatorId", asked, operators);
  const tables = schemas.filter((schema) => schema.operatorId === operatorId);
  const name = options.get("joinSide") ?? options.get("stateVarName") ?? options.get("storeName");
  const found = name === undefined && tables.length === 1 ? tables[0] : tables.find(({ storeName }) => storeName === (name ?? "default"));
  if (found !== undefined) return found;
  const names = tables.map(({ storeName }) => storeName);
  const option = ["joinSide", "stateVarName"].find((o) => options.get(o) !== undefined) ?? "storeName";
  throw unknown(option, name ?? "", names);
}

function unknown(optionName: string, value: string, names: readonly string[]): StreamingError {
  const nearest = nearestName(value, names);
  const said = value === "" ? "it says which of several tables is meant." : `the checkpoint has no \`${value}\`.`;
  const message = `${said} There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}.${nearest ? ` Did you mean ${nearest}?` : ""}`;
  return new StreamingError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", { optionName, message });
}
