import { copyCheckpoint } from "../checkpoints/copy.js";
import { planReset, resetCheckpoint, type ResetPlan, type ResetTarget } from "../checkpoints/reset.js";
import { pruneCheckpoint, repartitionCheckpoint, type Pruned } from "../checkpoints/maintenance.js";
import { readCheckpoint, type CheckpointReading } from "../checkpoints/reading.js";
import type { Json } from "../engine/contract/json.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { isoMs } from "../engine/query/progress.js";
import type { SessionContext } from "./sessionContext.js";

/** What is in a checkpoint. */
export interface CheckpointReport {
  readonly location: string;
  readonly queryId: string | null;
  readonly outputMode: string | null;
  readonly sink: string | null;
  /** Null before the first batch. */
  readonly batches: {
    readonly oldest: number;
    readonly lastPlanned: number;
    /** Null where none is. */
    readonly lastCommitted: number | null;
    readonly plannedAt: string;
    /** The run that made the last commit. */
    readonly runId: string | null;
    readonly watermark: string | null;
  } | null;
  /** Where each source is: at the end of the last planned batch, and where that batch begins (null: at the source's start). */
  readonly sources: readonly { readonly name: string; readonly before: Json; readonly offset: Json }[];
  readonly conf: Readonly<Record<string, string>>;
  readonly state: readonly StateTableReport[];
}

export interface StateTableReport {
  readonly operatorId: string;
  readonly operatorName: string;
  readonly storeName: string;
  readonly layout: string;
  readonly key: readonly string[];
  readonly value: readonly string[];
}

/** What a check of a checkpoint found. */
export interface CheckpointVerdict {
  readonly location: string;
  /** Batches whose entries are whole and belong together. */
  readonly batches: number;
  readonly stateFiles: number;
  /** What a restart or a tool would fail at. */
  readonly problems: readonly StreamingError[];
  /** Snapshots that a restart passes over. */
  readonly passedOver: readonly StreamingError[];
}

/** Looks into a checkpoint without owning it. @throws CHECKPOINT_NOT_FOUND and what says that it is damaged */
export async function inspectCheckpoint({ runtime, warn }: SessionContext, path: string): Promise<CheckpointReport> {
  const reading = await readCheckpoint(path, runtime, warn);
  const { location, queryId, batches, schemas } = reading;
  const shape = membersOf(reading.shape);
  const last = batches.at(-1);
  const names = Array.isArray(shape["sources"]) ? shape["sources"].map(String) : [];
  return {
    location,
    queryId,
    outputMode: textOf(shape["outputMode"]),
    sink: [textOf(shape["sink"]), textOf(shape["sinkPlace"])].filter((part) => part !== null).join(" ") || null,
    batches: batchesOf(reading),
    sources: (last?.offsets.offsets ?? []).map((offset, i) => ({
      name: names[i] ?? `source ${i}`,
      before: offsetOf(batches.at(-2)?.offsets.offsets[i] ?? null),
      offset: offsetOf(offset),
    })),
    conf: last?.offsets.conf ?? {},
    state: schemas.map(({ operatorId, operatorName, storeName, layout, key, value }) => ({
      operatorId,
      operatorName,
      storeName,
      layout,
      key: key.fields.map(({ name }) => name),
      value: value.fields.map(({ name }) => name),
    })),
  };
}

/**
 * Copies a checkpoint to a folder that is not there yet: a savepoint, from which the same query may go on, or a fork, which is a query of its own.
 *
 * Gives the last committed batch; null when there is none.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_COPY_TARGET
 */
export function copyCheckpointTo(
  { runtime }: SessionContext,
  from: string,
  to: string,
  kind: "savepoint" | "fork",
): Promise<number | null> {
  return copyCheckpoint(from, to, kind === "fork" ? { kind, queryId: runtime.uuid() } : { kind }, runtime);
}

/**
 * Tells the query of a checkpoint how many partitions its state has from its next new batch on; gives how many it had, null before its first batch.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_IN_USE, INVALID_OPTION_VALUE
 */
export function repartition({ runtime }: SessionContext, path: string, partitions: number): Promise<number | null> {
  return repartitionCheckpoint(path, partitions, runtime);
}

/**
 * Forgets all but the last `keptBatches` batches of a checkpoint, and what no batch needs.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_IN_USE, INVALID_OPTION_VALUE
 */
export function prune({ runtime }: SessionContext, path: string, keptBatches: number): Promise<Pruned> {
  return pruneCheckpoint(path, keptBatches, runtime);
}

export type { ResetTarget };

/** What it means to let a query go back. */
export interface ResetReport {
  /** The last batch that is left. */
  readonly toBatch: number;
  readonly plannedAt: string;
  /** The batches that come again; none where the query is there already. */
  readonly again: { readonly from: number; readonly to: number } | null;
  /** From where each source is read again, and how far it was. */
  readonly sources: readonly { readonly name: string; readonly from: Json; readonly was: Json }[];
  readonly watermark: { readonly to: string | null; readonly was: string | null };
  readonly hasState: boolean;
  /** Where the query wrote: it has the batches that come again. */
  readonly output: string | null;
}

/**
 * Lets the query of a checkpoint go back behind a batch, so that it reads again what came since; with `dryRun` only says what that means.
 *
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_RESET_UNKNOWN, CHECKPOINT_IN_USE, CHECKPOINT_FILE_MISSING
 */
export async function reset(session: SessionContext, path: string, target: ResetTarget, dryRun: boolean): Promise<ResetReport> {
  const { runtime } = session;
  const before = await inspectCheckpoint(session, path);
  const { to, again } = await (dryRun ? planReset : resetCheckpoint)(path, target, runtime);
  const last = again.at(-1) ?? to;
  return {
    toBatch: to.batchId,
    plannedAt: isoMs(to.offsets.batchTimestampMs),
    again: again.length === 0 ? null : { from: again[0]!.batchId, to: last.batchId },
    sources: before.sources.map(({ name }, i) => ({
      name,
      from: offsetOf(to.offsets.offsets[i] ?? null),
      was: offsetOf(last.offsets.offsets[i] ?? null),
    })),
    watermark: { to: watermarkBehind(to), was: watermarkBehind(last) },
    hasState: to.commit?.stateFile !== undefined,
    output: before.sink,
  };
}

/** The watermark of the batch that comes next; null where there is none yet. */
function watermarkBehind({ offsets, commit }: ResetPlan["to"]): string | null {
  const watermarkMs = Math.max(offsets.batchWatermarkMs, commit?.nextBatchWatermarkMs ?? 0);
  return watermarkMs === 0 ? null : isoMs(watermarkMs);
}

/** Reads all that a restart from any retained batch may need: the logs, and the state files to their ends. @throws CHECKPOINT_NOT_FOUND */
export async function verifyCheckpoint({ runtime, warn }: SessionContext, path: string): Promise<CheckpointVerdict> {
  const problems: StreamingError[] = [];
  const passedOver: StreamingError[] = [];
  let reading: CheckpointReading;
  try {
    reading = await readCheckpoint(path, runtime, warn);
  } catch (error) {
    if (!(error instanceof StreamingError) || error.condition === "CHECKPOINT_NOT_FOUND") throw error;
    return { location: path, batches: 0, stateFiles: 0, problems: [error], passedOver };
  }
  const stateFiles = await reading.verifyState(({ error, isNeeded }) => (isNeeded ? problems : passedOver).push(error));
  return { location: reading.location, batches: reading.batches.length, stateFiles, problems, passedOver };
}

function batchesOf({ batches }: CheckpointReading): CheckpointReport["batches"] {
  const last = batches.at(-1);
  if (last === undefined) return null;
  const committed = batches.findLast(({ commit }) => commit !== null);
  const watermarkMs = committed?.commit?.nextBatchWatermarkMs ?? last.offsets.batchWatermarkMs;
  return {
    oldest: batches[0]!.batchId,
    lastPlanned: last.batchId,
    lastCommitted: committed?.batchId ?? null,
    plannedAt: isoMs(last.offsets.batchTimestampMs),
    runId: committed?.commit?.runId ?? null,
    watermark: watermarkMs === 0 ? null : isoMs(watermarkMs),
  };
}

function membersOf(json: Json): Readonly<Record<string, Json>> {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Readonly<Record<string, Json>>) : {};
}

function textOf(json: Json | undefined): string | null {
  return typeof json === "string" ? json : null;
}

/** Offsets are lines of JSON text. */
function offsetOf(text: string | null): Json {
  if (text === null) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
