import type { DecoderMemory } from "../wasm/decoderMemory.js";
import { token, type JsonReader } from "./jsonReader.js";
import { NameIndex } from "./nameIndex.js";
import { numberEnd } from "../text/numberBytes.js";

/** What `readMember` says instead of a place in the shape. */
export const memberEnd = -1;
/** The record needs the strict path. */
export const memberIrregular = -2;

/** Where `readMember` puts what it found. */
export interface FoundMember {
  /** Behind the value. */
  at: number;
  /** The first quote behind the value, as a place in the index. */
  quote: number;
  /** The column of the member; -1 when it is not read. */
  column: number;
  start: number;
  stop: number;
  kind: number;
  /** How often it was asked: the shape should fit so well that it is not. */
  calls: number;
}

/** A member that is known: its name, and the column that takes its value (-1: none). */
export interface KnownMember {
  readonly name: Uint8Array;
  readonly column: number;
}

/** Members that are known, found by their names. */
export class KnownMembers {
  readonly #names: NameIndex;

  constructor(private readonly members: readonly KnownMember[]) {
    this.#names = new NameIndex(members.map(({ name }) => name));
  }

  find(bytes: Uint8Array, start: number, stop: number, expected: number): number {
    return this.#names.find(bytes, start, stop, expected);
  }

  columnAt(place: number): number {
    return this.members[place]!.column;
  }
}

/**
 * Reads one member of a record wherever it stands: the way from one member to the next when the shape that was learned does not fit. It knows plain JSON with
 * blanks; anything else is for the strict path.
 */
export class MemberReader {
  readonly found: FoundMember = { at: 0, quote: 0, column: -1, start: 0, stop: 0, kind: 0, calls: 0 };

  constructor(
    private readonly memory: DecoderMemory,
    private readonly reader: JsonReader,
  ) {}

  /**
   * Reads the member at `at` (behind the brace, if `first`, or behind a value). `quote` is the place of the first quote from there on, `quoteEnd` behind
   * the record's last.
   *
   * @returns the place in `members` from which to expect the next one, `memberEnd` behind the closing brace, or `memberIrregular`
   */
  read(members: KnownMembers, expected: number, first: boolean, at: number, end: number, quote: number, quoteEnd: number): number {
    const { bytes, quotes } = this.memory;
    const { found } = this;
    found.calls++;
    let p = skipBlanks(bytes, at, end);
    if (p < end && bytes[p] === 125) {
      found.at = p + 1;
      found.quote = quote;
      return memberEnd;
    }
    if (!first) {
      if (bytes[p] !== 44 || p >= end) return memberIrregular;
      p = skipBlanks(bytes, p + 1, end);
    }
    if (quote + 1 >= quoteEnd || quotes[quote] !== p) return memberIrregular;
    const nameStart = p + 1;
    const nameStop = quotes[quote + 1]!;
    p = skipBlanks(bytes, nameStop + 1, end);
    if (bytes[p] !== 58 || p >= end) return memberIrregular;
    p = skipBlanks(bytes, p + 1, end);
    if (p >= end || !this.value(p, end, quote + 2, quoteEnd)) return memberIrregular;
    const place = members.find(bytes, nameStart, nameStop, expected);
    if (place >= 0) {
      found.column = members.columnAt(place);
      return place + 1;
    }
    found.column = -1;
    // A name with an escape may be one that is read.
    for (let i = nameStart; i < nameStop; i++) if (bytes[i] === 92) return memberIrregular;
    return expected;
  }

  private value(at: number, end: number, quote: number, quoteEnd: number): boolean {
    const { bytes, quotes } = this.memory;
    const { found } = this;
    found.start = at;
    found.quote = quote;
    switch (bytes[at]) {
      case 34:
        if (quote + 1 >= quoteEnd || quotes[quote] !== at) return false;
        found.kind = token.string;
        found.start = at + 1;
        found.stop = quotes[quote + 1]!;
        found.at = found.stop + 1;
        found.quote = quote + 2;
        return true;
      case 116:
        return this.word(at, end, 0x65757274, 4, token.true);
      case 110:
        return this.word(at, end, 0x6c6c756e, 4, token.null);
      case 102:
        return this.word(at + 1, end, 0x65736c61, 4, token.false);
      case 123:
      case 91:
        return this.nested(at, end, quote, quoteEnd);
      default:
        return this.number(at, end);
    }
  }

  private word(at: number, end: number, word: number, length: number, kind: number): boolean {
    if (at + length > end || this.memory.view.getInt32(at, true) !== word) return false;
    this.found.kind = kind;
    this.found.stop = this.found.at = at + length;
    return true;
  }

  private number(at: number, end: number): boolean {
    const { bytes } = this.memory;
    const stop = numberEnd(bytes, at, end);
    if (stop < 0 || stop - at > 1000) return false;
    this.found.kind = numberKind(bytes, at, stop);
    this.found.stop = this.found.at = stop;
    return true;
  }

  private nested(at: number, end: number, quote: number, quoteEnd: number): boolean {
    const { bytes, quotes } = this.memory;
    const { reader, found } = this;
    found.kind = bytes[at] === 123 ? token.object : token.array;
    reader.reset(bytes, at, end);
    if (!reader.skipNested(found.kind)) return false;
    found.stop = found.at = reader.at;
    let next = quote;
    while (next < quoteEnd && quotes[next]! < found.at) next++;
    found.quote = next;
    return true;
  }
}

/** Whether the number [start, stop) is an integer or has a fraction or exponent. */
export function numberKind(bytes: Uint8Array, start: number, stop: number): number {
  for (let p = start; p < stop; p++) if (bytes[p] === 46 || (bytes[p]! | 32) === 101) return token.decimal;
  return token.integer;
}

/** Whether an escape stands in [start, stop). */
export function hasEscape(bytes: Uint8Array, start: number, stop: number): boolean {
  for (let p = start; p < stop; p++) if (bytes[p] === 92) return true;
  return false;
}

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && (bytes[p] === 32 || bytes[p] === 9 || bytes[p] === 10 || bytes[p] === 13)) p++;
  return p;
}
