import { assert } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import type { Checkpoint, OffsetEntry } from "../contract/checkpoint.js";
import type { Offset } from "../contract/source.js";
import { partitionsKey } from "./configuration.js";
import { queryChanged } from "./shape.js";

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
      loggedConf: toldConf(checkpoint, planned.conf),
    };
  }
  const before = latestPlanned === 0 ? null : await entryOf(checkpoint, latestPlanned - 1, sourceCount);
  return {
    batchId: latestPlanned,
    start: before?.offsets ?? Array<null>(sourceCount).fill(null),
    planned,
    watermarkMs: planned.batchWatermarkMs,
    previousWatermarkMs: before?.batchWatermarkMs ?? planned.batchWatermarkMs,
    loggedConf: toldConf(checkpoint, planned.conf),
  };
}

/** What was logged, but for what a tool has told the query since. A batch that runs again does so as it was logged. */
function toldConf({ toldPartitions }: Checkpoint, logged: OffsetEntry["conf"]): OffsetEntry["conf"] {
  return toldPartitions === null ? logged : { ...logged, [partitionsKey]: String(toldPartitions) };
}

async function entryOf(checkpoint: Checkpoint, id: number, sourceCount: number): Promise<OffsetEntry> {
  const entry = await checkpoint.offsetLog.get(id);
  if (entry === null) throw inconsistent(checkpoint, `entry ${id} of the offset log is missing`);
  if (entry.offsets.length !== sourceCount) {
    throw queryChanged(checkpoint, `it has ${entry.offsets.length} source(s), the query has ${sourceCount}`);
  }
  return entry;
}

function inconsistent(checkpoint: Checkpoint, problem: string): StreamingError {
  return new StreamingError("CHECKPOINT_INCONSISTENT", { location: checkpoint.location, problem });
}
