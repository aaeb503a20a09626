import { numberEnd } from "../text/numberBytes.js";
import { escapeLength, sequenceLength } from "../wasm/structuralIndex.js";

/** What stands at a place in JSON text. */
export const token = {
  malformed: 0,
  string: 1,
  integer: 2,
  /** With a fraction or an exponent. */
  decimal: 3,
  /** `NaN`, `-Infinity` and their like, where they are allowed. */
  notFinite: 4,
  true: 5,
  false: 6,
  null: 7,
  object: 8,
  array: 9,
  /** Nothing but space. */
  end: 10,
} as const;

/** Which liberties beyond JSON a text may take. Names are Spark's options, meanings Jackson's. */
export interface JsonSyntax {
  readonly allowSingleQuotes: boolean;
  readonly allowUnquotedFieldNames: boolean;
  readonly allowComments: boolean;
  readonly allowNumericLeadingZeros: boolean;
  readonly allowNonNumericNumbers: boolean;
  readonly allowBackslashEscapingAnyCharacter: boolean;
  readonly allowUnquotedControlChars: boolean;
}

/** Jackson's limits. */
const maxDepth = 1000;
const maxNumberLength = 1000;

const nonFiniteWords = ["NaN", "Infinity", "+Infinity", "+INF", "-Infinity", "-INF"].map((word) => new TextEncoder().encode(word));
const trueWord = new TextEncoder().encode("true");
const falseWord = new TextEncoder().encode("false");
const nullWord = new TextEncoder().encode("null");

/**
 * Reads JSON text token by token, as strictly as Jackson does: the way of every record that the generated walker hands back, and of nested values.
 *
 * `skipValue` validates. The conversions that follow it may trust the syntax. Nothing is read beyond `end`.
 */
export class JsonReader {
  bytes!: Uint8Array;
  at = 0;
  end = 0;
  /** The text of the last scalar, without its quotes, or of the last member's name. */
  start = 0;
  stop = 0;
  /** Whether that text has escapes. */
  escaped = false;
  private depth = 0;

  constructor(readonly syntax: JsonSyntax) {}

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = 0;
  }

  /** Reads a scalar, or stops at the bracket of an object or array. */
  next(): number {
    if (!this.skipSpace()) return token.malformed;
    const { bytes, at, end } = this;
    if (at >= end) return token.end;
    this.start = at;
    this.escaped = false;
    switch (bytes[at]) {
      case 34:
        return this.string(34);
      case 39:
        return this.syntax.allowSingleQuotes ? this.string(39) : token.malformed;
      case 123:
        return token.object;
      case 91:
        return token.array;
      case 116:
        return this.word(trueWord) ? token.true : token.malformed;
      case 102:
        return this.word(falseWord) ? token.false : token.malformed;
      case 110:
        return this.word(nullWord) ? token.null : token.malformed;
      default:
        return this.number();
    }
  }

  /**
   * Goes to the next member of the object whose brace is behind it: its name is in `start` and `stop`, its value is what `next` reads.
   *
   * @returns false at the end of the object, and where the text is malformed (`at` is then -1)
   */
  nextMember(first: boolean): boolean {
    if (!this.separator(first, 125)) return false;
    if (!this.name() || !this.skipSpace() || this.bytes[this.at] !== 58 || this.at >= this.end) return this.malformed();
    this.at++;
    return true;
  }

  /** Goes to the next element of the array whose bracket is behind it; as `nextMember`. */
  nextElement(first: boolean): boolean {
    return this.separator(first, 93);
  }

  /** Skips a whole value. False where it is malformed. */
  skipValue(): boolean {
    const kind = this.next();
    if (kind === token.malformed || kind === token.end) return false;
    if (kind !== token.object && kind !== token.array) return true;
    return this.skipNested(kind);
  }

  /** Skips the object or array at whose bracket it stands. */
  skipNested(kind: number): boolean {
    if (++this.depth > maxDepth) return false;
    this.at++;
    if (kind === token.object) {
      for (let first = true; this.nextMember(first); first = false) if (!this.skipValue()) return false;
    } else {
      for (let first = true; this.nextElement(first); first = false) if (!this.skipValue()) return false;
    }
    this.depth--;
    return this.at >= 0;
  }

  private malformed(): false {
    this.at = -1;
    return false;
  }

  /** Consumes what stands between members or elements; false at the closing bracket, which it consumes. */
  private separator(first: boolean, closing: number): boolean {
    if (!this.skipSpace() || this.at >= this.end) return this.malformed();
    const byte = this.bytes[this.at];
    if (byte === closing) {
      this.at++;
      return false;
    }
    if (first) return true;
    if (byte !== 44) return this.malformed();
    this.at++;
    return true;
  }

  private name(): boolean {
    if (!this.skipSpace() || this.at >= this.end) return false;
    const byte = this.bytes[this.at]!;
    this.start = this.at;
    this.escaped = false;
    if (byte === 34) return this.string(34) === token.string;
    if (byte === 39 && this.syntax.allowSingleQuotes) return this.string(39) === token.string;
    if (!this.syntax.allowUnquotedFieldNames) return false;
    while (this.at < this.end && isNameByte(this.bytes[this.at]!)) this.at++;
    this.stop = this.at;
    return this.stop > this.start;
  }

  /** False in a comment that does not end, or is not allowed. */
  private skipSpace(): boolean {
    const { bytes, end } = this;
    for (; this.at < end; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === 32 || (byte >= 9 && byte <= 13 && byte !== 11 && byte !== 12)) continue;
      if (byte !== 47 || !this.syntax.allowComments) return true;
      if (!this.comment()) return false;
    }
    return true;
  }

  /** Goes to the last byte of the comment. */
  private comment(): boolean {
    const { bytes, end } = this;
    const kind = this.at + 1 < end ? bytes[this.at + 1] : 0;
    if (kind === 47) {
      while (this.at + 1 < end && bytes[this.at + 1] !== 10 && bytes[this.at + 1] !== 13) this.at++;
      return true;
    }
    if (kind !== 42) return false;
    for (let p = this.at + 2; p + 1 < end; p++) {
      if (bytes[p] === 42 && bytes[p + 1] === 47) {
        this.at = p + 1;
        return true;
      }
    }
    return false;
  }

  private string(quote: number): number {
    const { bytes, end } = this;
    let p = this.at + 1;
    this.start = p;
    while (p < end) {
      const byte = bytes[p]!;
      if (byte === quote) {
        this.stop = p;
        this.at = p + 1;
        return token.string;
      }
      let length = 1;
      if (byte === 92) {
        length = this.escape(p);
        this.escaped = true;
      } else if (byte < 32) {
        length = this.syntax.allowUnquotedControlChars ? 1 : 0;
      } else if (byte >= 128) {
        length = sequenceLength(bytes, p, end);
      }
      if (length === 0) return token.malformed;
      p += length;
    }
    return token.malformed;
  }

  private escape(at: number): number {
    const length = escapeLength(this.bytes, at, this.end);
    if (length > 0 || at + 1 >= this.end) return length;
    const byte = this.bytes[at + 1]!;
    if (byte === 39 && this.syntax.allowSingleQuotes) return 2;
    return this.syntax.allowBackslashEscapingAnyCharacter && byte !== 117 && byte >= 32 && byte < 128 ? 2 : 0;
  }

  private number(): number {
    const stop = numberEnd(this.bytes, this.at, this.end, this.syntax.allowNumericLeadingZeros);
    if (stop < 0)
      return this.syntax.allowNonNumericNumbers && nonFiniteWords.some((word) => this.word(word)) ? token.notFinite : token.malformed;
    if (stop - this.at > maxNumberLength) return token.malformed;
    this.stop = stop;
    for (let p = this.at; p < stop; p++) {
      const byte = this.bytes[p]!;
      if (byte === 46 || (byte | 32) === 101) {
        this.at = stop;
        return token.decimal;
      }
    }
    this.at = stop;
    return token.integer;
  }

  private word(word: Uint8Array): boolean {
    if (this.at + word.length > this.end) return false;
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word[i]) return false;
    if (this.at + word.length < this.end && isNameByte(this.bytes[this.at + word.length]!)) return false;
    this.at += word.length;
    this.stop = this.at;
    return true;
  }
}

function isNameByte(byte: number): boolean {
  const letter = byte | 32;
  return (
    (letter >= 97 && letter <= 122) ||
    (byte >= 48 && byte <= 57) ||
    byte === 95 ||
    byte === 36 ||
    byte === 45 ||
    byte === 35 ||
    byte === 64 ||
    byte >= 128
  );
}
