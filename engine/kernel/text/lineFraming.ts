import { StreamingError } from "../../errors/streamingError.js";
import { indexOfBytes, windowBytes, type DecoderMemory } from "../wasm/decoderMemory.js";

/** No record may be longer unless the environment says otherwise. */
export const defaultMaxRecordBytes = 256 << 20;

/** Takes the lines that the framing found. */
export interface LineSink {
  /** The first `count` entries of the memory's tables of starts and ends are lines, none of them empty. */
  window(count: number): void;
  /** A line that is too long for the index. */
  longLine(start: number, end: number): void;
}

/**
 * Finds the lines in the bytes of one partition after the other. The buffer holds several reads: while the lines of one are worked on, the next bytes may
 * be read behind them (or, at the buffer's end, in front of them, where the unfinished line is then moved to).
 */
export class LineFraming {
  private tailStart: number;
  private tailLength = 0;
  /** Bytes of the unfinished line of which it is known that no line ends in them: they are not looked at again. */
  private scanned = 0;
  /** Where the lines begin that the last call of `frame` handed over. */
  private borrowedStart: number;

  /** @param separator what ends a line; null: LF, CR and CRLF */
  constructor(
    private readonly memory: DecoderMemory,
    private readonly separator: Uint8Array | null,
    private readonly maxRecordBytes = defaultMaxRecordBytes,
  ) {
    this.tailStart = memory.textStart;
    this.borrowedStart = memory.textStart;
  }

  /** Room for more text. The lines handed over may be overwritten. */
  buffer(): Uint8Array {
    const { memory } = this;
    checkRecordSize(this.tailLength, this.maxRecordBytes);
    // A half-full buffer of one unfinished line would make small reads.
    if (this.tailLength * 2 > memory.textCapacity) memory.reserveText(memory.textCapacity * 2);
    if (this.tailStart + this.tailLength + this.readBytes > this.textEnd) this.moveTailToFront();
    return this.room();
  }

  /** Room for more text apart from the lines handed over; null when there is none. */
  readAhead(): Uint8Array | null {
    const { memory } = this;
    if (this.tailStart + this.tailLength + this.readBytes > this.textEnd) {
      if (memory.textStart + this.tailLength + this.readBytes > this.borrowedStart) return null;
      this.moveTailToFront();
    }
    return this.room();
  }

  private get textEnd(): number {
    return this.memory.textStart + this.memory.textCapacity;
  }

  /** A quarter of the buffer: one read is worked on, one is under way, and there is room to turn round. */
  private get readBytes(): number {
    return this.memory.textCapacity >> 2;
  }

  private room(): Uint8Array {
    const start = this.tailStart + this.tailLength;
    return this.memory.bytes.subarray(start, start + Math.min(this.readBytes, this.textEnd - start));
  }

  private moveTailToFront(): void {
    const { memory } = this;
    memory.bytes.copyWithin(memory.textStart, this.tailStart, this.tailStart + this.tailLength);
    this.tailStart = memory.textStart;
  }

  /** Hands the complete lines to `sink`; at the end of the text also what is left. */
  frame(byteCount: number, isLast: boolean, sink: LineSink): void {
    const { memory } = this;
    const end = this.tailStart + this.tailLength + byteCount;
    let at = this.tailStart;
    this.borrowedStart = at;
    if (this.scanned > 0) at = this.longTail(end, sink);
    while (at < end && this.scanned === 0) {
      const windowEnd = Math.min(end, at + windowBytes);
      const count = this.split(at, windowEnd);
      const next = memory.lineEnd;
      if (count > 0) sink.window(count);
      if (next > at) {
        at = next;
        continue;
      }
      const lineEnd = windowEnd === end ? -1 : this.findEnd(windowEnd, end);
      if (lineEnd < 0) {
        this.scanned = end - at;
        break;
      }
      sink.longLine(at, lineEnd);
      at = lineEnd + this.separatorLength;
    }
    if (isLast && at < end) {
      if (end - at <= windowBytes) {
        memory.starts[0] = at;
        memory.ends[0] = end;
        sink.window(1);
      } else {
        sink.longLine(at, end);
      }
      at = end;
    }
    if (at === end) this.scanned = 0;
    this.tailStart = at;
    this.tailLength = end - at;
  }

  /** Looks for the end of the unfinished line in the bytes that are new; gives where the rest begins. */
  private longTail(end: number, sink: LineSink): number {
    const at = this.tailStart;
    const lineEnd = this.findEnd(at + this.scanned, end);
    if (lineEnd < 0) {
      this.scanned = end - at;
      return at;
    }
    this.scanned = 0;
    // Short enough for the index: the line is found again, with those behind it.
    if (lineEnd - at <= windowBytes) return at;
    sink.longLine(at, lineEnd);
    return lineEnd + this.separatorLength;
  }

  private get separatorLength(): number {
    return this.separator?.length ?? 1;
  }

  private split(from: number, to: number): number {
    return this.separator === null ? this.memory.splitLines(from, to) : this.memory.splitBy(from, to, this.separator);
  }

  private findEnd(from: number, to: number): number {
    const { bytes } = this.memory;
    const { separator } = this;
    if (separator !== null) return indexOfBytes(bytes, separator, Math.max(from - separator.length + 1, this.tailStart), to);
    for (let p = from; p < to; p++) if (bytes[p] === 10 || bytes[p] === 13) return p;
    return -1;
  }
}

/** @throws RECORD_TOO_LARGE */
export function checkRecordSize(size: number, limit: number): void {
  if (size > limit) throw new StreamingError("RECORD_TOO_LARGE", { size: String(size), limit: String(limit) });
}
