import type { SpillPages } from "../../contract/spill.js";
import { keyGroupOf } from "../../contract/state.js";
import { assert } from "../../errors/assert.js";
import { FreeRanges } from "../../state/freeRanges.js";
import { IntList } from "../../state/intList.js";
import type { QueryMemory } from "./queryMemory.js";

/** A time and a hash, a double each. */
const entryWords = 2;
const entryBytes = 8 * entryWords;
/** So many entries of a run are in memory. */
const headEntries = 256;

/** Entries by time that were added together: the next in memory, the others in the file. */
interface Run {
  readonly at: number;
  readonly entries: number;
  head: Float64Array;
  /** How many are read, and how many of the head were given. */
  read: number;
  given: number;
}

/** What is due at one time of one key group. */
interface DueGroup {
  readonly timeUs: number;
  readonly group: number;
  readonly hashes: Int32Array;
}

/** When rows on disk are due, by the hashes of their keys: a file of runs, of which the first entries are in memory, so that a rising bound reads no others. */
export class DueRuns {
  #runs: Run[] = [];
  #pages: SpillPages | null = null;
  readonly #ranges = new FreeRanges();

  constructor(private readonly memory: QueryMemory) {}

  get memoryBytes(): number {
    return this.#runs.reduce((sum, { head }) => sum + head.byteLength + 100, 0);
  }

  get fileBytes(): number {
    return this.#ranges.end;
  }

  /** The first time at which something is due, µs; Infinity when nothing is. */
  get earliestUs(): number {
    return this.#runs.reduce((earliest, { head, given }) => Math.min(earliest, head[given * entryWords]!), Infinity);
  }

  /** @param timesUs of each row; NaN: never */
  add(timesUs: Float64Array, hashes: Int32Array): void {
    const order = Int32Array.from(timesUs.keys())
      .filter((row) => !Number.isNaN(timesUs[row]))
      .toSorted((a, b) => timesUs[a]! - timesUs[b]!);
    if (order.length === 0) return;
    const entries = new Float64Array(order.length * entryWords);
    for (const [j, row] of order.entries()) {
      entries[j * entryWords] = timesUs[row]!;
      entries[j * entryWords + 1] = hashes[row]!;
    }
    const at = this.#ranges.take(entries.byteLength);
    const head = entries.slice(0, headEntries * entryWords);
    if (order.length > headEntries) {
      this.#pages ??= this.memory.openPages();
      this.#pages.write(at, new Uint8Array(entries.buffer));
      this.memory.spilledBytes += entries.byteLength;
    }
    this.#runs.push({ at, entries: order.length, head, read: head.length / entryWords, given: 0 });
  }

  /** Takes what is due at a time out, some at once. */
  *until(boundUs: number): Generator<Int32Array, void, void> {
    for (const run of this.#runs) {
      for (let due = takeDue(run, boundUs); due.length > 0; due = takeDue(run, boundUs)) {
        if (run.given * entryWords === run.head.length) this.#readHead(run);
        yield due;
      }
    }
    for (const { at, entries, head } of this.#runs) if (head.length === 0) this.#ranges.give(at, entries * entryBytes);
    this.#runs = this.#runs.filter(({ head }) => head.length > 0);
  }

  /** The same by time, what is due at one time by key group: each time and group by itself. For times that many rows share. */
  *inOrder(boundUs: number): Generator<DueGroup, void, void> {
    for (let next = this.#first(); next !== null && next.timeUs <= boundUs; next = this.#first()) {
      const hashes = new IntList();
      for (const run of this.#runs) this.#takeGroup(run, next, hashes);
      yield { ...next, hashes: hashes.view() };
    }
    for (const { at, entries, head } of this.#runs) if (head.length === 0) this.#ranges.give(at, entries * entryBytes);
    this.#runs = this.#runs.filter(({ head }) => head.length > 0);
  }

  #first(): Omit<DueGroup, "hashes"> | null {
    let first: Omit<DueGroup, "hashes"> | null = null;
    for (const { head, given } of this.#runs) {
      if (head.length === 0) continue;
      const timeUs = head[given * entryWords]!;
      const group = keyGroupOf(head[given * entryWords + 1]!);
      if (first === null || timeUs < first.timeUs || (timeUs === first.timeUs && group < first.group)) first = { timeUs, group };
    }
    return first;
  }

  /** Takes what a run has of a time and a group, which lie together where rows were added by key group. */
  #takeGroup(run: Run, { timeUs, group }: Omit<DueGroup, "hashes">, into: IntList): void {
    while (run.head.length > 0) {
      const { head, given } = run;
      if (head[given * entryWords] !== timeUs || keyGroupOf(head[given * entryWords + 1]!) !== group) return;
      into.push(head[given * entryWords + 1]!);
      run.given++;
      if (run.given * entryWords === head.length) this.#readHead(run);
    }
  }

  #readHead(run: Run): void {
    const count = Math.min(headEntries, run.entries - run.read);
    run.head = new Float64Array(count * entryWords);
    run.given = 0;
    if (count === 0) return;
    assert(this.#pages !== null, "what is not in memory is in the file");
    this.#pages.read(run.at + run.read * entryBytes, new Uint8Array(run.head.buffer));
    run.read += count;
  }
}

/** The hashes at the beginning of the head that are due. */
function takeDue(run: Run, boundUs: number): Int32Array {
  const { head, given } = run;
  let end = given;
  while (end * entryWords < head.length && head[end * entryWords]! <= boundUs) end++;
  run.given = end;
  return Int32Array.from({ length: end - given }, (_, j) => head[(given + j) * entryWords + 1]!);
}
