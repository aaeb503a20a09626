import type { Offset } from "../contract/source.js";
import type { EventTimeStats } from "../physical/eventTimeStats.js";
import type { SampleRow } from "../physical/execution/execution.js";
import type { GrowthRate } from "./stateGrowth.js";
import type { StateOperatorMetrics } from "../physical/operator.js";

/** Spark's StreamingQueryProgress: what one trigger did, field for field in Spark's names and order. */
export interface StreamingQueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  /** Start of the trigger, ISO. */
  readonly timestamp: string;
  readonly batchId: number;
  /** Milliseconds from the start of the trigger to its end. */
  readonly batchDuration: number;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
  /** Milliseconds a phase. */
  readonly durationMs: Readonly<Record<string, number>>;
  /** `max`, `min`, `avg` of this batch's event times and the `watermark` it used, ISO; empty for a query without a watermark. */
  readonly eventTime: Readonly<Record<string, string>>;
  /** The most downstream operator first. */
  readonly stateOperators: readonly StateOperatorProgress[];
  readonly sources: readonly SourceProgress[];
  readonly sink: SinkProgress;
  /** Of `observe`, which is yet to come. */
  readonly observedMetrics: Readonly<Record<string, never>>;
  /** Ours, behind Spark's: the outputs beside the result; absent where there are none. */
  readonly sideOutputs?: readonly SideOutputProgress[];
  /** Ours likewise: the first rows of the batch that operators lost because they were late; absent where there are none, and where they go to an output of their own. */
  readonly lateSamples?: readonly LateSampleProgress[];
}

export interface LateSampleProgress {
  /** The operator that lost them: `aggregate-0` … */
  readonly operatorId: string;
  /** The watermark by which they were late, ISO; null for rows without an event time, before there is one. */
  readonly watermark: string | null;
  /** The columns that the query reads of them, as texts. */
  readonly rows: readonly SampleRow[];
}

export interface SideOutputProgress {
  /** `late` or `malformed`. */
  readonly id: string;
  readonly description: string;
  readonly numOutputRows: number;
  /** The first rows of the batch, their values as texts. */
  readonly sample: readonly SampleRow[];
}

export interface StateOperatorProgress {
  readonly operatorName: string;
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  /** Of the whole batch: an operator is fused with those around it. */
  readonly allUpdatesTimeMs: number;
  /** 0: what is removed goes while the batch ends, in the time above. */
  readonly allRemovalsTimeMs: number;
  readonly commitTimeMs: number;
  readonly memoryUsedBytes: number;
  readonly numRowsDroppedByWatermark: number;
  readonly numShufflePartitions: number;
  readonly numStateStoreInstances: number;
  readonly customMetrics: Readonly<Record<string, number>>;
}

export interface SourceProgress {
  readonly description: string;
  readonly startOffset: Offset | null;
  readonly endOffset: Offset | null;
  readonly latestOffset: Offset | null;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
  readonly metrics: Readonly<Record<string, string>>;
}

export interface SinkProgress {
  readonly description: string;
  readonly numOutputRows: number;
  readonly metrics: Readonly<Record<string, string>>;
}

/** The eventTime object of the progress. Several `withWatermark`s are summed up as Spark does: extremes over all of them. */
export function eventTimeProgress(stats: Iterable<EventTimeStats>, watermarkMs: number | null): Record<string, string> {
  if (watermarkMs === null) return {};
  let count = 0;
  let sumMs = 0;
  let minUs = Infinity;
  let maxUs = -Infinity;
  for (const s of stats) {
    if (s.count === 0) continue;
    count += s.count;
    sumMs += s.sumUs / 1000;
    minUs = Math.min(minUs, s.minUs);
    maxUs = Math.max(maxUs, s.maxUs);
  }
  const watermark = isoMs(watermarkMs);
  if (count === 0) return { watermark };
  return { avg: isoMs(Math.trunc(sumMs / count)), max: isoMs(Math.floor(maxUs / 1000)), min: isoMs(Math.floor(minUs / 1000)), watermark };
}

/** An operator's counters in Spark's shape. */
export function stateOperatorProgress(
  metrics: StateOperatorMetrics,
  durationMs: Readonly<Record<string, number>>,
  growth: GrowthRate | null,
): StateOperatorProgress {
  const customMetrics: Record<string, number> = { lateRows: metrics.lateRows, ...growth };
  if (metrics.onDisk !== undefined) Object.assign(customMetrics, { rowsOnDisk: metrics.onDisk.rows, bytesOnDisk: metrics.onDisk.bytes });
  if (metrics.rowsExpiredByTtl !== undefined) customMetrics.rowsExpiredByTtl = metrics.rowsExpiredByTtl;
  if (metrics.numDroppedDuplicateRows !== null) customMetrics.numDroppedDuplicateRows = metrics.numDroppedDuplicateRows;
  return {
    operatorName: metrics.operatorName,
    numRowsTotal: metrics.numRowsTotal,
    numRowsUpdated: metrics.numRowsUpdated,
    numRowsRemoved: metrics.numRowsRemoved,
    allUpdatesTimeMs: durationMs["addBatch"] ?? 0,
    allRemovalsTimeMs: 0,
    commitTimeMs: durationMs["commitBatch"] ?? 0,
    memoryUsedBytes: metrics.memoryUsedBytes,
    numRowsDroppedByWatermark: metrics.numRowsDroppedByWatermark,
    numShufflePartitions: metrics.partitions,
    numStateStoreInstances: metrics.partitions,
    customMetrics,
  };
}

/** Milliseconds since the epoch as `2024-01-01T00:00:00.000Z`. */
export function isoMs(ms: number): string {
  return new Date(ms).toISOString();
}

/** Rows per second; 0 when no time passed. */
export function rate(rows: number, ms: number): number {
  return ms > 0 ? (rows * 1000) / ms : 0;
}
