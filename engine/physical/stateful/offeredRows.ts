import type { OrderBytes } from "../../state/orderBytes.js";
import type { PackedKeys } from "../../state/packedKeys.js";

/** Rows of a batch for one state partition. */
export interface OfferedRows {
  /** The columns that rows are parted by, and whole rows, of the batch. */
  readonly keys: PackedKeys;
  readonly rows: PackedKeys;
  /** Which rows of the batch; what orders them, in that order. */
  readonly taken: Int32Array | null;
  readonly count: number;
  readonly order: OrderBytes;
  /** By row of the batch: the event time of its key, µs; null where it has none. */
  readonly times: Float64Array | null;
  /** 1 or −1 of each row of the batch; null: 1 of all. */
  readonly signs: Int32Array | null;
  /** Gets a 1 for each row of the batch that is not there yet, where each row is there once at most; null where it is there as often as it comes. */
  readonly marks: Uint8Array | null;
}

/** What a file has of rows. */
export type SavedRows = Omit<OfferedRows, "signs" | "marks">;

/** The rows of the batch at some places of a list. */
export function rowsAt(taken: Int32Array | null, places: Int32Array | null, count: number): Int32Array | null {
  if (places === null) return taken;
  return taken === null ? places : Int32Array.from({ length: count }, (_, j) => taken[places[j]!]!);
}
