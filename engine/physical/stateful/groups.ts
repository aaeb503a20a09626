import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { keyGroupOf, type GroupRange } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import type { GroupedRows } from "../../expression/aggregates/aggregateFunction.js";

/** Slots in a list that grows. */
export class SlotList {
  slots: Int32Array = new Int32Array(64);
  count = 0;

  push(slot: number): void {
    if (this.count === this.slots.length) {
      const grown = new Int32Array(2 * this.count);
      grown.set(this.slots);
      this.slots = grown;
    }
    this.slots[this.count++] = slot;
  }

  clear(): void {
    this.count = 0;
  }

  /** Those of the slots that bear the stamp; a slot that was freed in the meantime bears another. */
  stampedWith(stamp: number, stamps: Int32Array): SlotList {
    const found = new SlotList();
    for (let j = 0; j < this.count; j++) {
      const slot = this.slots[j]!;
      if (stamps[slot] === stamp) found.push(slot);
    }
    return found;
  }
}

/** What an aggregation counts while it assigns rows to groups. */
export interface GroupCounters {
  /** Rows that lost at least one of their groups by being late. */
  readonly lateRows: number;
  /** The distinct groups of late rows in this batch: Spark's numRowsDroppedByWatermark. */
  readonly lateGroups: number;
  /** Rows that belong to no window, because they have no event time. */
  readonly rowsWithoutEventTime: number;
}

/**
 * Which groups there are, and which slot each has. Two layouts: by key, and by event-time pane and key.
 *
 * Every list of slots that it gives is in an order that depends on the rows only (never on which slots are free), so that a run that was restored emits
 * what the first one did.
 */
export interface Groups {
  /** How the state is laid out, for the checkpoint's schema. */
  readonly layout: "keys" | "panes";
  /** Groups alive. */
  readonly size: number;
  /** Slots are below. */
  readonly capacity: number;
  /** Slots handed out by the last `assign` or `restoreGroups`; they hold what their last owner left. */
  readonly fresh: SlotList;
  /** Groups that got a row in this batch and are alive, in the order of their first rows. */
  touched(): SlotList;
  readonly counters: GroupCounters;
  /** `lateUs`: groups whose time is not after it take no rows; null when nothing is late. */
  begin(lateUs: number | null): void;
  /** The group of each row of a batch, created when new. Borrowed until the next call. */
  assign(batch: Batch): GroupedRows;
  /** Groups that no later row can reach, in the order of their times and then of their creation. They stay until `release`. */
  expired(evictUs: number): SlotList;
  /** Forgets the groups that `expired` gave, and says what that means for the checkpoint. */
  release(expired: SlotList): Released;
  all(): SlotList;
  /** The grouping columns of the groups at the slots. */
  groupingColumns(slots: Int32Array, count: number): Column[];
  groupColumn(slots: Int32Array, count: number): Column;
  /** The slots of saved groups, given their grouping columns; created when new. */
  restoreGroups(grouping: readonly Column[], count: number): Int32Array;
  restoreDeletes(grouping: readonly Column[], count: number): void;
  dropPane(startUs: number): void;
  readonly memoryBytes: number;
}

export interface Released {
  readonly droppedPanes: readonly number[];
  /** The grouping columns, then the key hashes, of the groups that are gone, where they are not gone with a pane. */
  readonly deletes: { readonly columns: readonly Column[]; readonly count: number } | null;
}

/** The slots whose keys are of these groups, in their order. `hashes`: the slots' key hashes. */
export function slotsInGroups(slots: Int32Array, hashes: Column, { from, to }: GroupRange): Int32Array {
  assert(hashes.encoding === "i32", "hashes are 32-bit numbers");
  const found = new Int32Array(hashes.length);
  let count = 0;
  for (let j = 0; j < hashes.length; j++) {
    const group = keyGroupOf(hashes.values[j]!);
    if (group >= from && group < to) found[count++] = slots[j]!;
  }
  return found.subarray(0, count);
}
