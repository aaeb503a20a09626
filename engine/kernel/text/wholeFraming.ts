import type { DecoderMemory } from "../wasm/decoderMemory.js";
import { checkRecordSize, defaultMaxRecordBytes, type LineSink } from "./lineFraming.js";

/** A whole file as one record: what `multiLine` makes of JSON. The file is in memory when it is decoded. */
export class WholeFraming {
  private length = 0;

  constructor(
    private readonly memory: DecoderMemory,
    private readonly maxRecordBytes = defaultMaxRecordBytes,
  ) {}

  /** Room for more text. */
  buffer(): Uint8Array {
    const { memory } = this;
    checkRecordSize(this.length, this.maxRecordBytes);
    if (this.length * 2 > memory.textCapacity) memory.reserveText(memory.textCapacity * 2);
    return memory.bytes.subarray(memory.textStart + this.length, memory.textStart + memory.textCapacity);
  }

  readAhead(): null {
    return null;
  }

  /** Hands the text over when all of it is there. */
  frame(byteCount: number, isLast: boolean, sink: LineSink): void {
    this.length += byteCount;
    if (!isLast) return;
    const { textStart } = this.memory;
    if (this.length > 0) sink.longLine(textStart, textStart + this.length);
    this.length = 0;
  }
}
