import type { Batch } from "../../arrow/batch.js";
import type { MalformedTexts } from "../malformedTexts.js";

/** Takes the records of a decoder, one after the other; their fields are the tokenizer's. */
export interface CsvRecordSink {
  /** Rows since `reset`. */
  readonly row: number;
  readonly malformedTexts: MalformedTexts;
  reset(): void;
  /** The header of a file, where files have one. */
  header(): void;
  /** A record, whose text is [start, stop). */
  add(start: number, stop: number): void;
  /** A record that could not be cut into fields. */
  addUnreadable(start: number, stop: number): void;
  /** The rows since `reset`; null when there is none. */
  finish(): Batch | null;
}
