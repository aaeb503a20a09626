import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import type { Schema } from "../../arrow/types.js";
import { slicesOf } from "../../arrow/columns.js";
import { assert } from "../../errors/assert.js";
import { MalformedRecord } from "../../errors/malformedRecord.js";
import { shownValue } from "../../errors/shownValue.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { BytesReader, ColumnsReader, PartitionReader } from "../../contract/source.js";
import { createDecoder, type Decoder } from "../../kernel/decoder.js";
import { sampleSize } from "../../kernel/malformedTexts.js";
import type { BoundScan } from "./inputs.js";

/** How many rows came in. */
export interface RowCounts {
  /** As Spark counts them: behind the filters that the decoder took over. */
  readonly input: number;
  /** Decoded, before any filter. */
  readonly read: number;
  /** Records that were malformed in the columns that are read; null where none can be. */
  readonly malformed: number | null;
  /** Some of them. */
  readonly malformedSample: readonly string[];
}

export const noRows: RowCounts = { input: 0, read: 0, malformed: null, malformedSample: [] };

/** Takes the texts of malformed records, in the order in which they came. */
export type MalformedReceiver = (texts: readonly string[]) => Promise<void>;

/**
 * Reads the partitions of one scan, one after the other, as batches of the requested columns.
 *
 * Bytes are read straight into the memory of the decoder, the next while the last are worked on.
 */
export class PartitionRead {
  private rows = 0;
  private read = 0;
  private malformed: number | null = null;
  private sample: string[] = [];
  private decoder: Decoder | null = null;

  constructor(
    private readonly bound: BoundScan,
    private readonly zone: string,
    private readonly chunks: ChunkSizes,
    private readonly tellsMalformed: boolean,
  ) {}

  /** The batches of a partition. Each is lent until the next is asked for. `tell` is told of malformed records, if somebody is to be. */
  async *batches(reader: PartitionReader, tell: MalformedReceiver): AsyncGenerator<Batch> {
    for await (const read of reader.kind === "bytes" ? this.decoded(reader, tell) : this.given(reader)) {
      const batch = reader.constants === undefined ? read : withConstants(read, reader.constants, this.bound.request.schema);
      this.rows += batch.length;
      yield* slicesOf(batch, this.chunks.inputRows);
    }
  }

  /** Rows since the last call. */
  takeCounts(): RowCounts {
    const { rows: input, read, malformed, sample: malformedSample } = this;
    this.rows = 0;
    this.read = 0;
    this.malformed = null;
    this.sample = [];
    return { input, read, malformed, malformedSample };
  }

  private async *given(reader: ColumnsReader): AsyncGenerator<Batch> {
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
      this.read += batch.length;
      yield batch;
    }
  }

  private async *decoded(reader: BytesReader, tell: MalformedReceiver): AsyncGenerator<Batch> {
    const { decode } = this.bound.scan;
    assert(decode !== null, "a source that gives bytes says how they are decoded");
    const { zone, tellsMalformed } = this;
    const decoder = (this.decoder ??= createDecoder(decode, this.bound.request.filters, { zone, tellsMalformed }));
    const { rowsRead, rowsUnasked, malformedTexts } = decoder;
    const malformedBefore = malformedTexts?.records ?? 0;
    let ahead: Promise<number> | null = null;
    try {
      for (let atEnd = false; !atEnd;) {
        const count: number = await (ahead ?? reader.read(this.piece(decoder.buffer())));
        ahead = null;
        atEnd = count === 0;
        const decoded = decodeOrPlace(() => decoder.decode(count, atEnd), reader);
        const batch = decoded instanceof Promise ? await decoded : decoded;
        const room: Uint8Array | null = atEnd ? null : decoder.readAhead();
        if (room !== null) ahead = reader.read(this.piece(room));
        if (batch !== null) yield batch;
        if (malformedTexts?.areWaiting === true) await this.noted(malformedTexts.take(), tell);
      }
    } finally {
      // Nobody may close the file, or use the memory, while a read is under way.
      await ahead?.catch(() => undefined);
      this.read += decoder.rowsRead - rowsRead;
      if (malformedTexts !== null) this.malformed = (this.malformed ?? 0) + malformedTexts.records - malformedBefore;
      this.rows += decoder.rowsUnasked - rowsUnasked;
    }
  }

  private async noted(texts: readonly string[], tell: MalformedReceiver): Promise<void> {
    this.sample.push(...texts.slice(0, sampleSize - this.sample.length));
    if (this.tellsMalformed) await tell(texts);
  }

  private piece(room: Uint8Array): Uint8Array {
    const { readBytes } = this.chunks;
    return room.length <= readBytes ? room : room.subarray(0, readBytes);
  }
}

/** The wanted columns, of which some are constant. */
function withConstants(read: Batch, constants: Batch, wanted: Schema): Batch {
  const columns = wanted.fields.map(({ name, type }): Column => {
    const constant = constants.schema.fields.findIndex((field) => field.name === name);
    if (constant < 0) return read.columns[read.schema.fields.findIndex((field) => field.name === name)]!;
    return { type, encoding: "constant", length: read.length, nulls: null, value: constants.columns[constant]! };
  });
  return batchOf(wanted, columns, read.length);
}

/** What ends the query is refused with its place, and with its text where it is a record. Nothing is waited for otherwise. */
function decodeOrPlace(decode: () => Batch | null, reader: BytesReader): Batch | null | Promise<never> {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    return refuseWithPlace(error, reader);
  }
}

async function refuseWithPlace(error: StreamingError, reader: BytesReader): Promise<never> {
  const { condition, parameters, cause } = error;
  const record = cause instanceof MalformedRecord ? cause.record : null;
  const place = (await reader.placeOf?.(record)) ?? "In a record";
  const text = record === null ? "" : `: ${shownValue(record.trim())}`;
  throw new StreamingError(condition, parameters, { cause: cause ?? error, place: `${place}${text}` });
}
