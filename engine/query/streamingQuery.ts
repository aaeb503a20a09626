import type { StreamingError } from "../errors/streamingError.js";
import type { ExplainMode } from "../physical/explain.js";
import type { StreamingQueryProgress } from "./progress.js";

/** What a query is doing, as Spark's StreamingQueryStatus. */
export interface StreamingQueryStatus {
  readonly message: string;
  readonly isDataAvailable: boolean;
  readonly isTriggerActive: boolean;
}

/** A running (or ended) query. Spark's StreamingQuery. */
export interface StreamingQuery {
  /** The same after every restart from the same checkpoint. */
  readonly id: string;
  /** New at every start. */
  readonly runId: string;
  readonly name: string | null;
  readonly isActive: boolean;
  readonly status: StreamingQueryStatus;
  readonly lastProgress: StreamingQueryProgress | null;
  /** The last `spark.sql.streaming.numRecentProgressUpdates`, oldest first. */
  readonly recentProgress: readonly StreamingQueryProgress[];
  /** What ended the query; null while it runs and after a normal end. */
  readonly exception: StreamingError | null;
  /**
   * Resolves when the query ends: true, or false when `timeoutMs` passed first.
   * @throws the query's own failure (a StreamingError); QUERY_WAITS_FOR_ITSELF in a function that the query waits for
   */
  awaitTermination(timeoutMs?: number): Promise<boolean>;
  /** Resolves when all that the sources had at the call has been processed and committed. For tests; with steady input it may never. */
  processAllAvailable(): Promise<void>;
  /** Finishes and commits the batch that runs, then ends. In a function that the query waits for (`foreachBatch`, a listener) it resolves at once, and the query ends behind it. */
  stop(): Promise<void>;
  /** How it runs, in one of the modes of `DataFrame.explain`; `true` is `"extended"`. @throws INVALID_OPTION_VALUE for another mode */
  explain(mode?: boolean | ExplainMode): string;
}

/** Told of what queries do. All calls are made in order; a listener that throws is reported and otherwise ignored. */
export interface StreamingQueryListener {
  onQueryStarted?(event: { readonly id: string; readonly runId: string; readonly name: string | null; readonly timestamp: string }): void;
  onQueryProgress?(event: { readonly progress: StreamingQueryProgress }): void;
  /** A trigger found nothing to do; at most once every `spark.sql.streaming.noDataProgressEventInterval`. */
  onQueryIdle?(event: { readonly id: string; readonly runId: string; readonly timestamp: string }): void;
  onQueryTerminated?(event: { readonly id: string; readonly runId: string; readonly exception: StreamingError | null }): void;
}
