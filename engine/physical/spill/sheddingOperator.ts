import type { Batch } from "../../arrow/batch.js";
import type { StateChanges } from "../../contract/state.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import type { Emission, Operator, Pause, StatefulOperator } from "../operator.js";

/** Hashes by which rows of a state are found: of row i the one at `keyOf[i]`, or at i where that is null. */
export interface RowHashes {
  readonly hashes: Int32Array;
  readonly keyOf: Int32Array | null;
  readonly count: number;
}

/** Of rows whose keys were packed. */
export function rowHashes({ hashes, keyOf }: PackedKeys, count: number): RowHashes {
  return { hashes, keyOf, count };
}

/** What an operator does whose keys expire many at a time, each with its pane: so that a pane larger than memory closes in parts. */
export interface PaneClosing {
  /** Gives and forgets what it holds of panes that close before a time, and of those that close at it the keys up to a key group. What `finish` gives comes behind it. */
  emitUntil(timeUs: number, group: number): Iterable<Emission | Pause>;
  /** Rows as it sheds them are gone from the disk with their panes, which close with this batch: nothing of them comes out. */
  forget(saved: Batch): void;
  /** The hashes of their keys alone. */
  savedKeyHashesOf(saved: Batch): RowHashes;
  /** Where the panes of rows as it sheds them start, µs. */
  startsOf(saved: Batch): Float64Array;
  /** Whether panes close ever: whether `dueTimes` has times. */
  readonly areDue: boolean;
  /** When a pane closes, µs. */
  closesAt(startUs: number): number;
}

/** An operator of which rows with other keys are no concern of each other, and that can do without what it knows of some keys as long as no row of theirs comes. */
export interface SheddingOperator extends StatefulOperator {
  /** Whether it can, in the query that it is in. */
  readonly sheds: boolean;
  /** How many keys have room before its tables grow. */
  readonly roomFor: number;
  /** Gives up about so many keys that this batch has not touched: as upserts, by hash. They are gone when the iterable is exhausted. `restore` takes them back. */
  shed(rows: number): Iterable<StateChanges>;
  /** The rows of its state that rows of its input concern. Borrowed until the next call of anything. */
  hashesOf(batch: Batch): RowHashes;
  /** The hashes of rows that begin with the key columns of its state; in the key groups of their keys. */
  savedHashesOf(batch: Batch): RowHashes;
  /** Whether these are other hashes than those that the rows end in. */
  readonly hashesPanes?: boolean;
  /** Given where keys expire by panes. */
  readonly closing?: PaneClosing | null;
  /** Of rows that begin so: 1 for those whose key it has. */
  holds(batch: Batch): Uint8Array;
  /** Of rows as it sheds them: by which `evictUs` it must have them again, NaN: never; null where nothing expires. */
  dueTimes(saved: Batch): Float64Array | null;
  /** Until which time keys expire with this batch, µs; null where none does. */
  readonly evictUs: number | null;
  /** Whether what expires comes out. */
  readonly emitsExpired: boolean;
  /** Whether a batch gives what there is of all keys, in the order of their key groups. */
  readonly emitsAll: boolean;
}

export function shedsState(operator: Operator): operator is SheddingOperator {
  return "sheds" in operator && operator.sheds === true;
}
