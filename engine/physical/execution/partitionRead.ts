import type { Batch } from "../../arrow/batch.js";
import { assert } from "../../errors/assert.js";
import type { BytesReader, PartitionReader } from "../../contract/source.js";
import { textConversions } from "../../expression/textConversions.js";
import { createDecoder, type Decoder } from "../../kernel/decoder.js";
import type { BoundScan } from "./inputs.js";

/**
 * Reads the partitions of one scan, one after the other, as batches of the requested columns.
 *
 * Bytes are read straight into the memory of the decoder, the next while the last are worked on.
 */
export class PartitionRead {
  private rows = 0;
  private decoder: Decoder | null = null;

  constructor(
    private readonly bound: BoundScan,
    private readonly zone: string,
  ) {}

  /** The batches of a partition. Each is borrowed until the next is asked for. */
  async *batches(reader: PartitionReader): AsyncGenerator<Batch> {
    if (reader.kind === "bytes") {
      yield* this.decoded(reader);
      return;
    }
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
      this.rows += batch.length;
      yield batch;
    }
  }

  /** Rows read since the last call, before any filter. */
  takeRowsRead(): number {
    const { rows } = this;
    this.rows = 0;
    return rows;
  }

  private async *decoded(reader: BytesReader): AsyncGenerator<Batch> {
    const { decode } = this.bound.scan;
    assert(decode !== null, "a source that gives bytes says how they are decoded");
    const decoder = (this.decoder ??= createDecoder(decode, this.bound.request.filters, { zone: this.zone, conversions: textConversions }));
    const before = decoder.rowsRead;
    let ahead: Promise<number> | null = null;
    try {
      for (let atEnd = false; !atEnd;) {
        const count: number = await (ahead ?? reader.read(decoder.buffer()));
        ahead = null;
        atEnd = count === 0;
        const batch = decoder.decode(count, atEnd);
        const room: Uint8Array | null = atEnd ? null : decoder.readAhead();
        if (room !== null) ahead = reader.read(room);
        if (batch !== null && batch.length > 0) yield batch;
      }
    } finally {
      // Nobody may close the file, or use the memory, while a read is under way.
      await ahead?.catch(() => undefined);
      this.rows += decoder.rowsRead - before;
    }
  }
}
