import type { Batch } from "../../arrow/batch.js";
import type { PushedFilter } from "../../contract/source.js";
import type { MalformedTexts } from "../malformedTexts.js";
import type { Decoder, DecoderEnvironment } from "../text/lineDecoder.js";
import { checkRecordSize, defaultMaxRecordBytes } from "../text/lineFraming.js";
import { behindByteOrderMark, type CsvParts } from "./csvDecoder.js";
import { UnescapedQuote } from "./quotedValue.js";

const [lineFeed, carriageReturn] = [10, 13];

/** CSV whose quoted fields may hold line ends: a record ends where a line does outside of quotes. What ends a line is what ends the file's first. */
export class CsvMultiLineDecoder implements Decoder {
  private readonly maxRecordBytes: number;
  /** What ends a line of this file; null until its first one is seen. */
  private lineEnd: Uint8Array | null = null;
  private tailStart: number;
  private tailLength = 0;
  private isAtStart = true;
  private isAtHeader: boolean;

  constructor(
    private readonly parts: CsvParts,
    environment: DecoderEnvironment,
  ) {
    this.maxRecordBytes = environment.maxRecordBytes ?? defaultMaxRecordBytes;
    this.tailStart = parts.memory.textStart;
    this.isAtHeader = parts.options.header;
  }

  get taken(): readonly PushedFilter[] {
    return this.parts.records.filters;
  }

  get rowsRead(): number {
    return this.parts.records.rowsRead;
  }

  get rowsUnasked(): number {
    return this.parts.records.rowsUnasked;
  }

  get malformedTexts(): MalformedTexts {
    return this.parts.records.malformedTexts;
  }

  buffer(): Uint8Array {
    const { memory } = this.parts;
    memory.bytes.copyWithin(memory.textStart, this.tailStart, this.tailStart + this.tailLength);
    this.tailStart = memory.textStart;
    checkRecordSize(this.tailLength, this.maxRecordBytes);
    if (this.tailLength * 2 > memory.textCapacity) memory.reserveText(memory.textCapacity * 2);
    return memory.bytes.subarray(memory.textStart + this.tailLength, memory.textStart + memory.textCapacity);
  }

  /** The unfinished record is moved before the next bytes come. */
  readAhead(): null {
    return null;
  }

  decode(byteCount: number, isLast: boolean): Batch | null {
    const { memory, records } = this.parts;
    memory.clearArena();
    records.reset();
    const end = this.tailStart + this.tailLength + byteCount;
    this.lineEnd ??= this.findLineEnd(end, isLast);
    const at = this.lineEnd === null ? this.tailStart : this.readRecords(this.lineEnd, this.tailStart, end, isLast);
    this.tailStart = at;
    this.tailLength = end - at;
    if (isLast) this.endFile();
    return records.finish();
  }

  private endFile(): void {
    this.lineEnd = null;
    this.tailLength = 0;
    this.isAtStart = true;
    this.isAtHeader = this.parts.options.header;
  }

  private findLineEnd(end: number, isLast: boolean): Uint8Array | null {
    const { options, tokens } = this.parts;
    const lineEnd = options.lineSeparator ?? this.lineEndIn(this.tailStart, end, isLast);
    if (lineEnd !== null) tokens.endAt(lineEnd);
    return lineEnd;
  }

  private lineEndIn(start: number, end: number, isLast: boolean): Uint8Array | null {
    const { bytes } = this.parts.memory;
    for (let p = start; p < end; p++) {
      if (bytes[p] === lineFeed) return Uint8Array.of(lineFeed);
      if (bytes[p] !== carriageReturn) continue;
      if (p + 1 === end && !isLast) return null;
      return bytes[p + 1] === lineFeed && p + 1 < end ? Uint8Array.of(carriageReturn, lineFeed) : Uint8Array.of(carriageReturn);
    }
    return isLast ? Uint8Array.of(lineFeed) : null;
  }

  /** Reads what is complete; gives where the rest begins. */
  private readRecords(lineEnd: Uint8Array, from: number, end: number, isLast: boolean): number {
    const { memory, options } = this.parts;
    let at = from;
    if (this.isAtStart) at = behindByteOrderMark(memory.bytes, at, end);
    while (at < end) {
      const isComment = memory.bytes[at] === options.comment;
      const next = isComment ? this.behindLine(at, end, lineEnd, isLast) : this.readRecord(lineEnd, at, end, isLast);
      if (next < 0) return at;
      this.isAtStart = false;
      at = next;
    }
    return at;
  }

  /** Gives where the next record begins; -1 when this one is not complete. */
  private readRecord(lineEnd: Uint8Array, at: number, end: number, isLast: boolean): number {
    const { tokens, records, options } = this.parts;
    let next: number;
    try {
      next = tokens.record(at, end, isLast);
    } catch (error) {
      if (!(error instanceof UnescapedQuote)) throw error;
      next = this.behindLine(at, end, lineEnd, isLast);
      if (next >= 0) records.addUnreadable(at, this.withoutLineEnd(at, next, lineEnd));
      return next;
    }
    // An empty line is no record, nor is one of blanks that are left out, unless the text ends with it.
    if (next < 0 || (tokens.holdsNothing && this.endsWith(next, lineEnd) && (options.syntax.trimLeading || next === at + lineEnd.length)))
      return next;
    if (tokens.areSeveral) tokens.eachRecord(() => this.take(at, next, lineEnd));
    else this.take(at, next, lineEnd);
    return next;
  }

  private take(at: number, next: number, lineEnd: Uint8Array): void {
    const { records } = this.parts;
    if (this.isAtHeader) records.header();
    else records.add(at, this.withoutLineEnd(at, next, lineEnd));
    this.isAtHeader = false;
  }

  private withoutLineEnd(start: number, end: number, lineEnd: Uint8Array): number {
    return end - lineEnd.length >= start && this.endsWith(end, lineEnd) ? end - lineEnd.length : end;
  }

  private endsWith(end: number, lineEnd: Uint8Array): boolean {
    return lineEnd.every((byte, i) => this.parts.memory.bytes[end - lineEnd.length + i] === byte);
  }

  private behindLine(from: number, end: number, lineEnd: Uint8Array, isLast: boolean): number {
    for (let p = from; p + lineEnd.length <= end; p++) if (this.endsWith(p + lineEnd.length, lineEnd)) return p + lineEnd.length;
    return isLast ? end : -1;
  }
}
