import { IntList } from "./intList.js";
import { Lane } from "./lane.js";

/** Ticks are counted from here, 71,000 years before the epoch, and what is older counts as being from then: so no tick is negative. */
const origin = 2 ** 51;
const wordRange = 2 ** 32;
/** One for ticks that are due, then one for each bit in which a tick may differ from the frontier. */
const bucketCount = 55;
const microsecondsPerTick = 1000;

/**
 * Times of slots, and which of them have passed: give slots times, then take those out whose time a rising bound has reached. Neither looks at the slots that stay.
 *
 * Times lie in buckets by the highest bit in which they differ from the frontier (what the bound has reached). When the frontier moves, lower buckets have passed as
 * wholes, one is dealt out to lower ones, and the higher ones are still right: a slot is touched once for each bucket that it falls through, which grows with
 * the logarithm of how far ahead its time was.
 *
 * Bounds are whole milliseconds, as watermarks are; times are microseconds.
 */
export class TimeIndex {
  /** The slot's time, µs; NaN when it has none. */
  readonly #time = new Lane("f64", NaN);
  /** The tick under which a slot lies in a bucket, NaN when it lies in none. A slot whose time was raised or removed stays there until that tick is met. */
  readonly #queued = new Lane("f64", NaN);
  readonly #buckets: IntList[] = Array.from({ length: bucketCount }, () => new IntList());
  /** Takes the place of a bucket that is dealt out. */
  #spare = new IntList();
  /** How often a slot was moved or taken out: what popping has cost. */
  moves = 0;
  /** The first tick that has not passed. */
  #frontier = 0;

  /** Makes room for slots below. */
  reserve(capacity: number): void {
    this.#time.reserve(capacity);
    this.#queued.reserve(capacity);
  }

  /** NaN when the slot has no time. */
  timeOf(slot: number): number {
    return this.#time.values[slot]!;
  }

  /** Gives a slot a time, in the place of the one it had. NaN: none. */
  set(slot: number, timeUs: number): void {
    this.#time.values[slot] = timeUs;
    if (timeUs !== timeUs) return;
    const tick = tickOf(timeUs);
    // What is queued before is met in time: then the slot is queued again.
    if (tick >= this.#queued.values[slot]!) return;
    this.#queued.values[slot] = tick;
    this.#buckets[this.#bucketOf(tick)]!.push(slot);
  }

  remove(slot: number): void {
    this.#time.values[slot] = NaN;
  }

  /** Takes the times that are at most `boundUs` (whole milliseconds) out, and adds their slots to a list, in no particular order. */
  popUntil(boundUs: number, into: IntList): void {
    const frontier = tickOf(boundUs) + 1;
    if (frontier > this.#frontier) {
      const highest = 1 + highestDifference(frontier, this.#frontier);
      this.#frontier = frontier;
      // What differs from the old frontier below that bit is below the new one; what differs above is above as before.
      for (let b = 1; b <= highest; b++) this.#deal(b);
    }
    const due = this.#buckets[0]!;
    this.moves += due.count;
    for (let j = 0; j < due.count; j++) this.#popSlot(due.values[j]!, into);
    due.clear();
  }

  /** The earliest of the times, µs; Infinity when there is none. Looks at no more than the bucket that it lies in, and at what lies before it. */
  earliest(): number {
    let earliest = Infinity;
    for (const bucket of this.#buckets) {
      let isExact = false;
      for (let j = 0; j < bucket.count; j++) {
        const slot = bucket.values[j]!;
        const time = this.#time.values[slot]!;
        if (time !== time) continue;
        earliest = Math.min(earliest, time);
        // A slot whose time was raised says nothing of the buckets behind.
        if (tickOf(time) === this.#queued.values[slot]!) isExact = true;
      }
      if (isExact) return earliest;
    }
    return earliest;
  }

  get bytes(): number {
    return this.#buckets.reduce((sum, bucket) => sum + bucket.bytes, this.#time.bytes + this.#queued.bytes);
  }

  /** Puts the slots of a bucket where they belong now. */
  #deal(b: number): void {
    const bucket = this.#buckets[b]!;
    if (bucket.count === 0) return;
    this.#buckets[b] = this.#spare;
    this.moves += bucket.count;
    for (let j = 0; j < bucket.count; j++) {
      const slot = bucket.values[j]!;
      const tick = this.#queued.values[slot]!;
      if (tick === tick) this.#buckets[this.#bucketOf(tick)]!.push(slot);
    }
    bucket.clear();
    this.#spare = bucket;
  }

  /** A slot whose queued tick has passed: its time has too, or was moved in the meantime. */
  #popSlot(slot: number, into: IntList): void {
    const queued = this.#queued.values[slot]!;
    // A slot that was queued twice, because its time was lowered, meets its later entry here.
    if (!(queued < this.#frontier)) return;
    this.#queued.values[slot] = NaN;
    const time = this.#time.values[slot]!;
    if (time !== time) return;
    if (tickOf(time) >= this.#frontier) return this.set(slot, time);
    this.#time.values[slot] = NaN;
    into.push(slot);
  }

  #bucketOf(tick: number): number {
    return tick < this.#frontier ? 0 : tick === this.#frontier ? 1 : 1 + highestDifference(tick, this.#frontier);
  }
}

/** The millisecond at whose end the time has passed, as a number that is not negative. */
function tickOf(timeUs: number): number {
  return Math.max(0, Math.ceil(timeUs / microsecondsPerTick) + origin);
}

/** The number of the highest bit in which two different ticks differ. */
function highestDifference(a: number, b: number): number {
  const high = Math.floor(a / wordRange) ^ Math.floor(b / wordRange);
  if (high !== 0) return 63 - Math.clz32(high);
  return 31 - Math.clz32((a >>> 0) ^ (b >>> 0));
}
