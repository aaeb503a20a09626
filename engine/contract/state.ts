import type { Batch } from "../arrow/batch.js";
import type { Schema } from "../arrow/types.js";
import type { Json } from "./json.js";

/** The layout of one state table of an operator, kept in the checkpoint and compared at every start. */
export interface StateSchema {
  /** Stable id of the operator, from the analyzed plan. */
  readonly operatorId: string;
  /** The operator's kind in Spark's words (`stateStoreSave`, `dedupe` …). */
  readonly operatorName: string;
  /** Which of the operator's tables; `default` where it has one. */
  readonly storeName: string;
  readonly key: Schema;
  readonly value: Schema;
  /** How the operator lays out its state (`panes`, `slices` …): a change of it is a change of the schema. */
  readonly layout: string;
  /**
   * Which key column is the time of a group, where groups have one: a struct that begins with the start, or the start itself. By the starts panes are dropped; of a
   * session (layout `sessions`) the start and the other keys are the name, and its end moves.
   */
  readonly pane?: number;
}

/** How far a reading of files is. */
export interface BytesRead {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** The layout of the state of a checkpoint. */
export interface RecordedLayout {
  readonly schemas: readonly StateSchema[];
  /** What each operator is, by id, since a migration; null where there was none: then the shape of the query says it. */
  readonly operators: Json;
}

/** A key belongs to one of so many groups: the top 8 bits of its 32-bit hash. Part of the checkpoint's format. */
export const keyGroupCount = 256;

export function keyGroupOf(hash: number): number {
  return hash >>> 24;
}

/** The key groups `from` to `to - 1`. */
export interface GroupRange {
  readonly from: number;
  readonly to: number;
}

export const allGroups: GroupRange = { from: 0, to: keyGroupCount };

/**
 * A chunk of what one batch changed in one table, or of what the table holds: by key, never by slot, and absolute, so that applying it twice is applying it once.
 *
 * `upserts` holds key columns, then value columns, then the key's 32-bit hash; `deletes` the key columns, then the hash (from a file of format version 1: the
 * key columns alone). Applying a chunk means dropped panes first, then deletes, then upserts; applying all chunks of version N+1 to version N gives version N+1.
 *
 * The chunks of a table come in the order of their key groups, and so do the rows in a chunk; within a group the order is the operator's own. Only the first
 * chunk of a table may drop panes. A chunk is lent until the next one is asked for.
 */
export interface StateChanges {
  readonly operatorId: string;
  readonly storeName: string;
  readonly upserts: Batch | null;
  readonly deletes: Batch | null;
  /** Event-time panes (their start, µs) that are gone with all their keys. */
  readonly droppedPanes: readonly number[];
}

/** What a snapshot is taken of: an operator. */
export interface SnapshotSource {
  /** About how many rows there are: how finely a snapshot is sliced. */
  readonly stateRows: number;
  /**
   * What its tables hold in some key groups, as upserts. Read to its end without a pause, between two batches: a slice is of one version. Costs about what the
   * groups hold, not what the state holds.
   */
  snapshot(groups: GroupRange): Iterable<StateChanges>;
}

/**
 * The durable side of state: versions are batches; version N+1 is what batch N left. One file a batch for all operators and partitions.
 */
export interface StateStore {
  /** The layout of the state that the last commit left; no schemas before the first start. @throws CHECKPOINT_FILE_MISSING */
  recorded(): Promise<RecordedLayout>;
  /** Compares with what the checkpoint has and records it when new. Rejects with a condition that says what changed. */
  registerSchemas(schemas: readonly StateSchema[]): Promise<void>;
  /**
   * Records, in place of that, a layout that the state has from the next commit on, and what the operators are then. Until a commit names it it counts for nothing. The
   * next delta is of all of the state.
   */
  migrate(schemas: readonly StateSchema[], operators: Json): Promise<void>;
  /** What commits say of the layout; null as long as the state was never migrated. */
  readonly schemaNumber: number | null;
  /** Whether the next delta is to be of all of the state, as upserts. */
  readonly wantsWhole: boolean;
  /** What restores `version`: chunks in the order to be applied. @param told before each chunk, how far reading is */
  restore(version: number, groups?: GroupRange, told?: (read: BytesRead) => void): AsyncIterable<StateChanges>;
  /** Instead: nothing of the state of `version` is wanted. */
  beginAt(version: number): void;
  /** Durable when it resolves. Gives the file's name, which the commit log records. */
  writeDelta(version: number, changes: Iterable<StateChanges>): Promise<string>;
  /**
   * Goes on with the snapshot under way, or begins one when it is due: takes the next slices of it. Called between two batches, when memory holds `version` and
   * that is committed. True while there is more to take.
   */
  advanceSnapshot(version: number, sources: readonly SnapshotSource[]): Promise<boolean>;
  /** Removes what no retained version needs. */
  purge(oldestRetainedVersion: number): Promise<void>;
  /** Waits for what is being written; a snapshot that is not complete is given up. */
  close(): Promise<void>;
}
