import { toRows } from "../engine/arrow/rows.js";
import type { BatchReceiver } from "./streamDefinition.js";

/** Takes rows one by one. Spark's ForeachWriter. */
export interface ForeachWriter<Row> {
  /** Before the rows of a batch; false: it was written before, leave it out. */
  open?(partitionId: number, batchId: number): boolean | Promise<boolean>;
  process(row: Row): void | Promise<void>;
  /** After the rows, or after what failed. */
  close?(error: unknown): void | Promise<void>;
}

/** A row writer as a receiver of batches. A batch is one partition. */
export function forEachRow<Row>(writer: ForeachWriter<Row>): BatchReceiver {
  return async (batch, batchId) => {
    const rows = toRows(batch) as Row[];
    const wanted = (await writer.open?.(0, batchId)) ?? true;
    let failure: unknown = null;
    try {
      if (wanted) for (const row of rows) await writer.process(row);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await writer.close?.(failure);
    }
  };
}
