import type { Column } from "../../arrow/column.js";
import type { GroupRange } from "../../contract/state.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";
import type { IntList } from "../../state/intList.js";
import type { RoutedRows } from "../../state/keyRouter.js";
import type { PackedKeys } from "../../state/packedKeys.js";

/** Groups that come one after the other in what an operator emits. */
export interface GroupRun {
  /** Where the groups' pane starts, µs: runs are emitted in this order, those of equal start in the order of their partitions. 0 for groups without panes. */
  readonly startUs: number;
  /** The groups' slots (the ids of their keys, where groups are merged from parts), in the order of their keys' hashes. Asked for once; may be made then. */
  readonly slots: Int32Array;
}

/** Rows of a batch for one state partition, with what the groups need of them. */
export interface KeyedRows extends RoutedRows {
  readonly keys: PackedKeys;
  /** The event time of each row of the batch, µs; of a session its start; null where the groups have none. */
  readonly times: Float64Array | null;
  /** Where the session of each row ends, µs; null where the groups are no sessions. */
  readonly ends: Float64Array | null;
}

/** Groups whose values become part of others': entry j of `from` goes into entry j of `into`. */
export interface MergedGroups {
  readonly from: IntList;
  readonly into: IntList;
}

/**
 * Which groups a state partition has, and which slot each of them has. Three layouts: by key, by event-time pane and key, by key and session.
 *
 * Slots are reused and say nothing of order. Every list that it gives is ordered by the data alone: by the unsigned hash of the key, then by the key's bytes; so
 * neither the number of partitions nor a restart is seen in what comes out.
 */
export interface Groups {
  /** Groups alive. */
  readonly size: number;
  /** Rows that the files have of them. */
  readonly savedRows: number;
  /** Slots are below. */
  readonly capacity: number;
  /** Slots handed out by the last `assign` or `restoreGroups`; they hold what their last owner left. */
  readonly fresh: IntList;
  /** What the last `assign` made one; before its rows are folded. Absent where groups never merge. */
  readonly merged?: MergedGroups;
  /** Groups that got a row in this batch. */
  readonly touchedCount: number;
  /** The distinct groups of late rows in this batch, and the rows that lost at least one of their groups by being late. */
  readonly lateGroups: number;
  readonly lateRows: number;
  /** `lateUs`: groups whose time is not after it take no rows; null when nothing is late. */
  begin(lateUs: number | null, nowUs: number): void;
  /** The group of each row, created when new. Borrowed until the next call. */
  assign(rows: KeyedRows): GroupedRows;
  /** Groups that got a row in this batch, to be emitted. */
  touched(): GroupRun[];
  /** Groups that no later row can reach, to be emitted; they stay until `release`. Each is given once. */
  expired(evictUs: number): GroupRun[];
  /** The least time that `expired` gives anything for, µs; Infinity when there is none. */
  earliest(): number;
  /** All groups, to be emitted. */
  all(): GroupRun[];
  /** Forgets groups that `expired` gave, and says what that means for the checkpoint. */
  release(expired: readonly GroupRun[]): Released;
  /** The slots of groups that got a row in this batch and are still there, by hash: to be written. Borrowed until the next call. */
  changed(): IntList;
  /** The slots of the groups whose keys are of some key groups, by hash: to be written. */
  of(groups: GroupRange): IntList;
  /** What groups to be emitted are merged from: entry j of `into` is a place in the run. Borrowed until the next call. Absent where each is a group of its own. */
  partsOf?(slots: Int32Array, count: number, startUs: number): MergedGroups;
  /** The grouping columns of the groups at the slots. `startUs`: where the pane that they are all in starts; null when they are in several. */
  groupingColumns(slots: Int32Array, count: number, startUs: number | null): Column[];
  /** The hashes of the keys of the groups at the slots. */
  groupColumn(slots: Int32Array, count: number): Column;
  /** The slots of saved groups, created when new. Borrowed until the next call. */
  restoreGroups(rows: KeyedRows): Int32Array;
  restoreDeletes(rows: KeyedRows): void;
  /** When the groups at the slots were last touched, µs, where that bounds how long they are kept. */
  touchedAt?(slots: Int32Array, count: number): Float64Array;
  /** So many groups have room before arrays grow. Absent, with the next three, where groups stay in memory. */
  readonly roomFor?: number;
  /** Some groups that the batch has not touched, those first that were not touched for long; by hash. Borrowed until the next call. */
  cold?(count: number): IntList;
  /** The slots of saved groups, −1 for those that are not there. Borrowed until the next call. */
  find?(rows: KeyedRows): Int32Array;
  /** Lets go of groups that are there still, but elsewhere. */
  letGo?(slots: IntList): void;
  /** Of what `expired` gives, the panes that close until a time, of those that close at it the keys up to a key group: to be let go before the others are there. */
  expiredUntil?(timeUs: number, group: number): GroupRun[];
  /** There is a pane, of which the groups are elsewhere: it is to be dropped with the others. */
  openPane?(startUs: number): void;
  dropPane(startUs: number): void;
  readonly memoryBytes: number;
}

export interface Released {
  readonly droppedPanes: readonly number[];
  /** The grouping columns, then the key hashes, of the groups that are gone, where they are not gone with a pane. */
  readonly deletes: { readonly columns: readonly Column[]; readonly count: number } | null;
  /** How many groups are gone: evicted, or part of others now. */
  readonly removed: number;
}

export const nothingReleased: Released = { droppedPanes: [], deletes: null, removed: 0 };
