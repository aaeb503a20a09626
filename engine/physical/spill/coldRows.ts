import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import type { GroupRange } from "../../contract/state.js";
import { HashPlaces } from "../../state/hashPlaces.js";
import { IntList } from "../../state/intList.js";
import { RowCodec, type RowWords } from "../../state/rowCodec.js";
import { ColdSegments, placeBytes, type Segment } from "./coldSegments.js";
import type { QueryMemory } from "./queryMemory.js";

/** Segments are joined when there are more: a slice of a snapshot reads a part of each. */
const mostSegments = 1024;
/** By row that is written at once: what is not wanted any more is let lie up to as much as is wanted, and this. */
const deadBytesARow = 32;
/** By row that is written at once: so much is written where segments are joined, and so many times that is read for it at most. */
const joinedBytesARow = 128;
const readPerJoined = 4;

/** A row of a segment that is written anew. */
interface MovedRow {
  readonly hash: number;
  readonly words: Int32Array;
  readonly place: number;
}

/**
 * Rows of a state that lie on disk: written many at once by the hash of their keys, found by that hash one by one, without a look at the disk. The index knows the
 * hash only: rows with another key of the same hash come along, and it does no harm.
 *
 * Invariant: the live rows of the segments are those that the index has.
 */
export class ColdRows {
  readonly #codec: RowCodec;
  readonly #hashWord: number;
  readonly #index = new HashPlaces();
  readonly #segments: ColdSegments;
  readonly #deadBytesBorne: number;
  readonly #joinedBytes: number;

  /**
   * @param schema of the rows; the last column is the hash
   * @param rowsAtOnce of what is written and given at once, about
   */
  constructor(
    private readonly schema: Schema,
    memory: QueryMemory,
    private readonly rowsAtOnce: number,
  ) {
    this.#codec = new RowCodec(schema.fields.map(({ type }) => type));
    this.#hashWord = this.#codec.wordOf(schema.fields.length - 1);
    this.#segments = new ColdSegments(memory);
    this.#deadBytesBorne = deadBytesARow * rowsAtOnce;
    this.#joinedBytes = joinedBytesARow * rowsAtOnce;
  }

  get count(): number {
    return this.#index.size;
  }

  /** What the file takes, with what is not wanted any more. */
  get fileBytes(): number {
    return this.#segments.fileBytes;
  }

  get memoryBytes(): number {
    return this.#index.bytes + this.#segments.memoryBytes;
  }

  /** How many rows a key group has. */
  countOf(group: number): number {
    return this.#index.countOf(group);
  }

  /** Whether some row has a key of this hash. */
  has(hash: number): boolean {
    return this.#index.hasHash(hash);
  }

  /** Writes rows, which come in the order of their key groups. */
  add({ columns, length }: Batch): void {
    if (length === 0) return;
    this.#write(this.#codec.encode(columns, length), length, (hash, place) => this.#index.add(hash, place));
    const { deadBytes, liveBytes, all } = this.#segments;
    if (deadBytes > liveBytes + this.#deadBytesBorne || all.length > mostSegments) this.#join();
  }

  /** Takes the rows out whose keys have one of these hashes: key `keyOf[i]` of row i, or i where that is null. Null where there is none. */
  take(hashes: Int32Array, keyOf: Int32Array | null, count: number): Batch | null {
    if (this.count === 0) return null;
    const found = new IntList();
    const into = (place: number): void => found.push(place);
    for (let i = 0; i < count; i++) this.#index.take(hashes[keyOf === null ? i : keyOf[i]!]!, into);
    if (found.count === 0) return null;
    const places = new Uint32Array(found.view()).toSorted();
    const { words, starts } = this.#segments.rowsAt(places);
    const columns = this.#codec.decode(words, starts, places.length);
    for (let j = 0; j < places.length; j++) this.#segments.kill(this.#segments.at(places[j]!), 4 * words[starts[j]!]!);
    return batchOf(this.schema, columns, places.length);
  }

  /** The rows of some key groups, in the order of the groups. They stay. */
  *of(groups: GroupRange): Generator<Batch, void, void> {
    const starts = new IntList();
    for (let group = groups.from; group < groups.to; group++) {
      if (this.countOf(group) === 0) continue;
      let used = 0;
      starts.clear();
      for (const segment of this.#segments.all) {
        used = this.#readGroup(segment, group, used, starts);
        if (starts.count < this.rowsAtOnce) continue;
        yield* this.#batches(starts);
        used = 0;
        starts.clear();
      }
      yield* this.#batches(starts);
    }
  }

  *#batches({ values, count }: IntList): Generator<Batch, void, void> {
    const { words } = this.#segments;
    for (let from = 0; from < count; from += this.rowsAtOnce) {
      const some = Math.min(this.rowsAtOnce, count - from);
      yield batchOf(this.schema, this.#codec.decode(words, values.subarray(from, from + some), some), some);
    }
  }

  /** Reads what a segment has of a group, behind `used` words; notes where the live rows begin. Gives how many words there are then. */
  #readGroup(segment: Segment, group: number, used: number, into: IntList): number {
    const { at, firstGroup, groupStarts } = segment;
    const own = group - firstGroup;
    if (own < 0 || own + 1 >= groupStarts.length || groupStarts[own] === groupStarts[own + 1]) return used;
    const from = groupStarts[own]!;
    const end = this.#segments.readPart(segment, from, groupStarts[own + 1]!, used);
    const { words } = this.#segments;
    for (let start = used; start < end; start += words[start]!) {
      if (this.#index.has(words[start + this.#hashWord]!, (at + from + 4 * (start - used)) / placeBytes)) into.push(start);
    }
    return end;
  }

  #write(rows: RowWords, count: number, each: (hash: number, place: number) => void): void {
    const first = this.#segments.write(rows, count, this.#hashWord);
    const { words, starts } = rows;
    for (let j = 0; j < count; j++) each(words[starts[j]! + this.#hashWord]!, first + (4 * starts[j]!) / placeBytes);
  }

  /** Writes what is wanted of some segments anew, as one: of those with the least of it, a bounded amount. */
  #join(): void {
    const moved: MovedRow[] = [];
    let [live, read] = [0, 0];
    for (const segment of this.#segments.all.toSorted((a, b) => this.#joinOrder(a) - this.#joinOrder(b))) {
      if (live >= this.#joinedBytes || read >= readPerJoined * this.#joinedBytes) break;
      live += segment.liveBytes;
      read += segment.bytes;
      this.#collect(segment, moved);
      this.#segments.drop(segment);
    }
    if (moved.length === 0) return;
    moved.sort((a, b) => (a.hash >>> 0) - (b.hash >>> 0));
    const starts = new Int32Array(moved.length + 1);
    for (const [j, { words }] of moved.entries()) starts[j + 1] = starts[j]! + words.length;
    const words = new Int32Array(starts[moved.length]!);
    for (const [j, row] of moved.entries()) words.set(row.words, starts[j]);
    let j = 0;
    this.#write({ words, starts }, moved.length, (hash, place) => this.#index.move(hash, moved[j++]!.place, place));
  }

  #collect(segment: Segment, into: MovedRow[]): void {
    const end = this.#segments.readPart(segment, 0, segment.bytes, 0);
    const words = this.#segments.words.slice(0, end);
    for (let start = 0; start < end; start += words[start]!) {
      const hash = words[start + this.#hashWord]!;
      const place = (segment.at + 4 * start) / placeBytes;
      if (this.#index.has(hash, place)) into.push({ hash, place, words: words.subarray(start, start + words[start]!) });
    }
  }

  /** Small ones and those of which little is wanted go first. */
  #joinOrder({ bytes, liveBytes }: Segment): number {
    return liveBytes / Math.max(bytes, this.#joinedBytes / 4);
  }
}
