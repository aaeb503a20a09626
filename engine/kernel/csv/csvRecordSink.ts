import type { Batch } from "../../arrow/batch.js";
import type { PushedFilter } from "../../contract/source.js";
import type { MalformedTexts } from "../malformedTexts.js";

/** Takes the records of a decoder, one after the other; their fields are the tokenizer's. */
export interface CsvRecordSink {
  /** The filters that its rows have passed. */
  readonly filters: readonly PushedFilter[];
  /** Rows that the records gave, before filters. */
  readonly rowsRead: number;
  /** Those that failed only filters which Spark's parser does not ask, because a value could not be read. */
  readonly rowsUnasked: number;
  readonly malformedTexts: MalformedTexts;
  reset(): void;
  /** The header of a file, where files have one. */
  header(): void;
  /** A record, whose text is [start, stop). */
  add(start: number, stop: number): void;
  /** A record that could not be cut into fields. */
  addUnreadable(start: number, stop: number): void;
  /** The rows since `reset` that passed; null when there is none. */
  finish(): Batch | null;
}
