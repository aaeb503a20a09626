import type { Batch } from "../arrow/batch.js";
import type { OutputMode } from "../contract/sink.js";
import type { SnapshotSource, StateChanges, StateSchema } from "../contract/state.js";

/** What holds for one micro-batch; a pure function of the logs, so that a replay sees the same. */
export interface BatchContext {
  readonly batchId: number;
  /** The logged time of the batch: what `current_timestamp()` gives. */
  readonly batchTimeMs: number;
  readonly outputMode: OutputMode;
  /** True when no source has new data: the extra batch that lets the watermark act. */
  readonly noData: boolean;
  /** The watermarks that reach an operator (ms): late rows are judged by that of batch N−1, eviction and emission by that of N. Null without a watermark. */
  watermarks(operatorId: string): OperatorWatermarks | null;
}

export interface OperatorWatermarks {
  readonly lateMs: number;
  readonly evictMs: number;
}

/** Takes the rows an operator emits. Borrowed until the call returns. */
export type Emit = (batch: Batch) => void;

/**
 * One running operator. Synchronous: whoever drives it awaits the input, never the operator.
 *
 * For each micro-batch: `begin`, `process` for every batch of every input (in arrival order), `finish` once all inputs are exhausted. It may emit during
 * both. Expressions are evaluated before state is touched.
 */
export interface Operator {
  begin(context: BatchContext): void;
  process(batch: Batch, input: number): void;
  finish(): void;
}

/** Spark's `StateOperatorProgress`, the part that an operator knows. */
export interface StateOperatorMetrics {
  readonly operatorName: string;
  /** Keys in the state after the batch. */
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  readonly numRowsDroppedByWatermark: number;
  /** Of deduplication: rows it dropped as seen before; null elsewhere. */
  readonly numDroppedDuplicateRows: number | null;
  readonly memoryUsedBytes: number;
  /** Late input rows; Spark's counter above counts partial groups. */
  readonly lateRows: number;
  /** Input rows that belong to no window, because they have no event time. */
  readonly rowsWithoutEventTime?: number;
}

/**
 * An operator that keeps state from batch to batch.
 *
 * The state in memory is version N+1 after `finish`; `changes` says how it differs from version N. When a batch fails, the run ends, and the next one
 * restores version N into fresh operators: nothing is undone in place.
 */
export interface StatefulOperator extends Operator, SnapshotSource {
  readonly operatorId: string;
  readonly schemas: readonly StateSchema[];
  /** Applies a snapshot or a delta, in the order the store gives them. Only before the first `begin`. */
  restore(changes: StateChanges): void;
  /** What this batch changed; after `finish`, before the next `begin`. */
  changes(): Iterable<StateChanges>;
  metrics(): StateOperatorMetrics;
}
