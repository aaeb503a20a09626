import type { Batch } from "../../engine/arrow/batch.js";

/** The data files of one batch, being written. */
export interface DataFiles {
  /** Those that are written so far. */
  readonly paths: readonly string[];
  /** Copies the rows before it waits. */
  write(batch: Batch): Promise<void> | void;
  /** All is durable when it resolves. */
  finish(): Promise<void>;
  /** Takes the files away. Never rejects. */
  discard(): Promise<void>;
}
