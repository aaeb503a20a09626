import { IntList } from "./intList.js";

/** Lists up to this length are sorted by insertion: no histogram pays for so few. */
const shortList = 48;
/** Two digits of a hash are sorted by, the high ones; what they leave in the wrong order is next to each other. */
const digitBits = 11;
const digits = 1 << digitBits;
const digitMask = digits - 1;
const lowShift = 32 - 2 * digitBits;
const highShift = 32 - digitBits;

/** Orders two entries whose hashes are equal. */
export type TieBreak = (a: number, b: number) => number;

/**
 * Sorts slots by the hash of their keys, as an unsigned number: the order in which groups are emitted and written, because it depends on the data alone. Radix
 * sort in two passes over the high bits, insertion for the rest; its scratch memory is kept from call to call.
 */
export class HashSorter {
  readonly #keys = new IntList();
  readonly #otherKeys = new IntList();
  readonly #otherSlots = new IntList();
  readonly #counts = new Int32Array(2 * digits);

  /**
   * Sorts `slots[0 .. count)` in place. The hash of a slot is `hashes[keyOf[slot]]`, or `hashes[slot]` when `keyOf` is null. Equal hashes: two slots of one key,
   * or, rarely, two keys; `tie` decides.
   */
  sort(slots: Int32Array, count: number, hashes: Int32Array, keyOf: Int32Array | null, tie: TieBreak): void {
    if (count < 2) return;
    this.#keys.reserve(count);
    const keys = this.#keys.values;
    for (let j = 0; j < count; j++) keys[j] = hashes[keyOf === null ? slots[j]! : keyOf[slots[j]!]!]!;
    if (count > shortList) this.#radixSort(keys, slots, count);
    insertionSort(keys, slots, count);
    breakTies(keys, slots, count, tie);
  }

  #radixSort(keys: Int32Array, slots: Int32Array, count: number): void {
    this.#otherKeys.reserve(count);
    this.#otherSlots.reserve(count);
    const counts = this.#counts.fill(0);
    for (let j = 0; j < count; j++) {
      const key = keys[j]!;
      counts[(key >>> lowShift) & digitMask]!++;
      counts[digits + (key >>> highShift)]!++;
    }
    const [otherKeys, otherSlots] = [this.#otherKeys.values, this.#otherSlots.values];
    scatter(keys, slots, otherKeys, otherSlots, count, counts.subarray(0, digits), lowShift);
    scatter(otherKeys, otherSlots, keys, slots, count, counts.subarray(digits), highShift);
  }
}

function insertionSort(keys: Int32Array, slots: Int32Array, count: number): void {
  for (let j = 1; j < count; j++) {
    const key = keys[j]!;
    if (keys[j - 1]! >>> 0 <= key >>> 0) continue;
    const slot = slots[j]!;
    let k = j - 1;
    for (; k >= 0 && keys[k]! >>> 0 > key >>> 0; k--) {
      keys[k + 1] = keys[k]!;
      slots[k + 1] = slots[k]!;
    }
    keys[k + 1] = key;
    slots[k + 1] = slot;
  }
}

/** One pass: a stable sort by the digit at `shift`, of which `counts` says how often each occurs. */
function scatter(
  keys: Int32Array,
  slots: Int32Array,
  intoKeys: Int32Array,
  intoSlots: Int32Array,
  count: number,
  counts: Int32Array,
  shift: number,
): void {
  let start = 0;
  for (let digit = 0; digit < digits; digit++) {
    const entries = counts[digit]!;
    counts[digit] = start;
    start += entries;
  }
  for (let j = 0; j < count; j++) {
    const key = keys[j]!;
    const at = counts[(key >>> shift) & digitMask]!++;
    intoKeys[at] = key;
    intoSlots[at] = slots[j]!;
  }
}

function breakTies(keys: Int32Array, slots: Int32Array, count: number, tie: TieBreak): void {
  for (let j = 1; j < count; j++) {
    if (keys[j] !== keys[j - 1]) continue;
    let end = j + 1;
    while (end < count && keys[end] === keys[j]) end++;
    sortTied(slots, j - 1, end, tie);
    j = end;
  }
}

/** Mostly the groups of one key in a few windows. */
function sortTied(slots: Int32Array, from: number, to: number, tie: TieBreak): void {
  if (to - from > shortList) {
    slots.subarray(from, to).sort(tie);
    return;
  }
  for (let j = from + 1; j < to; j++) {
    const slot = slots[j]!;
    let k = j - 1;
    for (; k >= from && tie(slots[k]!, slot) > 0; k--) slots[k + 1] = slots[k]!;
    slots[k + 1] = slot;
  }
}
