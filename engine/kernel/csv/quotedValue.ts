import type { DecoderMemory } from "../wasm/decoderMemory.js";
import type { CsvSyntax } from "./csvOptions.js";

/** Codes beside those of bytes: what is read where a separator or a line end stands, which may be several bytes. */
const separatorCode = 256;
const lineEndCode = 257;
const none = -1;

/** A quote that closes a value and is not followed by a separator, while `unescapedQuoteHandling` forbids it. */
export class UnescapedQuote extends Error {}

/** A value that was cut off one with a quote in it: [from, to) of the memory, and whether its record ends there. */
export interface CutOff {
  readonly from: number;
  readonly to: number;
  readonly endsRecord: boolean;
}

/**
 * Reads a value that begins with a quote and is not simply quoted: with escapes, quotes within, or something behind the closing quote. Character by character,
 * as Spark's parser does, down to its liberties: a quote that is not escaped makes the rest up to the separator part of the value, or what else
 * `unescapedQuoteHandling` says.
 *
 * The value is written into the memory's arena.
 */
export class QuotedValue {
  /** The value of the last `read`: [from, to) of the memory. */
  from = 0;
  to = 0;
  /** Whether the text ended within the value. */
  isCut = false;
  /** Whether the value is passed over: null. */
  isSkipped = false;
  /** Values before it, which it turned out to hold. */
  readonly cutOff: CutOff[] = [];
  private p = 0;
  private end = 0;
  private code = 0;
  private previous = none;
  private unescaped = false;
  private trims = false;
  /** Whether what follows a closing quote and blanks is read up to the separator. */
  private readonly stopsAtSeparator: boolean;
  private bytes!: Uint8Array;

  constructor(
    private readonly syntax: CsvSyntax,
    private readonly memory: DecoderMemory,
    private readonly lineEnd: Uint8Array | null,
  ) {
    const { unescapedQuotes } = syntax;
    this.stopsAtSeparator =
      unescapedQuotes === "STOP_AT_DELIMITER" || unescapedQuotes === "BACK_TO_DELIMITER" || unescapedQuotes === "SKIP_VALUE";
  }

  /** Reads the value whose quote is at `open`; gives the place of the separator or line end behind it, `end` at the end of the text. */
  read(open: number, end: number): number {
    const room = 2 * (end - open) + this.syntax.separator.length + 8;
    const start = this.memory.allocate(room);
    this.bytes = this.memory.bytes;
    // One byte in front, for the quote that is put back.
    this.from = this.to = start + 1;
    this.p = open + 1;
    this.end = end;
    this.code = this.syntax.quote;
    this.previous = none;
    this.unescaped = false;
    this.trims = false;
    this.isSkipped = false;
    this.cutOff.length = 0;
    this.isCut = !this.value();
    if (this.isCut) this.finishCut();
    if (this.trims) while (this.to > this.from && this.bytes[this.to - 1]! <= 32) this.to--;
    this.memory.shrinkTo(this.to);
    if (this.isCut) return end;
    return this.code === separatorCode ? this.p - this.syntax.separator.length : this.p - (this.lineEnd?.length ?? 0);
  }

  /** Whether the value is there though nothing is in it: quotes with nothing between them. */
  get isEmpty(): boolean {
    return this.to === this.from;
  }

  /** Whether all of it was cut off, and nothing is left for a value. */
  get isNothing(): boolean {
    return this.unescaped && !this.isCut && this.isEmpty && this.syntax.unescapedQuotes === "BACK_TO_DELIMITER";
  }

  /** The next character into `code`; false at the end of the text, where `code` stays. */
  private next(): boolean {
    if (this.p >= this.end) return false;
    const { bytes, p } = this;
    const byte = bytes[p]!;
    if (byte === this.syntax.separator[0] && this.isAt(this.syntax.separator)) {
      this.code = separatorCode;
      this.p += this.syntax.separator.length;
    } else if (this.lineEnd !== null && byte === this.lineEnd[0] && this.isAt(this.lineEnd)) {
      this.code = lineEndCode;
      this.p += this.lineEnd.length;
    } else {
      this.code = byte;
      this.p++;
    }
    return true;
  }

  private isAt(text: Uint8Array): boolean {
    for (let i = 1; i < text.length; i++) if (this.bytes[this.p + i] !== text[i]) return false;
    return this.p + text.length <= this.end;
  }

  private append(code: number): void {
    if (code === separatorCode) for (const byte of this.syntax.separator) this.bytes[this.to++] = byte;
    // Line ends within quotes become line feeds.
    else this.bytes[this.to++] = code === lineEndCode ? 10 : code;
  }

  private get isAtStop(): boolean {
    return this.code === separatorCode || this.code === lineEndCode;
  }

  /** False when the text ends within it. */
  private value(): boolean {
    const { stopsAtSeparator } = this;
    const { quote, unescapedQuotes } = this.syntax;
    for (;;) {
      if (this.previous !== none && stopsAtSeparator) {
        if (unescapedQuotes === "SKIP_VALUE") return this.skip();
        this.bytes[--this.from] = quote;
        this.trims = this.syntax.trimTrailing;
        return this.untilSeparator();
      }
      const step = this.untilQuote();
      if (step !== "closed") {
        if (step === "again") continue;
        return step === "stopped";
      }
      if (this.isAtStop) return true;
      const spaces = this.to;
      if (!this.spacesBehind()) return false;
      if (this.isAtStop) {
        this.to = spaces;
        return true;
      }
      if (stopsAtSeparator || (this.code !== quote && this.code !== this.syntax.escape)) this.append(this.code);
      this.previous = this.code;
    }
  }

  /** Whether what is there up to the separator was read; false at the end of the text. */
  private untilSeparator(): boolean {
    if (!this.next()) return false;
    const { code } = this;
    while (!this.isAtStop) {
      this.append(this.code);
      if (this.next()) continue;
      this.code = code;
      return false;
    }
    return true;
  }

  /**
   * Up to the quote that closes. `again`: a quote that is not escaped was met and taken in; `stopped`: the value ends there; `cut`: the text ends within.
   */
  private untilQuote(): "closed" | "again" | "stopped" | "cut" {
    const { quote, escape, escapeEscape } = this.syntax;
    if (!this.next()) return "cut";
    for (;;) {
      const { code } = this;
      if (this.previous === quote && (code <= 32 || this.isAtStop)) return "closed";
      if (code === quote || code === escape) {
        if (!this.escaped()) return "cut";
        this.previous = this.code;
        if (!this.next()) return "cut";
        if (this.unescaped && this.isAtStop) return "stopped";
        continue;
      }
      if (this.previous === quote) {
        return this.meetUnescaped();
      }
      if (this.previous === escape && escape !== none) this.append(escape);
      while (this.code !== quote && this.code !== escape && this.code !== escapeEscape) {
        this.append(this.code);
        if (this.next()) continue;
        this.code = code;
        return "cut";
      }
      this.previous = this.code;
      if (!this.next()) return "cut";
    }
  }

  /** What follows a quote that closes nothing. */
  private meetUnescaped(): "again" | "stopped" | "cut" {
    const { code } = this;
    this.unescaped = true;
    const { quote, unescapedQuotes } = this.syntax;
    if (unescapedQuotes === "RAISE_ERROR") throw new UnescapedQuote();
    if (unescapedQuotes === "SKIP_VALUE") return this.skip() ? "stopped" : "cut";
    const goesBack = unescapedQuotes === "BACK_TO_DELIMITER";
    if (goesBack) this.cutAtSeparators();
    else this.append(quote);
    this.append(code);
    this.previous = goesBack ? none : code;
    return "again";
  }

  /** Passes over the value, up to the separator. False when the text ends before one. */
  private skip(): boolean {
    this.isSkipped = true;
    while (!this.isAtStop) if (!this.next()) return false;
    return true;
  }

  /** Takes off the values that separators and line ends part from what was read. */
  private cutAtSeparators(): void {
    const { bytes, to } = this;
    const { separator } = this.syntax;
    let start = this.from;
    for (let p = start; p < to;) {
      const endsRecord = this.lineEnd !== null && bytes[p] === 10;
      const isSeparator = bytes[p] === separator[0] && separator.every((byte, i) => bytes[p + i] === byte) && p + separator.length <= to;
      if (!endsRecord && !isSeparator) {
        p++;
        continue;
      }
      this.cutOff.push({ from: start, to: p, endsRecord });
      p += endsRecord ? 1 : separator.length;
      start = p;
    }
    this.from = start;
  }

  /** A quote or an escape, whose meaning what stands before it decides. False when the text ends there. */
  private escaped(): boolean {
    const { quote, escape, escapeEscape } = this.syntax;
    const { code, previous } = this;
    if (code === escape && previous === escapeEscape && escapeEscape !== none) {
      this.append(escape);
      this.code = none;
    } else if (previous === escape && previous !== none) {
      if (code === quote) {
        this.append(quote);
        this.code = none;
      } else {
        this.append(previous);
      }
    } else if (code === quote && previous === quote) {
      this.append(quote);
    } else if (previous === quote) {
      return this.behindUnescaped();
    }
    return true;
  }

  /** What follows a quote that closes nothing, up to the separator. */
  private behindUnescaped(): boolean {
    const { quote, escape, unescapedQuotes } = this.syntax;
    if (unescapedQuotes === "SKIP_VALUE") return this.skip();
    this.append(quote);
    this.previous = this.code;
    while (!this.isAtStop) {
      if (this.code !== quote && this.code !== escape) {
        if (this.previous === quote) this.append(quote);
        this.append(this.code);
      } else if (!this.escaped()) {
        return false;
      } else if (this.isAtStop) {
        return true;
      }
      this.previous = this.code;
      if (!this.next()) return false;
    }
    return true;
  }

  /** Blanks behind the closing quote: put into the value, with the quote, in case more follows. False when the text ends there. */
  private spacesBehind(): boolean {
    const { to } = this;
    this.append(this.syntax.quote);
    while (this.code <= 32) {
      this.append(this.code);
      if (!this.next()) {
        this.to = to;
        return false;
      }
    }
    return true;
  }

  /** What the end of the text makes of an open value. */
  private finishCut(): void {
    const { quote } = this.syntax;
    if (this.code === quote && this.previous !== quote && !this.unescaped) this.append(quote);
  }
}
