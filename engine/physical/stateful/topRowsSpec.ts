import type { SortKey } from "../stateless/rowOrder.js";

/** Which rows of a partition are its first. */
export type RankFunction = "row_number" | "rank" | "dense_rank";

/** What keeps the first rows of each partition needs bound. Plain data; columns are places in the input. */
export interface TopRowsSpec {
  readonly operatorId: string;
  /** State partitions. */
  readonly partitions: number;
  readonly partition: readonly number[];
  /** The column among these, or a session beside them, that is an event time with a watermark (a timestamp, or a window, whose end counts); null where none is. */
  readonly eventTime: number | null;
  /** How long the rows of a key are kept after the last batch that came to it, where nothing else bounds them; null: for ever. */
  readonly ttlMs: number | null;
  readonly order: readonly SortKey[];
  readonly ranks: RankFunction;
  readonly limit: number;
  /** Whether the rank comes out behind the columns. */
  readonly emitsRank: boolean;
  /** The column that says 1 or −1, which is no part of a row; null where every row is new. */
  readonly change: number | null;
  /** The column that says of a row that it is none of those: it passes as it is. Null where there are no such rows. */
  readonly passing: number | null;
}
