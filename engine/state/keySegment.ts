import { checkedPlaces } from "../arrow/batchSize.js";
import { buffers } from "../arrow/buffers.js";
import { keyGroupOf, type GroupRange } from "../contract/state.js";
import { copyBytes, wordsOf } from "../arrow/byteHash.js";
import { IntList } from "./intList.js";
import type { KeyLayout } from "./keyLayout.js";

const firstBuckets = 16;
const firstBytes = 64;
/** A segment is split into so many, as long as it has as many groups. */
const splitParts = 16;

/** How much larger than the bytes of its keys the array of a segment that is trimmed may be, and how much it is then. */
const mostSlack = 1.6;
const trimmedSlack = 1.25;

/** Bits of an index entry that say which slot; those above are of the hash. */
const slotBits = 26;
/** Slots are below. */
export const slotRange = 2 ** slotBits - 1;
/** Of a hash, in its place: bits that choose neither the segment nor, up to a quarter of a million buckets, the bucket. */
export const tagMask = 0xfc0000;
export const tagShift = 8;

/** What an index holds of a slot: the slot + 1, and some bits of its key's hash above, so that a look-up seldom reads the key of another. */
function indexEntry(slot: number, hash: number): number {
  return (slot + 1) | ((hash & tagMask) << tagShift);
}

export function slotOf(entry: number): number {
  return (entry & slotRange) - 1;
}

/** The packed keys of a table by slot, which its segments share. */
export interface StoredKeys {
  /** Slot s is the words `words[s · stride ..)`. */
  words: Int32Array;
  /** The hash of each slot's key. */
  hashes: Int32Array;
}

/**
 * The keys of some key groups within a table: an index from hash to slot (open addressing) and the bytes that the keys point at. A table is many small segments,
 * so that growing, splitting and compacting one of them never takes long, and the keys of a group are found without looking at the others.
 */
export class KeySegment {
  readonly groups: GroupRange;
  /** An entry (`indexEntry`) by bucket, 0: empty. The bucket of a hash is its low bits; the high ones chose the segment. */
  index: Int32Array;
  size = 0;
  bytes: Uint8Array;
  words: DataView;
  #used = 0;
  /** Of the bytes in use, those of keys that are there. */
  #live = 0;
  /** Where keys were that are gone, by how many bytes they had: keys of as many bytes go there. */
  readonly #holes = new Map<number, IntList>();

  /** With room for so many keys and so many of their bytes. */
  constructor(groups: GroupRange, keys = 0, bytes = firstBytes) {
    this.groups = groups;
    this.index = buffers.int32(bucketsFor(keys));
    this.bytes = buffers.bytes(bytes);
    this.words = wordsOf(this.bytes);
  }

  get isFull(): boolean {
    return 2 * (this.size + 1) > this.index.length;
  }

  get memoryBytes(): number {
    let holes = 0;
    for (const list of this.#holes.values()) holes += list.bytes;
    return this.index.byteLength + this.bytes.byteLength + holes;
  }

  put(slot: number, hash: number): void {
    putInto(this.index, indexEntry(slot, hash), hash);
    this.size++;
  }

  /** Takes a slot out of the index, without tombstones: entries that the gap would cut off from their bucket move into it. */
  take(slot: number, keys: StoredKeys, layout: KeyLayout): void {
    const { hashes } = keys;
    const { index } = this;
    const mask = index.length - 1;
    const entry = indexEntry(slot, hashes[slot]!);
    let gap = hashes[slot]! & mask;
    while (index[gap] !== entry) gap = (gap + 1) & mask;
    for (let p = (gap + 1) & mask; index[p] !== 0; p = (p + 1) & mask) {
      const home = hashes[slotOf(index[p]!)]! & mask;
      if (((p - home) & mask) >= ((p - gap) & mask)) {
        index[gap] = index[p]!;
        gap = p;
      }
    }
    index[gap] = 0;
    this.size--;
    this.#leaveHole(slot, keys, layout);
  }

  #leaveHole(slot: number, keys: StoredKeys, layout: KeyLayout): void {
    const length = bytesOfKey(slot, keys, layout);
    if (length === 0) return;
    this.#live -= length;
    let holes = this.#holes.get(length);
    if (holes === undefined) this.#holes.set(length, (holes = new IntList()));
    holes.push(startOfKey(slot, keys, layout));
  }

  grow({ hashes }: StoredKeys): void {
    const old = this.index;
    const index = (this.index = buffers.int32(Math.max(firstBuckets, old.length * 2)));
    for (const entry of old) if (entry !== 0) putInto(index, entry, hashes[slotOf(entry)]!);
  }

  /** Several segments, each with a part of the groups and the keys that belong to them: a table that grows moves a key twice, not at every doubling. */
  split(keys: StoredKeys, layout: KeyLayout): readonly KeySegment[] {
    const { from, to } = this.groups;
    const parts = Math.min(splitParts, to - from);
    const partOf = (hash: number): number => Math.floor(((keyGroupOf(hash) - from) * parts) / (to - from));
    const [sizes, bytes] = [new Int32Array(parts), new Int32Array(parts)];
    for (const entry of this.index) {
      if (entry === 0) continue;
      const part = partOf(keys.hashes[slotOf(entry)]!);
      sizes[part]!++;
      bytes[part]! += bytesOfKey(slotOf(entry), keys, layout);
    }
    const start = (part: number): number => from + Math.ceil((part * (to - from)) / parts);
    const into = Array.from(
      { length: parts },
      (_, part) => new KeySegment({ from: start(part), to: start(part + 1) }, 2 * sizes[part]!, Math.max(firstBytes, 2 * bytes[part]!)),
    );
    for (const entry of this.index) {
      if (entry === 0) continue;
      const slot = slotOf(entry);
      const hash = keys.hashes[slot]!;
      const segment = into[partOf(hash)]!;
      segment.put(slot, hash);
      segment.#adopt(slot, this.words, keys, layout);
    }
    return into;
  }

  /** Makes sure that `length` more bytes fit; gives where they go. The bytes of all keys may move. */
  reserve(length: number, keys: StoredKeys, layout: KeyLayout): number {
    const holes = this.#holes.get(length);
    if (holes !== undefined && holes.count > 0) {
      this.#live += length;
      return holes.pop();
    }
    if (this.#used + length > this.bytes.length) this.#compact(length, this.#live === this.#used ? 2 : 1.5, keys, layout);
    const start = this.#used;
    this.#used += length;
    this.#live += length;
    return start;
  }

  /** Gives memory back, where the bytes of the keys take much more than they need. */
  trim(keys: StoredKeys, layout: KeyLayout): void {
    if (this.bytes.length > firstBytes && this.bytes.length > mostSlack * this.#live) this.#compact(0, trimmedSlack, keys, layout);
  }

  /** Slides the bytes of the keys together, into an array with room for `more`, so many times as large as what lives. */
  #compact(more: number, slack: number, keys: StoredKeys, layout: KeyLayout): void {
    const size = Math.max(firstBytes, Math.ceil(slack * (this.#live + more)));
    checkedPlaces(size, "The keys of a part of the state");
    const { bytes: old, words: oldWords } = this;
    this.bytes = buffers.bytes(size);
    this.words = wordsOf(this.bytes);
    this.#holes.clear();
    // Without holes there is nothing to slide.
    if (this.#live === this.#used) {
      this.bytes.set(old.subarray(0, this.#used));
      return;
    }
    this.#used = 0;
    this.#live = 0;
    for (const entry of this.index) if (entry !== 0) this.#adopt(slotOf(entry), oldWords, keys, layout);
  }

  /** Copies the bytes of a slot's key out of `source`. There is room. */
  #adopt(slot: number, source: DataView, { words }: StoredKeys, { columns, stride }: KeyLayout): void {
    for (const { outside } of columns) {
      if (outside === null) continue;
      const length = words[slot * stride + outside.length]!;
      if (length <= outside.inline) continue;
      const start = slot * stride + outside.start;
      copyBytes(source, words[start]!, this.words, this.#used, length);
      words[start] = this.#used;
      this.#used += length;
      this.#live += length;
    }
  }
}

/** How many bytes a key has beside its words. */
export function bytesOfKey(slot: number, { words }: StoredKeys, { columns, stride }: KeyLayout): number {
  let sum = 0;
  for (const { outside } of columns) {
    if (outside === null) continue;
    const length = words[slot * stride + outside.length]!;
    if (length > outside.inline) sum += length;
  }
  return sum;
}

/** Where the bytes of a key begin, which lie one after the other. */
function startOfKey(slot: number, { words }: StoredKeys, { columns, stride }: KeyLayout): number {
  const first = columns.find(({ outside }) => outside !== null && words[slot * stride + outside.length]! > outside.inline)!;
  return words[slot * stride + first.outside!.start]!;
}

/** A power of two of which so many keys take at most half. */
function bucketsFor(keys: number): number {
  return Math.max(firstBuckets, 2 ** Math.ceil(Math.log2(2 * keys + 2)));
}

function putInto(index: Int32Array, entry: number, hash: number): void {
  const mask = index.length - 1;
  let p = hash & mask;
  while (index[p] !== 0) p = (p + 1) & mask;
  index[p] = entry;
}
