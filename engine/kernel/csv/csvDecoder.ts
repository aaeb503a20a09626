import type { Batch } from "../../arrow/batch.js";
import type { PushedFilter } from "../../contract/source.js";
import type { MalformedTexts } from "../malformedTexts.js";
import type { Decoder, DecoderEnvironment } from "../text/lineDecoder.js";
import { LineFraming, type LineSink } from "../text/lineFraming.js";
import type { DecoderMemory } from "../wasm/decoderMemory.js";
import type { CsvOptions } from "./csvOptions.js";
import type { CsvRecordSink } from "./csvRecordSink.js";
import type { CsvTokenizer } from "./csvTokenizer.js";
import { UnescapedQuote } from "./quotedValue.js";

/** What reads the records of CSV text, and what takes them. */
export interface CsvParts {
  readonly options: CsvOptions;
  readonly memory: DecoderMemory;
  readonly tokens: CsvTokenizer;
  readonly records: CsvRecordSink;
}

/** CSV lines to columns: a record is a line. Lines of blanks, and those that begin with the comment character, are none. */
export class CsvLinesDecoder implements Decoder, LineSink {
  private readonly framing: LineFraming;
  private isAtHeader: boolean;
  private isAtStart = true;

  constructor(
    private readonly parts: CsvParts,
    environment: DecoderEnvironment,
  ) {
    const { memory, options } = parts;
    this.framing = new LineFraming(memory, options.lineSeparator, environment.maxRecordBytes);
    this.isAtHeader = options.header;
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
    return this.framing.buffer();
  }

  readAhead(): Uint8Array | null {
    return this.framing.readAhead();
  }

  decode(byteCount: number, isLast: boolean): Batch | null {
    const { memory, records, options } = this.parts;
    memory.clearArena();
    records.reset();
    this.framing.frame(byteCount, isLast, this);
    if (isLast) {
      this.isAtHeader = options.header;
      this.isAtStart = true;
    }
    return records.finish();
  }

  window(count: number): void {
    const { starts, ends } = this.parts.memory;
    for (let i = 0; i < count; i++) this.line(starts[i]!, ends[i]!);
  }

  longLine(start: number, end: number): void {
    this.line(start, end);
  }

  private line(lineStart: number, end: number): void {
    const { memory, options, tokens, records } = this.parts;
    const { bytes } = memory;
    const start = this.isAtStart ? behindByteOrderMark(bytes, lineStart, end) : lineStart;
    this.isAtStart = false;
    const first = bytes[start]!;
    if (first === options.comment || (first <= 32 && isBlank(bytes, start, end))) return;
    try {
      tokens.record(start, end, true);
    } catch (error) {
      if (!(error instanceof UnescapedQuote)) throw error;
      records.addUnreadable(start, end);
      return;
    }
    if (!this.isAtHeader) return records.add(start, end);
    this.isAtHeader = false;
    records.header();
  }
}

/** The place behind the mark that some programs put before UTF-8. */
export function behindByteOrderMark(bytes: Uint8Array, start: number, end: number): number {
  const isMark = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return isMark ? start + 3 : start;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (bytes[p]! > 32) return false;
  return true;
}
