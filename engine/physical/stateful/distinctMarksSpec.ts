import type { DistinctColumns } from "../stateless/firstOccurrence.js";

/** What marks rows needs bound. Plain data; columns are places in the input. */
export interface DistinctMarksSpec {
  readonly operatorId: string;
  readonly partitions: number;
  /** Of each set of values: the columns of group and values, and the condition. */
  readonly sets: readonly DistinctColumns[];
  /** The place of an event time among the columns of the group: when it is past, what is known of its group is forgotten. Null: never. */
  readonly eventTime: number | null;
  /** The column that says 1 or −1; null where every row is new. */
  readonly change: number | null;
  /** How many of the columns of each set are those of the group. */
  readonly groups: number;
  /** How long a group is kept after the last batch that came to it, where nothing else bounds it; null: for ever. */
  readonly ttlMs: number | null;
}
