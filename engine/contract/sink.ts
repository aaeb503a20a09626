import type { Batch } from "../arrow/batch.js";
import type { Schema } from "../arrow/types.js";
import type { Json } from "./json.js";

/** Spark's three, and `changes`: rows with the kind of each change, be it one that takes another row back. */
export type OutputMode = "append" | "update" | "complete" | "changes";

/** What kinds of change a format of sinks can take (`SinkProvider`); a query that would give it others is refused before anything is made. */
export type SinkCapability =
  /** New rows only. */
  | "append"
  /** Rows that replace earlier ones with the same key, and complete tables. */
  | "upsert"
  /** Rows that take back earlier ones, which `_change_type` says. */
  | "changes"
  /** The same by key: at most one row a key and batch, what is there now or what is not there any more, without the row before it. */
  | "changesByKey";

/** The id of the output that every query has. */
export const mainOutput = "main";

/** Who writes: the marker of a batch is (query id, output id, batch id). */
export interface OutputIdentity {
  readonly queryId: string;
  readonly runId: string;
  /** `main`, `late` …: a batch may have several outputs. */
  readonly outputId: string;
}

/** What a batch brings along beside its rows. */
export interface OutputBatchInfo {
  readonly batchId: number;
  readonly outputMode: OutputMode;
  readonly schema: Schema;
  /** Names of the columns that identify a row in update and changes mode; null when there are none. */
  readonly keyColumns: readonly string[] | null;
  /** Name of the column that says what each row is (`_change_type`: insert, update_preimage, update_postimage, delete); null when every row is an insert. By key there is no update_preimage. */
  readonly changeColumn: string | null;
  /** The logged time of the batch, ms. */
  readonly batchTimeMs: number;
  /** True when this batch was planned by an earlier run and is run again. */
  readonly replay: boolean;
}

/** One batch of one output, being written. */
export interface SinkBatch {
  /**
   * Called as rows come, in order, the next time when what it returned is done. The batch is lent for the call only, not until that: a sink that waits has
   * copied (`retainBatch`) or consumed the rows before.
   */
  write(batch: Batch): Promise<void> | void;
  /** All rows are durable but invisible when it resolves. */
  prepare(): Promise<void>;
  /** Makes the rows visible, exactly once for this marker. */
  commit(): Promise<void>;
  /** The batch failed before `commit` was called: leave nothing visible. Never rejects. */
  abort(): Promise<void>;
}

/** A batch that the commit log says is done, and what the sink said of it then (`receiptOf`); null when it said nothing. */
export interface CommittedBatch {
  readonly batchId: number;
  readonly receipt: Json | null;
}

/**
 * Where results go. `start` once a run; then for every batch `open` → `write`* → `prepare` → `commit`.
 *
 * `open` gives null when this very batch (query id, output id, batch id) was committed already: its rows are then not written again.
 * A marker of another query, or one newer than the batch, is a refusal (a condition), never a skip.
 */
export interface Sink {
  /** As progress shows it (`FileSink[out/averages]`). */
  readonly description: string;
  /**
   * Before the first batch of a run: check the target, fence former owners, recover what they left open. Whoever calls it calls `stop`, also when it rejects.
   *
   * @param committed the newest batches of the commit log, oldest first, as far back as it is kept: a target that lacks them is refused
   * @param lastPlanned the newest batch of the offset log, -1 for none: a target that holds a later one is refused, because the checkpoint is older than it, and what the next
   * batch is was never written down
   */
  start(identity: OutputIdentity, committed?: readonly CommittedBatch[], lastPlanned?: number): Promise<void>;
  open(info: OutputBatchInfo): Promise<SinkBatch | null>;
  /** What the commit log keeps of a batch that this sink has committed, so that a later start can tell whether the target still has it as it was. */
  receiptOf?(batchId: number): Promise<Json>;
  stop(): Promise<void>;
}
