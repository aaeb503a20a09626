import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { doubleTextWasm } from "./doubleText.generated.js";
import { asciiText, shortDouble } from "../text/numberBytes.js";
import { powersOfFive, powersOfFiveBytes } from "./powersOfFive.js";
import { plainIndex, wasmIndex, type StructuralIndex } from "./structuralIndex.js";
import { instantiate, webAssembly, type SharedMemory } from "./webAssembly.js";

const pageBytes = 65536;
/** Reserved, not taken: a shared memory never moves, so its maximum must be said at the start. */
const maximumPages = 16384;
/** Reads of sixteen bytes may go past the end of the text. */
const padBytes = 64;

/** At most this many records are indexed at once. */
export const windowRecords = 8192;
/** At most this many bytes of text are indexed at once; a longer record is decoded without the index. */
export const windowBytes = 1 << 20;

const nextAt = 8;
const startsAt = 64;
const endsAt = startsAt + windowRecords * 4;
const quoteStartsAt = endsAt + windowRecords * 4;
const flagsAt = quoteStartsAt + (windowRecords + 16) * 4;
const indexAt = flagsAt + windowRecords;
const powersAt = indexAt + (windowBytes + 64) * 4;
const textAt = powersAt + ((powersOfFiveBytes + 63) & ~63);

/**
 * The memory of one decoder: tables of the structural index, then the text, then an arena for what is made of the text (unescaped strings, decoded
 * base64). String columns are views into it, so that all of them share one buffer.
 *
 * A shared WebAssembly memory: it grows at its end and never moves, so text can be read from a file straight into it.
 */
export class DecoderMemory {
  readonly index: StructuralIndex;
  bytes!: Uint8Array;
  view!: DataView;
  starts!: Int32Array;
  ends!: Int32Array;
  quoteStarts!: Int32Array;
  flags!: Uint8Array;
  quotes!: Int32Array;
  private next!: Int32Array;
  private doubles: { parseDouble(start: number, end: number, table: number): number } | null = null;
  private readonly memory: SharedMemory;
  private arenaStart: number;
  private arenaAt: number;

  /** @param plain use the TypeScript index instead of WebAssembly */
  constructor(
    public textCapacity = 4 * windowBytes,
    plain = false,
  ) {
    const needed = textAt + textCapacity + padBytes;
    this.memory = new webAssembly.Memory({ initial: Math.ceil(needed / pageBytes), maximum: maximumPages, shared: true });
    this.index = plain ? plainIndex(this.memory) : wasmIndex(this.memory);
    this.arenaStart = this.arenaAt = needed;
    this.refresh();
  }

  /** Where the text begins. */
  get textStart(): number {
    return textAt;
  }

  /** Splits [from, to) into lines, as many as the tables hold; their number is returned, the place to go on from is `lineEnd`. */
  splitLines(from: number, to: number): number {
    return this.index.splitLines(from, to, startsAt, endsAt, windowRecords, nextAt);
  }

  /** The same with a separator of one's own. */
  splitBy(from: number, to: number, separator: Uint8Array): number {
    let count = 0;
    let lineStart = from;
    for (let end = indexOfBytes(this.bytes, separator, from, to); end >= 0; end = indexOfBytes(this.bytes, separator, lineStart, to)) {
      if (end > lineStart) {
        if (count === windowRecords) break;
        this.starts[count] = lineStart;
        this.ends[count++] = end;
      }
      lineStart = end + separator.length;
    }
    this.next[0] = lineStart;
    return count;
  }

  get lineEnd(): number {
    return this.next[0]!;
  }

  indexRecords(count: number): void {
    this.index.indexRecords(count, startsAt, endsAt, quoteStartsAt, flagsAt, indexAt);
  }

  /** The double nearest to the JSON number at [start, end). */
  parseDouble(start: number, end: number): number {
    const short = shortDouble(this.bytes, start, end);
    return short === short ? short : this.longDouble(start, end);
  }

  /** The same for numbers with which one operation is not enough. */
  longDouble(start: number, end: number): number {
    if (this.doubles === null) {
      new BigUint64Array(this.memory.buffer, powersAt, powersOfFiveBytes / 8).set(powersOfFive());
      this.doubles = instantiate(doubleTextWasm, this.memory) as { parseDouble(start: number, end: number, table: number): number };
    }
    const value = this.doubles.parseDouble(start, end, powersAt);
    return value === value ? value : Number(asciiText(this.bytes, start, end));
  }

  /** Makes room for `capacity` bytes of text. The arena is emptied. */
  reserveText(capacity: number): void {
    if (capacity > this.textCapacity) {
      let wanted = this.textCapacity;
      while (wanted < capacity) wanted *= 2;
      this.growTo(textAt + wanted + padBytes);
      this.textCapacity = wanted;
      this.arenaStart = textAt + wanted + padBytes;
    }
    this.clearArena();
  }

  clearArena(): void {
    this.arenaAt = this.arenaStart;
  }

  /** The address of `length` fresh bytes. May replace `bytes` by a longer view of the same memory. */
  allocate(length: number): number {
    const at = this.arenaAt;
    if (at + length > this.bytes.length) this.growTo(at + length);
    this.arenaAt = at + length;
    return at;
  }

  /** Gives back the end of the last allocation. */
  shrinkTo(end: number): void {
    assert(end <= this.arenaAt && end >= this.arenaStart, "the arena shrinks only");
    this.arenaAt = end;
  }

  private growTo(length: number): void {
    const pages = Math.ceil((length - this.bytes.length) / pageBytes);
    if (pages <= 0) return;
    const wanted = Math.max(pages, Math.min(this.bytes.length / pageBytes / 2, maximumPages - this.bytes.length / pageBytes));
    if (this.bytes.length / pageBytes + pages > maximumPages) {
      throw new StreamingError("RECORD_TOO_LARGE", { size: String(length), limit: String(maximumPages * pageBytes) });
    }
    this.memory.grow(Math.floor(wanted));
    this.refresh();
  }

  private refresh(): void {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.starts = new Int32Array(buffer, startsAt, windowRecords);
    this.ends = new Int32Array(buffer, endsAt, windowRecords);
    this.quoteStarts = new Int32Array(buffer, quoteStartsAt, windowRecords + 1);
    this.flags = new Uint8Array(buffer, flagsAt, windowRecords);
    this.quotes = new Int32Array(buffer, indexAt, windowBytes + 64);
    this.next = new Int32Array(buffer, nextAt, 1);
  }
}

/** The place of `wanted` in [from, to); -1 when it is not there. Nothing behind `to` is looked at: the memory is much longer than the text. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number, to: number): number {
  const first = wanted[0]!;
  const last = to - wanted.length;
  for (let p = from; p <= last; p++) {
    if (bytes[p] !== first) continue;
    let same = 1;
    while (same < wanted.length && bytes[p + same] === wanted[same]) same++;
    if (same === wanted.length) return p;
  }
  return -1;
}
