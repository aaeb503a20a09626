import type { DecoderMemory } from "../wasm/decoderMemory.js";
import type { CsvSyntax } from "./csvOptions.js";
import { QuotedValue } from "./quotedValue.js";

/** What stands in a field. */
export const fieldKind = {
  /** Nothing between two separators. */
  nothing: 0,
  text: 1,
  /** Nothing between two quotes. */
  empty: 2,
} as const;

/**
 * Cuts a record into its fields. A field is a range of the memory: of the text itself wherever that holds the value as it stands, else of the arena. One pass over
 * the bytes; only values with quotes within take the slow way.
 */
export class CsvTokenizer {
  readonly starts: Int32Array;
  readonly stops: Int32Array;
  readonly kinds: Uint8Array;
  /** Fields of the last record. */
  count = 0;
  /** How many of them belong to records before the last one: a quoted value may turn out to hold line ends that end records. */
  private readonly ends: number[] = [];
  private quoted: QuotedValue;
  private lineEnd: Uint8Array | null = null;
  private lineEndByte = -1;
  /** What begins a line end that is not kept as it stands within quotes. */
  private rewritten = -1;
  /** Whether there is a character that only means something before an escape: at the end of the text it goes away elsewhere too. */
  private readonly escapesEscapes: boolean;

  constructor(
    private readonly syntax: CsvSyntax,
    private readonly memory: DecoderMemory,
  ) {
    this.escapesEscapes = syntax.escapeEscape !== -1 && syntax.escapeEscape !== syntax.escape;
    const room = Math.min(syntax.maxColumns, 1 << 20) + 1;
    this.starts = new Int32Array(room);
    this.stops = new Int32Array(room);
    this.kinds = new Uint8Array(room);
    this.quoted = new QuotedValue(syntax, memory, null);
  }

  /** Says what ends a record, where records are not lines that were found before. */
  endAt(lineEnd: Uint8Array): void {
    this.lineEnd = lineEnd;
    this.lineEndByte = lineEnd[0]!;
    this.rewritten = this.lineEndByte === 10 ? -1 : this.lineEndByte;
    this.quoted = new QuotedValue(this.syntax, this.memory, lineEnd);
  }

  /**
   * The fields of the record at `start`; gives the place behind its line end.
   *
   * @param isLast whether the text ends at `end`; else a record that reaches it is not complete
   * @returns -1 when it is not complete
   */
  record(start: number, end: number, isLast: boolean): number {
    const { syntax } = this;
    const { quote, trimLeading } = syntax;
    const separatorLength = syntax.separator.length;
    this.count = this.ends.length = 0;
    let p = start;
    for (;;) {
      if (trimLeading) p = this.skipBlanks(p, end);
      const stop = p < end && this.memory.bytes[p] === quote ? this.quotedField(p, end) : this.plainField(p, end);
      if (stop >= end) return isLast ? end : -1;
      if (this.isLineEnd(stop, end)) return stop + this.lineEnd!.length;
      p = stop + separatorLength;
    }
  }

  /** Whether the last record is one field with nothing in it, not even quotes. */
  get holdsNothing(): boolean {
    return this.count === 1 && this.kinds[0] === fieldKind.nothing && this.memory.bytes[this.starts[0]!] !== this.syntax.quote;
  }

  /** Whether `record` read several in one: `eachRecord` has them. */
  get areSeveral(): boolean {
    return this.ends.length > 0;
  }

  /** Hands over the records that were read in one, each as if it had been read by itself. */
  eachRecord(take: () => void): void {
    let from = 0;
    for (const end of [...this.ends, this.count]) {
      for (const values of [this.starts, this.stops, this.kinds]) values.copyWithin(0, from, end);
      this.count = end - from;
      from = end;
      take();
    }
  }

  private isLineEnd(at: number, end: number): boolean {
    if (this.memory.bytes[at] !== this.lineEndByte) return false;
    return this.lineEnd!.length === 1 || (at + 1 < end && this.memory.bytes[at + 1] === this.lineEnd![1]);
  }

  private skipBlanks(from: number, end: number): number {
    const { bytes } = this.memory;
    let p = from;
    while (p < end && bytes[p]! <= 32 && !this.isStop(p, end) && bytes[p] !== this.syntax.quote) p++;
    return p;
  }

  private isStop(p: number, end: number): boolean {
    const { separator } = this.syntax;
    const { bytes } = this.memory;
    if (bytes[p] !== separator[0]) return this.isLineEnd(p, end);
    for (let i = 1; i < separator.length; i++) if (bytes[p + i] !== separator[i]) return this.isLineEnd(p, end);
    return p + separator.length <= end || this.isLineEnd(p, end);
  }

  /** A field without quotes, whatever is in it; gives the place of what ends it. */
  private plainField(start: number, end: number): number {
    const { bytes } = this.memory;
    const { separator, trimTrailing } = this.syntax;
    const [first, lineEnd] = [separator[0], this.lineEndByte];
    let p = start;
    for (; p < end; p++) {
      const byte = bytes[p]!;
      if ((byte === first || byte === lineEnd) && (separator.length === 1 && byte === first ? true : this.isStop(p, end))) break;
    }
    let stop = p;
    if (trimTrailing) while (stop > start && bytes[stop - 1]! <= 32) stop--;
    this.add(start, stop, stop === start ? fieldKind.nothing : fieldKind.text);
    return p;
  }

  private quotedField(open: number, end: number): number {
    const { bytes } = this.memory;
    const { quote, escape, separator } = this.syntax;
    let p = open + 1;
    while (p < end && bytes[p] !== quote && bytes[p] !== escape && bytes[p] !== this.rewritten) p++;
    const behind = p + 1;
    const isSimple =
      p < end &&
      bytes[p] === quote &&
      ((behind === end && !this.escapesEscapes) || (separator.length === 1 && bytes[behind] === separator[0]) || this.isStop(behind, end));
    if (isSimple) {
      this.add(open + 1, p, p === open + 1 ? fieldKind.empty : fieldKind.text);
      return behind;
    }
    const { quoted } = this;
    const stop = quoted.read(open, end);
    for (const { from, to, endsRecord } of quoted.cutOff) {
      this.add(from, to, from === to ? fieldKind.empty : fieldKind.text);
      if (endsRecord) this.ends.push(this.count);
    }
    if (quoted.isSkipped) this.add(open, open, fieldKind.nothing);
    else if (!quoted.isNothing) this.add(quoted.from, quoted.to, quoted.isEmpty ? fieldKind.empty : fieldKind.text);
    return stop;
  }

  private add(start: number, stop: number, kind: number): void {
    const { count } = this;
    if (count < this.starts.length) {
      this.starts[count] = start;
      this.stops[count] = stop;
      this.kinds[count] = kind;
    }
    this.count = count + 1;
  }
}
