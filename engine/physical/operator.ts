import type { Batch } from "../arrow/batch.js";
import { assert } from "../errors/assert.js";
import type { OutputMode } from "../contract/sink.js";
import type { Evolution } from "./migration/tableSteps.js";
import type { SnapshotSource, StateChanges, StateSchema } from "../contract/state.js";

/** What holds for one micro-batch. A pure function of the logs, so that a replay sees the same, and plain data. */
export interface BatchFacts {
  readonly batchId: number;
  /** The logged time of the batch: what `current_timestamp()` gives. */
  readonly batchTimeMs: number;
  /** The logged configuration, time zone and ANSI among it. */
  readonly conf: Readonly<Record<string, string>>;
  readonly outputMode: OutputMode;
  /** True when no source has new data: the extra batch that lets the watermark act. */
  readonly noData: boolean;
  /** The watermarks that reach each stateful operator, by its id; empty when the query has none. */
  readonly watermarks: Readonly<Record<string, OperatorWatermarks>>;
}

/** Late rows are judged by the watermark of batch N−1, eviction and emission by that of N. */
export interface OperatorWatermarks {
  readonly lateMs: number;
  readonly evictMs: number;
}

/** Rows that an operator gives on one of its ports. */
export interface Emission {
  /** Which of the operator's outputs; `mainPort` is the one that every operator has. */
  readonly port: number;
  readonly batch: Batch;
}

export const mainPort = 0;

/** An operator that waits for something outside (an asynchronous function of a user): whoever pulls waits for it, and then pulls on. */
export interface Pause {
  readonly until: Promise<unknown>;
}

/** Waits for a value, from within a step of an operator. What it rejects with ends the batch, and the step with it. */
export function* waitFor<T>(value: Promise<T>): Generator<Pause, T, void> {
  let settled: { readonly value: T } | null = null;
  yield {
    until: value.then((given) => {
      settled = { value: given };
    }),
  };
  assert(settled !== null, "whoever pulls an operator that waits, waits too");
  return (settled as { readonly value: T }).value;
}

/** Rows on the main port. */
export function emission(batch: Batch): Emission {
  return { port: mainPort, batch };
}

/** What a step gives that gives nothing. */
export const nothing: readonly Emission[] = [];

/**
 * One running operator.
 *
 * For each micro-batch: `begin`, `process` for every batch of every input (in arrival order), `finish` once all inputs are exhausted. Expressions are
 * evaluated before state is touched.
 *
 * Both give what comes out as an iterable that the driver (`execution/driver.ts`) pulls to its end, one step a batch: work is done as it is pulled, so that
 * nothing queues and whoever takes the rows can hold the operator back. Between two pulls any time may pass.
 *
 * Ownership, for every batch that goes from hand to hand: it is lent until the next pull from the one that gave it. `process` may use its batch until its
 * iterable is exhausted; a batch that it gives is its own again when the next is asked for. Whoever keeps rows longer, or waits, has copied (`retainBatch`) or
 * consumed them before.
 */
export interface Operator {
  /** Whether no row that comes before the next `begin` changes anything any more. Not there: never. */
  readonly isFull?: boolean;
  begin(facts: BatchFacts): void;
  process(batch: Batch, input: number): Iterable<Emission | Pause>;
  finish(): Iterable<Emission | Pause>;
  /** The run ends, well or not: whoever holds something outside lets go of it. */
  close?(): void;
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
  /** State partitions of the operator. */
  readonly partitions: number;
  readonly memoryUsedBytes: number;
  /** Of the keys those that lie on disk, and what they take there; absent where none does. */
  readonly onDisk?: { readonly rows: number; readonly bytes: number };
  /** Late input rows; Spark's counter above counts partial groups. */
  readonly lateRows: number;
  /** Of the rows removed: those that nothing but `stateTtl` bounds; absent where it bounds none. */
  readonly rowsExpiredByTtl?: number;
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
  /** How far its state may change by itself from one version of the query to the next; not there: not at all. */
  readonly evolution?: Evolution;
  /** Told of the layout that the checkpoint's state has, before anything else: an operator that still knows an older one goes on in it. */
  keepLayout?(layout: string): void;
  /** Whether it would emit, evict or forget in a batch without new data under these facts (SEMANTICS 3). */
  needsBatch(facts: BatchFacts): boolean;
  /** The least watermark, µs, that lets something come out which waits for it; Infinity when nothing does. Not there: nothing ever does. Asked while the query waits. */
  readonly dueUs?: number;
  /** Applies a snapshot or a delta, in the order the store gives them. Only before the first `begin`; of an operator that sheds state also what it shed, at any time. */
  restore(changes: StateChanges): void;
  /** What this batch changed; after `finish`, before the next `begin`. */
  changes(): Iterable<StateChanges>;
  /** What the state takes now, bytes. May be asked at any time, also within a batch. */
  readonly memoryBytes: number;
  /** What the batch did; behind its `finish`. */
  metrics(): StateOperatorMetrics;
}

/** Whether the watermark that reaches an operator is beyond that of the batch before. */
export function watermarkMoved({ watermarks }: BatchFacts, operatorId: string): boolean {
  const reaching = watermarks[operatorId];
  return reaching !== undefined && reaching.evictMs > reaching.lateMs;
}
