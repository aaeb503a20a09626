import type { Batch } from "../arrow/batch.js";
import type { Schema } from "../arrow/types.js";

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
  /** How the operator lays out its state (`panes`, `windows` …): a change of it is a change of the schema. */
  readonly layout: string;
}

/**
 * What one batch changed in one state partition of one table: by key, never by slot.
 *
 * `upserts` holds key columns, then value columns, then the key's 32-bit group hash (`StateChanges.groupColumn`); `deletes` the key columns. Applying the changes in order — dropped panes first, then deletes,
 * then upserts — turns version N into N+1.
 */
export interface StateChanges {
  readonly operatorId: string;
  readonly storeName: string;
  readonly partition: number;
  readonly upserts: Batch | null;
  readonly deletes: Batch | null;
  /** Event-time panes (their start, µs) that are gone with all their keys. */
  readonly droppedPanes: readonly number[];
}

/**
 * The durable side of state: versions are batches; version N+1 is what batch N left. One file a batch for all operators and partitions.
 */
export interface StateStore {
  /** Compares with what the checkpoint has and records it when new. Rejects with a condition that says what changed. */
  registerSchemas(schemas: readonly StateSchema[]): Promise<void>;
  /** What restores `version`: changes in the order to be applied, the first of each table being a snapshot or the first delta. */
  restore(version: number): AsyncIterable<StateChanges>;
  /** Durable when it resolves. Gives the file's name, which the commit log records. */
  writeDelta(version: number, changes: readonly StateChanges[]): Promise<string>;
  /** Whether a snapshot is due after `version`; the query then hands one over. */
  snapshotDue(version: number): boolean;
  writeSnapshot(version: number, tables: readonly StateChanges[]): Promise<void>;
  /** Removes what no retained version needs. */
  purge(oldestRetainedVersion: number): Promise<void>;
}
