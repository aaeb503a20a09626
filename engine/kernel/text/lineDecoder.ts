import type { Batch } from "../../arrow/batch.js";
import type { PushedFilter } from "../../contract/source.js";
import type { MalformedTexts } from "../malformedTexts.js";

/**
 * Turns newline-framed bytes into batches. Lends the buffer that bytes are read into, so that none is copied:
 * `count = await file.read(decoder.buffer()); batch = decoder.decode(count, count === 0)`.
 *
 * A batch borrows the decoder's memory until the next call of `buffer` or `decode`; `readAhead` leaves it alone. One partition at a time: after `decode(…, true)` the next may begin.
 */
export interface Decoder {
  /** The filters that rows of the batches have passed; the caller sees to the others. */
  readonly taken: readonly PushedFilter[];
  /** Where the next bytes go: at least one, behind the unfinished record of the last call. */
  buffer(): Uint8Array;
  /** The same, apart from what the last batch borrows, so that the next bytes can arrive while it is worked on. Null: call `buffer` when it is done with. */
  readAhead(): Uint8Array | null;
  /**
   * Decodes what is complete of the bytes, `byteCount` of which were read into the buffer. `isLast` says that the text ends here, with or without a newline.
   *
   * @returns null when no row came out of it
   * @throws conditions of malformed records (FAILFAST), RECORD_TOO_LARGE
   */
  decode(byteCount: number, isLast: boolean): Batch | null;
  /** Rows decoded so far, before filters: what `numInputRows` counts. */
  readonly rowsRead: number;
  /** The records that are malformed in the columns that are read; null where text of any kind is a record. */
  readonly malformedTexts: MalformedTexts | null;
  /** Rows that are in no batch because of filters which Spark's parser does not ask: it asks one when it meets the member, so those that lack it are counted there. */
  readonly rowsUnasked: number;
}

/** How a decoder is set up, beside what it decodes. */
export interface DecoderEnvironment {
  /** IANA name of the session time zone. */
  readonly zone: string;
  /** Bytes of text that the buffer holds at first. */
  readonly bufferBytes?: number;
  /** The longest record there may be; 256 MiB by default. */
  readonly maxRecordBytes?: number;
  /** Runs the structural index in TypeScript; for tests and platforms without SIMD. */
  readonly plainIndex?: boolean;
  /** Whether the texts of all malformed records are kept until they are taken; a sample is else. */
  readonly tellsMalformed?: boolean;
}
