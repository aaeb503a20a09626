import { batchOf, type Batch } from "../../arrow/batch.js";
import type { DecodeSpec } from "../../contract/source.js";
import { assert } from "../../errors/assert.js";
import type { PushedFilter } from "../../contract/source.js";
import { buffers } from "../../arrow/buffers.js";
import { notYetSupported } from "../../errors/streamingError.js";
import type { Decoder, DecoderEnvironment } from "./lineDecoder.js";
import { DecoderMemory, windowBytes } from "../wasm/decoderMemory.js";
import { checkRecordSize, defaultMaxRecordBytes } from "./lineFraming.js";

/** Lines of text as rows of one string column; empty lines are rows. A line ends in LF, CR, CRLF, or in the option `lineSep`. */
export class TextDecoderOfLines implements Decoder {
  rowsRead = 0;
  readonly malformedTexts = null;
  readonly rowsUnasked = 0;
  readonly taken: readonly PushedFilter[] = [];
  private readonly memory: DecoderMemory;
  private readonly separator: Uint8Array | null;
  private starts: Int32Array = buffers.int32(1024);
  private lengths: Int32Array = buffers.int32(1024);
  private rows = 0;
  private readonly maxRecordBytes: number;
  private tailStart: number;
  private tailLength = 0;
  private afterCarriageReturn = false;

  constructor(
    private readonly spec: DecodeSpec,
    environment: DecoderEnvironment,
  ) {
    const options = new Map(Object.entries(spec.options).map(([name, value]) => [name.toLowerCase(), value]));
    if (options.get("wholetext")?.toLowerCase() === "true") throw notYetSupported("the text option `wholetext`");
    assert(spec.schema.fields.every(({ type }) => type.kind === "string") && spec.schema.fields.length <= 1, "text is one string column");
    const separator = options.get("linesep");
    this.separator = separator ? new TextEncoder().encode(separator) : null;
    this.memory = new DecoderMemory(environment.bufferBytes ?? windowBytes, true);
    this.tailStart = this.memory.textStart;
    this.maxRecordBytes = environment.maxRecordBytes ?? defaultMaxRecordBytes;
  }

  buffer(): Uint8Array {
    const { memory } = this;
    memory.bytes.copyWithin(memory.textStart, this.tailStart, this.tailStart + this.tailLength);
    this.tailStart = memory.textStart;
    checkRecordSize(this.tailLength, this.maxRecordBytes);
    if (this.tailLength * 2 > memory.textCapacity) memory.reserveText(memory.textCapacity * 2);
    return memory.bytes.subarray(memory.textStart + this.tailLength, memory.textStart + memory.textCapacity);
  }

  /** Lines of text are cheap: nothing is gained by reading ahead. */
  readAhead(): null {
    return null;
  }

  decode(byteCount: number, isLast: boolean): Batch | null {
    const end = this.tailStart + this.tailLength + byteCount;
    this.rows = 0;
    const at = this.separator === null ? this.splitLines(end) : this.splitBy(this.separator, end);
    this.tailStart = at;
    this.tailLength = end - at;
    if (isLast) {
      if (this.tailLength > 0) this.add(at, end);
      this.tailLength = 0;
      this.afterCarriageReturn = false;
    }
    this.rowsRead += this.rows;
    return this.rows === 0 ? null : this.batch();
  }

  private splitLines(end: number): number {
    const { bytes } = this.memory;
    let lineStart = this.tailStart;
    for (let p = this.tailStart + this.tailLength; p < end; p++) {
      const byte = bytes[p];
      if (byte !== 10 && byte !== 13) {
        this.afterCarriageReturn = false;
        continue;
      }
      // The line feed of a CRLF ends nothing.
      if (byte === 10 && this.afterCarriageReturn) lineStart = p + 1;
      else {
        this.add(lineStart, p);
        lineStart = p + 1;
      }
      this.afterCarriageReturn = byte === 13;
    }
    return lineStart;
  }

  private splitBy(separator: Uint8Array, end: number): number {
    const { bytes } = this.memory;
    let lineStart = this.tailStart;
    for (let p = lineStart; p + separator.length <= end;) {
      if (!separator.every((byte, i) => bytes[p + i] === byte)) {
        p++;
        continue;
      }
      this.add(lineStart, p);
      lineStart = p += separator.length;
    }
    return lineStart;
  }

  private add(start: number, end: number): void {
    if (this.rows === this.starts.length) {
      const [starts, lengths] = [buffers.int32(2 * this.rows), buffers.int32(2 * this.rows)];
      starts.set(this.starts);
      lengths.set(this.lengths);
      [this.starts, this.lengths] = [starts, lengths];
    }
    this.starts[this.rows] = start;
    this.lengths[this.rows++] = end - start;
  }

  private batch(): Batch {
    const { schema } = this.spec;
    const columns = schema.fields.map(({ type }) => ({
      type,
      length: this.rows,
      nulls: null,
      encoding: "view" as const,
      data: this.memory.bytes,
      starts: this.starts.subarray(0, this.rows),
      lengths: this.lengths.subarray(0, this.rows),
    }));
    return batchOf(schema, columns, this.rows);
  }
}
