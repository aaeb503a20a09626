import { batchOf } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { markOwned } from "../../arrow/ownership.js";
import { field, types, type Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { StateChanges, StateSchema } from "../../contract/state.js";
import type { StateOperatorMetrics } from "../operator.js";
import type { GoneRows } from "./countedRows.js";

/** Rows, or keys, of one state partition, each with how often it is there. */
export interface Counted {
  readonly size: number;
  /** How many the batch changed. */
  readonly updated: number;
  /** What the batch took out that the files have. */
  readonly deletes: GoneRows | null;
  /** What the batch changed and is still there, in the order of the files; it counts as saved. */
  changed(): Int32Array;
  /** What restores rows: their columns, what is known of them, the hashes of their keys. */
  savedColumns(rows: Int32Array): readonly Column[];
}

/** What the state files have of rows that are counted: themselves, what is known of them, and the hash; what is gone by itself and the hash. */
export class CountedFiles {
  readonly #chunks: ChunkSizes;
  readonly #nothing: StateChanges;
  readonly #upserts: Schema;
  readonly #deletes: Schema;

  constructor({ operatorId, storeName, key, value }: StateSchema, chunks: ChunkSizes) {
    this.#chunks = chunks;
    this.#nothing = { operatorId, storeName, upserts: null, deletes: null, droppedPanes: [] };
    const group = field("group", types.int, false);
    this.#upserts = types.struct([...key.fields, ...value.fields, group]);
    this.#deletes = types.struct([...key.fields, group]);
  }

  /** What the batch changed in a partition. */
  *changes(counted: Counted): Iterable<StateChanges> {
    const { deletes } = counted;
    if (deletes !== null) yield { ...this.#nothing, deletes: batchOf(this.#deletes, deletes.columns.map(markOwned), deletes.count) };
    yield* this.saved(counted, counted.changed());
  }

  *saved(counted: Counted, rows: Int32Array): Iterable<StateChanges> {
    for (let from = 0; from < rows.length; from += this.#chunks.stateRows) {
      const some = rows.subarray(from, from + this.#chunks.stateRows);
      yield { ...this.#nothing, upserts: batchOf(this.#upserts, counted.savedColumns(some).map(markOwned), some.length) };
    }
  }
}

/** What the progress says of them, where no watermark drops any. */
export function countedMetrics(
  operatorName: string,
  counted: readonly Counted[],
  { partitions, memoryUsedBytes }: Pick<StateOperatorMetrics, "partitions" | "memoryUsedBytes">,
): StateOperatorMetrics {
  const sum = (of: (part: Counted) => number): number => counted.reduce((total, part) => total + of(part), 0);
  return {
    operatorName,
    numRowsTotal: sum(({ size }) => size),
    numRowsUpdated: sum(({ updated }) => updated),
    numRowsRemoved: sum(({ deletes }) => deletes?.count ?? 0),
    numRowsDroppedByWatermark: 0,
    numDroppedDuplicateRows: null,
    partitions,
    memoryUsedBytes,
    lateRows: 0,
  };
}
