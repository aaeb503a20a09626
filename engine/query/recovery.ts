import { assert } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import type { Checkpoint, OffsetEntry } from "../contract/checkpoint.js";
import type { Json } from "../contract/json.js";
import type { Offset } from "../contract/source.js";
import type { QueryShape } from "./definition.js";

/** Where a run goes on. */
export interface RestartPoint {
  readonly batchId: number;
  /** The offsets that batch starts from, per source. */
  readonly start: readonly (Offset | null)[];
  /** The batch's own entry when an earlier run planned it but did not commit it: it runs again, exactly so. */
  readonly planned: OffsetEntry | null;
  /** The global watermark as the logs have it. */
  readonly watermarkMs: number;
  /** The watermark of the batch before: what late rows are judged by (law 5). */
  readonly previousWatermarkMs: number;
  /** Configuration that the last batch was logged with; null at the first start. */
  readonly loggedConf: Readonly<Record<string, string>> | null;
}

/**
 * Reads the logs: the last planned batch either is committed (go on behind it) or is not (run it again with the same offsets).
 *
 * @throws CHECKPOINT_INCONSISTENT when the logs contradict each other
 */
export async function findRestartPoint(checkpoint: Checkpoint, sourceCount: number): Promise<RestartPoint> {
  const latestPlanned = await checkpoint.offsetLog.latestId();
  const latestCommitted = await checkpoint.commitLog.latestId();
  if (latestPlanned === null) {
    if (latestCommitted !== null) throw inconsistent(checkpoint, `batch ${latestCommitted} is committed but no batch was ever planned`);
    return {
      batchId: 0,
      start: Array<null>(sourceCount).fill(null),
      planned: null,
      watermarkMs: 0,
      previousWatermarkMs: 0,
      loggedConf: null,
    };
  }
  if (latestCommitted !== null && latestCommitted > latestPlanned) {
    throw inconsistent(checkpoint, `batch ${latestCommitted} is committed, but the last planned one is ${latestPlanned}`);
  }
  if ((latestCommitted ?? -1) < latestPlanned - 1) {
    throw inconsistent(checkpoint, `batch ${latestPlanned} was planned before batch ${latestPlanned - 1} was committed`);
  }
  const planned = await entryOf(checkpoint, latestPlanned, sourceCount);
  if (latestCommitted === latestPlanned) {
    const commit = await checkpoint.commitLog.get(latestCommitted);
    assert(commit !== null, `commit log entry ${latestCommitted} vanished`);
    return {
      batchId: latestPlanned + 1,
      start: planned.offsets,
      planned: null,
      watermarkMs: Math.max(planned.batchWatermarkMs, commit.nextBatchWatermarkMs),
      previousWatermarkMs: planned.batchWatermarkMs,
      loggedConf: planned.conf,
    };
  }
  const before = latestPlanned === 0 ? null : await entryOf(checkpoint, latestPlanned - 1, sourceCount);
  return {
    batchId: latestPlanned,
    start: before?.offsets ?? Array<null>(sourceCount).fill(null),
    planned,
    watermarkMs: planned.batchWatermarkMs,
    previousWatermarkMs: before?.batchWatermarkMs ?? planned.batchWatermarkMs,
    loggedConf: planned.conf,
  };
}

async function entryOf(checkpoint: Checkpoint, id: number, sourceCount: number): Promise<OffsetEntry> {
  const entry = await checkpoint.offsetLog.get(id);
  if (entry === null) throw inconsistent(checkpoint, `entry ${id} of the offset log is missing`);
  if (entry.offsets.length !== sourceCount) {
    throw changed(checkpoint, `it has ${entry.offsets.length} source(s), the query has ${sourceCount}`);
  }
  return entry;
}

function inconsistent(checkpoint: Checkpoint, problem: string): StreamingError {
  return new StreamingError("CHECKPOINT_INCONSISTENT", { location: checkpoint.location, problem });
}

function changed(checkpoint: Checkpoint, change: string): StreamingError {
  return new StreamingError("QUERY_CHANGED", { location: checkpoint.location, change });
}

/**
 * Compares the sources with those that the checkpoint was made with: before they are opened, because each reads a log that another kind of source would not
 * understand.
 *
 * @throws QUERY_CHANGED naming the change
 */
export async function checkSources(checkpoint: Checkpoint, sources: QueryShape["sources"]): Promise<void> {
  const recorded = (await checkpoint.readQueryShape()) as QueryShape | null;
  const change = recorded === null ? null : sourceChange(recorded.sources, sources);
  if (change !== null) throw changed(checkpoint, change);
}

/**
 * Compares the query with the one that the checkpoint was made by, and records it at the first start.
 *
 * Filters, projections and the sink may change; stateful operators must not once a batch is committed, nor the output mode where there is state.
 *
 * @throws QUERY_CHANGED naming the change
 */
export async function checkShape(checkpoint: Checkpoint, shape: QueryShape, { batchId }: RestartPoint): Promise<void> {
  const recorded = (await checkpoint.readQueryShape()) as QueryShape | null;
  if (recorded === null || batchId === 0) return checkpoint.writeQueryShape(shape as unknown as Json);
  const change = operatorChange(recorded, shape);
  if (change !== null) throw changed(checkpoint, change);
}

function sourceChange(before: QueryShape["sources"], now: QueryShape["sources"]): string | null {
  if (before.length !== now.length) return `it has ${before.length} source(s), the query has ${now.length}`;
  const i = before.findIndex((source, at) => source !== now[at]);
  return i < 0 ? null : `source ${i} was ${before[i]} and is ${now[i]}`;
}

function operatorChange(before: QueryShape, now: QueryShape): string | null {
  for (const [id, operator] of Object.entries(before.operators)) {
    const same = now.operators[id];
    if (same === undefined) return `the stateful operator ${id} is gone`;
    const change = aspectChange(operator, same);
    if (change !== null) return `${change[0]} of the stateful operator ${id} was ${change[1]} and is ${change[2]}`;
  }
  for (const id of Object.keys(now.operators)) {
    if (!(id in before.operators)) return `the stateful operator ${id} is new`;
  }
  const stateful = Object.keys(now.operators).length > 0;
  if (stateful && before.outputMode !== now.outputMode) return `the output mode was ${before.outputMode} and is ${now.outputMode}`;
  return null;
}

/** The first aspect that is not as it was: its name, before and now. */
function aspectChange(before: Json, now: Json): readonly [string, string, string] | null {
  const old = before as Readonly<Record<string, Json>>;
  const current = now as Readonly<Record<string, Json>>;
  for (const aspect of Object.keys({ ...old, ...current })) {
    const [a, b] = [JSON.stringify(old[aspect] ?? null), JSON.stringify(current[aspect] ?? null)];
    if (a !== b) return [aspect, a, b];
  }
  return null;
}
