import type { Value } from "../arrow/value.js";
import type { Json } from "./json.js";
import type { Offset, SourceLog } from "./source.js";
import type { StateStore } from "./state.js";

/** Entry N of the offset log: what batch N reads, and under which circumstances. Spark's `OffsetSeq` v1. */
export interface OffsetEntry {
  /** The global watermark that batch N uses, ms. */
  readonly batchWatermarkMs: number;
  readonly batchTimestampMs: number;
  /** Configuration that a replay must see again. */
  readonly conf: Readonly<Record<string, string>>;
  /** The end of each source, in the order of the plan's sources; null where a source has had nothing yet. */
  readonly offsets: readonly (Offset | null)[];
}

/** Entry N of the commit log: batch N is done. Spark's `CommitMetadata` v1; further fields are ours, and Spark ignores them. */
export interface CommitEntry {
  readonly nextBatchWatermarkMs: number;
  /** The state file that holds version N+1; absent for stateless queries. */
  readonly stateFile?: string;
  /** Which of the layouts of the state it is in; absent as long as it was never migrated. */
  readonly stateSchema?: number;
  /** Who committed. */
  readonly runId?: string;
  /** What each output's sink says of the batch, by output id (`Sink.receiptOf`). */
  readonly outputs?: Readonly<Record<string, Json>>;
  /** The oldest batch whose log entries are kept from now on. */
  readonly oldestBatchId?: number;
  /** What else a restart needs to go on bit for bit (watermarks per operator …). */
  readonly extra?: Readonly<Record<string, Json>>;
}

/** An append-only log of a checkpoint, one file an entry. An entry never changes once it is there. */
export interface MetadataLog<T> {
  /** Durable when it resolves; false when entry `id` exists (then nothing changed). */
  add(id: number, entry: T): Promise<boolean>;
  get(id: number): Promise<T | null>;
  latestId(): Promise<number | null>;
  /** Removes entries below `id`. */
  purgeBefore(id: number): Promise<void>;
}

/** What batches learnt from outside. A batch without such answers has no entry. */
export interface AnswerLog {
  /** Durable when it resolves; false when there is an entry (then nothing changed). */
  add(batchId: number, answers: Readonly<Record<string, readonly Value[]>>): Promise<boolean>;
  /** @throws CHECKPOINT_CORRUPT */
  get(batchId: number): Promise<Readonly<Record<string, readonly Value[]>> | null>;
  /** Removes entries below `batchId`. */
  purgeBefore(batchId: number): Promise<void>;
}

/** A batch of an earlier run, as the logs have it. */
export interface LoggedBatch {
  readonly batchId: number;
  readonly offsets: OffsetEntry;
  /** Null when it was planned only. */
  readonly commit: CommitEntry | null;
}

/**
 * A query's checkpoint, opened by one owner. `open` (in `checkpoints/`) takes an epoch first and refuses a second living owner by name.
 */
export interface Checkpoint {
  /** The query's id: made at the first start, the same ever after. */
  readonly queryId: string;
  readonly runId: string;
  readonly location: string;
  /** The batches that the logs still had when it was opened, oldest first: complete, and held against each other. */
  readonly history: readonly LoggedBatch[];
  /** How many partitions a tool has told the state to have, in place of what the first start chose; null for no word. */
  readonly toldPartitions: number | null;
  readonly offsetLog: MetadataLog<OffsetEntry>;
  readonly commitLog: MetadataLog<CommitEntry>;
  readonly state: StateStore;
  /** What asynchronous functions answered in a batch, by operator. */
  readonly answers: AnswerLog;
  /** `sources/<ordinal>`. */
  sourceLog(ordinal: number): SourceLog;
  /** The description of the query this checkpoint belongs to (plan shape, sources, sink); null at the first start. */
  readQueryShape(): Promise<Json>;
  writeQueryShape(shape: Json): Promise<void>;
  /** Rejects with a condition when a newer epoch has taken the checkpoint over. */
  checkOwnership(): Promise<void>;
  /** The same, asked wherever the checkpoint lies: for a run that has failed, which may have been taken over and found what its successor did. */
  confirmOwnership(): Promise<void>;
  /**
   * Shows starts on other hosts that this run lives, when it is time to; gives how long nothing needs to be shown, ms. Called between any two things that may
   * take long. Rejects when the checkpoint was taken over.
   */
  keepLease(): Promise<number>;
  /** Lets go of the epoch, so that another start is welcome at once. */
  release(): Promise<void>;
}
