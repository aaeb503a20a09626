import { checkedPlaces } from "../../arrow/batchSize.js";
import { keyGroupOf } from "../../contract/state.js";
import type { SpillPages } from "../../contract/spill.js";
import { assert } from "../../errors/assert.js";
import { FreeRanges } from "../../state/freeRanges.js";
import type { RowWords } from "../../state/rowCodec.js";
import type { QueryMemory } from "./queryMemory.js";

/** Rows begin at multiples of so many bytes, by which their places count. */
export const placeBytes = 8;
const mostPlaces = 2 ** 32 - 2;
/** A row is read together with those that lie so near: the bytes between them cost less than another read. */
const nearBytes = 4096;
/** So much is read at once for rows that lie near each other, at most. */
const windowBytes = 65_536;
/** What is read of a row before it is known how long it is, at most. */
const firstBytes = 4096;

/** What is free at the end of the file is cut off from so many bytes on, and from such a part of what lies before. */
const cutBytes = 1 << 20;
const cutPart = 1 / 8;

/** Rows that were written at once, in the order of their key groups. */
export interface Segment {
  readonly at: number;
  readonly bytes: number;
  /** Of its longest row. */
  readonly longest: number;
  /** The group of the first row. */
  readonly firstGroup: number;
  /** Where the rows of each group from that on begin, bytes from `at`, and where the last end. */
  readonly groupStarts: Uint32Array;
  liveRows: number;
  liveBytes: number;
}

/** Rows in memory: where each begins in the words. Borrowed until the next read. */
export interface ReadRows {
  readonly words: Int32Array;
  readonly starts: Int32Array;
}

/** The file that rows lie in, and which segments it is cut into. */
export class ColdSegments {
  /** By where they lie. */
  readonly all: Segment[] = [];
  liveBytes = 0;
  deadBytes = 0;
  #pages: SpillPages | null = null;
  /** How long the file is. */
  #writtenBytes = 0;
  readonly #ranges = new FreeRanges();
  readonly #window = new Int32Array((windowBytes + firstBytes) / 4);
  #words = new Int32Array(0);
  #starts = new Int32Array(0);

  constructor(private readonly memory: QueryMemory) {}

  /** What says where segments are takes, bytes. */
  get memoryBytes(): number {
    return this.all.reduce((sum, { groupStarts }) => sum + groupStarts.byteLength + 100, this.#words.byteLength + this.#starts.byteLength);
  }

  get fileBytes(): number {
    return this.#ranges.end;
  }

  /** Writes rows, which come in the order of the key groups of the hashes that their word `hashWord` has; gives the place of the first. */
  write({ words, starts }: RowWords, count: number, hashWord: number): number {
    const bytes = 4 * starts[count]!;
    const at = this.#ranges.take(bytes);
    checkedPlaces((at + bytes) / placeBytes, "The rows of a state on disk", mostPlaces);
    this.#pages ??= this.memory.openPages();
    this.#pages.write(at, new Uint8Array(words.buffer, words.byteOffset, bytes));
    this.#writtenBytes = Math.max(this.#writtenBytes, at + bytes);
    this.memory.spilledBytes += bytes;
    const segment = { at, bytes, liveRows: count, liveBytes: bytes, ...fencesOf({ words, starts }, count, hashWord) };
    this.all.splice(this.#indexOf(at), 0, segment);
    this.liveBytes += bytes;
    return at / placeBytes;
  }

  /** The segment that a place is in. */
  at(place: number): Segment {
    return this.all[this.#indexOf(place * placeBytes + 1) - 1]!;
  }

  /** A row of a segment is not wanted any more. */
  kill(segment: Segment, bytes: number): void {
    segment.liveRows--;
    segment.liveBytes -= bytes;
    this.liveBytes -= bytes;
    this.deadBytes += bytes;
    if (segment.liveRows === 0) this.drop(segment);
  }

  /** Gives back the room of a segment of which nothing is wanted. */
  drop(segment: Segment): void {
    this.all.splice(this.#indexOf(segment.at), 1);
    this.#ranges.give(segment.at, segment.bytes);
    this.#truncate();
    this.liveBytes -= segment.liveBytes;
    this.deadBytes -= segment.bytes - segment.liveBytes;
  }

  /** Reads the rows at some places, which ascend. */
  rowsAt(places: Uint32Array): ReadRows {
    if (this.#starts.length < places.length) this.#starts = new Int32Array(2 * places.length);
    let used = 0;
    for (let i = 0; i < places.length;) {
      const segment = this.at(places[i]!);
      const end = segment.at + segment.bytes;
      const ahead = Math.min(segment.longest, firstBytes);
      const from = places[i]! * placeBytes;
      let to = Math.min(from + ahead, end);
      const first = i++;
      for (; i < places.length && places[i]! * placeBytes < Math.min(to + nearBytes, from + windowBytes, end); i++)
        to = Math.min(places[i]! * placeBytes + ahead, end);
      this.#readPages(from, to - from, this.#window, 0);
      for (let k = first; k < i; k++) {
        this.#starts[k] = used;
        used = this.#takeRow(places[k]!, (places[k]! * placeBytes - from) / 4, (to - from) / 4, used);
      }
    }
    return { words: this.#words, starts: this.#starts };
  }

  /** Copies a row out of the window that was read, of so many words, or reads it anew where the window has not all of it. Gives how many words there are then. */
  #takeRow(place: number, start: number, end: number, used: number): number {
    const length = this.#window[start]!;
    this.#reserve(used + length, used);
    if (start + length > end) this.#readPages(place * placeBytes, 4 * length, this.#words, used);
    else for (let w = 0; w < length; w++) this.#words[used + w] = this.#window[start + w]!;
    return used + length;
  }

  /** Reads a part of a segment into the words from `used` on; gives how many there are then. */
  readPart({ at }: Segment, from: number, to: number, used: number): number {
    this.#read(at + from, to - from, used);
    return used + (to - from) / 4;
  }

  /** What the last reads have. Borrowed until the next. */
  get words(): Int32Array {
    return this.#words;
  }

  #read(at: number, bytes: number, used: number): void {
    this.#reserve(used + bytes / 4, used);
    this.#readPages(at, bytes, this.#words, used);
  }

  #reserve(needed: number, used: number): void {
    if (needed <= this.#words.length) return;
    checkedPlaces(4 * needed, "The rows that a batch reads from disk");
    const grown = new Int32Array(Math.max(needed, 2 * this.#words.length));
    grown.set(this.#words.subarray(0, used));
    this.#words = grown;
  }

  #readPages(at: number, bytes: number, into: Int32Array, word: number): void {
    assert(this.#pages !== null, "what is read was written");
    this.#pages.read(at, new Uint8Array(into.buffer, into.byteOffset + 4 * word, bytes));
  }

  /** Cuts off what is free at the end, where it is much: a call for every few rows would cost more than their room. */
  #truncate(): void {
    const { end } = this.#ranges;
    if (this.#writtenBytes - end < Math.max(cutBytes, end * cutPart)) return;
    this.#pages!.truncate(end);
    this.#writtenBytes = end;
  }

  /** How many segments begin before a byte. */
  #indexOf(at: number): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Where the rows of each key group begin. */
function fencesOf({ words, starts }: RowWords, count: number, hashWord: number): Pick<Segment, "longest" | "firstGroup" | "groupStarts"> {
  const groupAt = (j: number): number => keyGroupOf(words[starts[j]! + hashWord]!);
  const firstGroup = groupAt(0);
  const groupStarts = new Uint32Array(groupAt(count - 1) - firstGroup + 2);
  let longest = 0;
  let group = 0;
  for (let j = 0; j < count; j++) {
    longest = Math.max(longest, 4 * words[starts[j]!]!);
    for (const own = groupAt(j) - firstGroup; group < own;) groupStarts[++group] = 4 * starts[j]!;
  }
  groupStarts[groupStarts.length - 1] = 4 * starts[count]!;
  return { longest, firstGroup, groupStarts };
}
