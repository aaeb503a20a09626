import { checkedPlaces } from "../arrow/batchSize.js";
import { buffers } from "../arrow/buffers.js";
import type { Column } from "../arrow/column.js";
import { types } from "../arrow/types.js";
import { allGroups, keyGroupOf, type GroupRange } from "../contract/state.js";
import { copyBytes } from "../arrow/byteHash.js";
import { IntList } from "./intList.js";
import type { KeyColumnLayout, KeyLayout, OutsideBytes } from "./keyLayout.js";
import { bytesOfKey, KeySegment, slotOf, slotRange, type StoredKeys } from "./keySegment.js";
import type { PackedKeys } from "./packedKeys.js";
import { probeFor, type Probe } from "./probe.js";
import { inlineByte } from "./textWords.js";
import { unpackKeys } from "./unpackKeys.js";

const firstCapacity = 64;
/** A segment of more keys than this is split, as long as it has more than one group. */
const segmentKeys = 4096;
const unknown = -1;

/**
 * A hash table from keys (any number of columns of any types; nulls are values of their own, NaN and −0.0 in one form) to slots: small integers that stay
 * with a key until it is removed. Removed slots are handed out again, so that slots say nothing of order; the order of a state is that of `compareKeys` within
 * equal hashes.
 *
 * Keys lie packed in words (`keyLayout.ts`) by slot, their bytes and the index in segments by key group (`keySegment.ts`). The table of a state partition gets the
 * keys of its groups only.
 */
export class KeyedTable {
  /** Keys in the table. */
  size = 0;
  /** Slots that were ever handed out are below. */
  slotLimit = 0;
  /** The slots of keys that the last look-up inserted, in the order of their first rows, and these rows. */
  readonly inserted = new IntList();
  readonly insertedRows = new IntList();

  readonly #layout: KeyLayout;
  readonly #groups: GroupRange;
  readonly #probe: Probe;
  readonly #keys: StoredKeys;
  /** By key group: its segment, and the segment's arrays for the probe. */
  readonly #segments: KeySegment[];
  readonly #indexes: Int32Array[];
  readonly #words: DataView[];
  readonly #bytes: Uint8Array[];
  readonly #free = new IntList();
  /** By word of a key: whether it holds bytes, or says where they begin. */
  readonly #isOfBytes: Uint8Array;
  #slots = new Int32Array(0);
  #numbers = new Int32Array(0);
  /** Slots of keys that outlive their batch (−1: not looked up yet); emptied when a key goes. */
  #slotsOfOwner = new WeakMap<object, Int32Array>();

  constructor(layout: KeyLayout, groups: GroupRange = allGroups) {
    this.#layout = layout;
    this.#groups = groups;
    this.#probe = probeFor(layout);
    this.#isOfBytes = new Uint8Array(layout.stride);
    for (const { kind, offset, width, outside } of layout.columns) {
      if (kind === "text") this.#isOfBytes.fill(1, offset + 1, offset + width);
      else if (outside !== null) this.#isOfBytes[outside.start] = 1;
    }
    this.#keys = { words: buffers.int32(firstCapacity * layout.stride), hashes: buffers.int32(firstCapacity) };
    const segment = new KeySegment(groups);
    this.#segments = Array.from({ length: allGroups.to }, () => segment);
    this.#indexes = this.#segments.map(({ index }) => index);
    this.#words = this.#segments.map(({ words }) => words);
    this.#bytes = this.#segments.map(({ bytes }) => bytes);
  }

  /** So many keys have room before arrays grow by it. */
  get capacity(): number {
    return this.#keys.hashes.length;
  }

  /** The hash of each slot's key. Borrowed until the next insertion. */
  get hashes(): Int32Array {
    return this.#keys.hashes;
  }

  /**
   * The slot of each row's key (entry j is that of row `rows[j]`, or of row j when `rows` is null); a new key is inserted. Borrowed until the next call.
   */
  lookupOrInsert(keys: PackedKeys, rows: Int32Array | null, count: number): Int32Array {
    this.inserted.clear();
    this.insertedRows.clear();
    const slots = this.#slotBuffer(count);
    if (keys.keyOf === null) this.#lookup(keys, rows, rows, count, slots);
    else this.#lookupShared(keys, keys.keyOf, rows, count, slots);
    return slots;
  }

  /** The slot of each row's key, −1 where the table has no such key. Borrowed until the next call. */
  find(keys: PackedKeys, rows: Int32Array | null, count: number): Int32Array {
    const slots = this.#slotBuffer(count);
    const numbers = keys.keyOf === null ? rows : this.#numbersOf(keys.keyOf, rows, count);
    for (let j = 0; ; j++) {
      j = this.#probeFrom(j, keys, numbers, count, slots);
      if (j === count) return slots;
      slots[j] = -1;
    }
  }

  /** Takes keys out; each slot must hold one. */
  remove(slots: Int32Array, count: number): void {
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      this.#segmentOf(slot).take(slot, this.#keys, this.#layout);
      this.#free.push(slot);
    }
    this.size -= count;
    if (count > 0) this.#slotsOfOwner = new WeakMap();
  }

  /** Gives memory back that keys have left which were taken out. */
  trim(): void {
    for (const segment of this.#segmentsIn(0, allGroups.to)) {
      const before = segment.words;
      segment.trim(this.#keys, this.#layout);
      if (segment.words !== before) this.#place(segment);
    }
  }

  /** Adds the slots of the keys of some groups to a list, in no particular order. Costs about what these groups hold. */
  collect({ from, to }: GroupRange, into: IntList): void {
    const { hashes } = this.#keys;
    for (const { index, groups } of this.#segmentsIn(from, to)) {
      const whole = groups.from >= from && groups.to <= to;
      for (const entry of index) {
        if (entry === 0) continue;
        const slot = slotOf(entry);
        const group = keyGroupOf(hashes[slot]!);
        if (whole || (group >= from && group < to)) into.push(slot);
      }
    }
  }

  /** Adds the slots of the keys that lie in one segment with those of a group; gives the first group behind the segment. */
  collectSegment(group: number, into: IntList): number {
    const { groups } = this.#segments[group]!;
    this.collect(groups, into);
    return groups.to;
  }

  /** An order of keys with equal hashes that depends on the keys alone: by their words, then by their bytes. */
  compareKeys(a: number, b: number): number {
    const { stride, columns } = this.#layout;
    const { words } = this.#keys;
    for (let w = 0; w < stride; w++) {
      if (this.#isOfBytes[w] === 1) continue;
      const difference = (words[a * stride + w]! >>> 0) - (words[b * stride + w]! >>> 0);
      if (difference !== 0) return difference;
    }
    for (const column of columns) {
      if (column.outside === null) continue;
      const length = words[a * stride + column.outside.length]!;
      for (let k = 0; k < length; k++) {
        const difference = this.#byteAt(column, column.outside, a, k) - this.#byteAt(column, column.outside, b, k);
        if (difference !== 0) return difference;
      }
    }
    return 0;
  }

  #byteAt({ offset }: KeyColumnLayout, { start, length, inline }: OutsideBytes, slot: number, k: number): number {
    const { words } = this.#keys;
    const first = slot * this.#layout.stride;
    if (words[first + length]! <= inline) return inlineByte(words, first + offset, k);
    return this.#segmentOf(slot).bytes[words[first + start]! + k]!;
  }

  /** The keys at the slots, one column a key column. */
  keyColumns(slots: Int32Array, count: number): Column[] {
    return unpackKeys(this.#layout, this.#keys.words, { hashes: this.#keys.hashes, bytes: this.#bytes, words: this.#words }, slots, count);
  }

  /** The 32-bit group hash of each slot's key, as a column. */
  groupColumn(slots: Int32Array, count: number): Column {
    const values = buffers.int32(count);
    for (let j = 0; j < count; j++) values[j] = this.#keys.hashes[slots[j]!]!;
    return { type: types.int, encoding: "i32", length: count, nulls: null, values };
  }

  get memoryBytes(): number {
    let sum = this.#keys.words.byteLength + this.#keys.hashes.byteLength + this.#free.bytes;
    for (const segment of this.#segmentsIn(0, allGroups.to)) sum += segment.memoryBytes;
    return sum;
  }

  *#segmentsIn(from: number, to: number): Generator<KeySegment> {
    const end = Math.min(to, this.#groups.to);
    for (let group = Math.max(from, this.#groups.from); group < end; group = this.#segments[group]!.groups.to) yield this.#segments[group]!;
  }

  #segmentOf(slot: number): KeySegment {
    return this.#segments[keyGroupOf(this.#keys.hashes[slot]!)]!;
  }

  #slotBuffer(count: number): Int32Array {
    if (this.#slots.length < count) this.#slots = new Int32Array(2 * count);
    return this.#slots;
  }

  #numbersOf(keyOf: Int32Array, rows: Int32Array | null, count: number): Int32Array {
    if (this.#numbers.length < count) this.#numbers = new Int32Array(2 * count);
    for (let j = 0; j < count; j++) this.#numbers[j] = keyOf[rows === null ? j : rows[j]!]!;
    return this.#numbers;
  }

  /** Writes the slots of keys `numbers[j]`, inserting those that are new; `rows` are the rows that brought them. */
  #lookup(keys: PackedKeys, numbers: Int32Array | null, rows: Int32Array | null, count: number, slots: Int32Array): void {
    // The probe stops at a key that is not there; inserting may move the table's arrays.
    for (let j = 0; ; j++) {
      j = this.#probeFrom(j, keys, numbers, count, slots);
      if (j === count) return;
      slots[j] = this.#insert(keys, numbers === null ? j : numbers[j]!);
      this.inserted.push(slots[j]!);
      this.insertedRows.push(rows === null ? j : rows[j]!);
    }
  }

  #probeFrom(j: number, keys: PackedKeys, numbers: Int32Array | null, count: number, slots: Int32Array): number {
    const { words } = this.#keys;
    return this.#probe(j, count, numbers, this.#indexes, words, keys.words, keys.hashes, this.#words, keys.bytes, slots);
  }

  /** The same where rows share keys: each key is looked up once, or once in the life of its dictionary. */
  #lookupShared(keys: PackedKeys, keyOf: Int32Array, rows: Int32Array | null, count: number, slots: Int32Array): void {
    const known = this.#knownSlots(keys);
    let isComplete = true;
    for (let j = 0; j < count; j++) {
      const slot = known[keyOf[rows === null ? j : rows[j]!]!]!;
      slots[j] = slot;
      if (slot === unknown) isComplete = false;
    }
    if (isComplete) return;
    const numbers = new IntList();
    const firstRows = new IntList();
    for (let j = 0; j < count; j++) {
      const row = rows === null ? j : rows[j]!;
      const number = keyOf[row]!;
      if (known[number] !== unknown) continue;
      known[number] = unknown - 1;
      numbers.push(number);
      firstRows.push(row);
    }
    this.#lookup(keys, numbers.values, firstRows.values, numbers.count, slots);
    for (let n = 0; n < numbers.count; n++) known[numbers.values[n]!] = slots[n]!;
    for (let j = 0; j < count; j++) slots[j] = known[keyOf[rows === null ? j : rows[j]!]!]!;
  }

  #knownSlots({ owner, count }: PackedKeys): Int32Array {
    const before = owner === null ? undefined : this.#slotsOfOwner.get(owner);
    if (before !== undefined && before.length >= count) return before;
    const known = new Int32Array(owner === null ? count : 2 * count).fill(unknown);
    if (before !== undefined) known.set(before);
    if (owner !== null) this.#slotsOfOwner.set(owner, known);
    return known;
  }

  #insert(keys: PackedKeys, number: number): number {
    const hash = keys.hashes[number]!;
    const segment = this.#roomFor(hash);
    const slot = this.#free.count > 0 ? this.#free.pop() : this.slotLimit++;
    if (slot >= this.#keys.hashes.length) this.#growSlots();
    this.#storeKey(keys, number, slot, segment);
    this.#keys.hashes[slot] = hash;
    segment.put(slot, hash);
    this.size++;
    return slot;
  }

  /** The segment that a hash belongs to, with room for one more key. */
  #roomFor(hash: number): KeySegment {
    for (;;) {
      const segment = this.#segments[keyGroupOf(hash)]!;
      if (!segment.isFull) return segment;
      if (segment.size >= segmentKeys && segment.groups.to - segment.groups.from > 1) {
        for (const part of segment.split(this.#keys, this.#layout)) this.#place(part);
      } else {
        segment.grow(this.#keys);
        this.#place(segment);
      }
    }
  }

  #place(segment: KeySegment): void {
    this.#segments.fill(segment, segment.groups.from, segment.groups.to);
    this.#indexes.fill(segment.index, segment.groups.from, segment.groups.to);
    this.#words.fill(segment.words, segment.groups.from, segment.groups.to);
    this.#bytes.fill(segment.bytes, segment.groups.from, segment.groups.to);
  }

  #storeKey({ words, bytes }: PackedKeys, number: number, slot: number, segment: KeySegment): void {
    const { stride, columns } = this.#layout;
    const own = this.#keys.words;
    for (let w = 0; w < stride; w++) own[slot * stride + w] = words[number * stride + w]!;
    const length = bytesOfKey(slot, this.#keys, this.#layout);
    if (length === 0) return;
    const before = segment.words;
    let at = segment.reserve(length, this.#keys, this.#layout);
    if (segment.words !== before) this.#place(segment);
    for (let c = 0; c < columns.length; c++) {
      const { outside } = columns[c]!;
      if (outside === null) continue;
      const from = number * stride;
      const partLength = words[from + outside.length]!;
      if (partLength <= outside.inline) continue;
      copyBytes(bytes[c]!, words[from + outside.start]!, segment.words, at, partLength);
      own[slot * stride + outside.start] = at;
      at += partLength;
    }
  }

  #growSlots(): void {
    checkedPlaces(this.slotLimit, "The keys of a partition of the state", slotRange);
    const capacity = this.#keys.hashes.length * 2;
    const hashes = buffers.int32(capacity);
    hashes.set(this.#keys.hashes);
    const words = buffers.int32(capacity * this.#layout.stride);
    words.set(this.#keys.words);
    this.#keys.hashes = hashes;
    this.#keys.words = words;
  }
}
