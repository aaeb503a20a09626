import { IntList } from "../../state/intList.js";
import type { Lane } from "../../state/lane.js";
import { OrderedSlots } from "../../state/orderedSlots.js";
import { RowChains } from "../../state/rowChains.js";

/** A key of more sessions is searched in the order of their starts. */
const chainedSessions = 32;

/**
 * The sessions of each key: a chain, and for keys of many sessions their order, so that a row of a key costs little however many sessions the key has.
 *
 * Invariant: between two rows no two sessions of one key touch.
 */
export class KeySessions {
  readonly #chains = new RowChains();
  readonly #starts: Lane<"f64">;
  readonly #ends: Lane<"f64">;
  readonly #ordered = new Map<number, OrderedSlots>();

  constructor(starts: Lane<"f64">, ends: Lane<"f64">) {
    this.#starts = starts;
    this.#ends = ends;
  }

  reserveKeys(keys: number): void {
    this.#chains.reserveKeys(keys);
  }

  reserveSessions(slots: number): void {
    this.#chains.reserveRows(slots);
  }

  /** The key of each session. Borrowed until room is made. */
  get keyOf(): Int32Array {
    return this.#chains.keyOf;
  }

  /** Adds a session, whose start and end are known. */
  add(key: number, slot: number): void {
    this.#chains.append(key, slot);
    this.#orderOf(key)?.insert(slot);
  }

  remove(slot: number): void {
    const key = this.#chains.keyOf[slot]!;
    this.#chains.remove(slot);
    const order = this.#orderOf(key);
    if (order === undefined) return;
    order.remove(slot);
    if (order.size < chainedSessions / 2) this.#ordered.delete(key);
  }

  has(key: number): boolean {
    return this.#chains.first(key) >= 0;
  }

  countOf(key: number): number {
    const order = this.#orderOf(key);
    if (order !== undefined) return order.size;
    let count = 0;
    for (let slot = this.#chains.first(key); slot >= 0; slot = this.#chains.next(slot)) count++;
    return count;
  }

  /** Adds the sessions of a key to a list. */
  collect(key: number, into: IntList): void {
    for (let slot = this.#chains.first(key); slot >= 0; slot = this.#chains.next(slot)) into.push(slot);
  }

  /** Adds the sessions of a key that touch a span of time, by their starts. */
  touching(key: number, startUs: number, endUs: number, into: IntList): void {
    const order = this.#orderOf(key);
    if (order !== undefined) return order.touching(startUs, endUs, into);
    const [starts, ends] = [this.#starts.values, this.#ends.values];
    let seen = 0;
    for (let slot = this.#chains.first(key); slot >= 0; slot = this.#chains.next(slot)) {
      seen++;
      if (starts[slot]! > endUs || ends[slot]! < startUs) continue;
      into.push(slot);
      for (let j = into.count - 1; j > 0 && starts[into.values[j - 1]!]! > starts[slot]!; j--) {
        into.values[j] = into.values[j - 1]!;
        into.values[j - 1] = slot;
      }
    }
    if (seen > chainedSessions) this.#order(key);
  }

  /** The session of a key that has this start, −1 when there is none. */
  startingAt(key: number, startUs: number): number {
    const order = this.#orderOf(key);
    if (order !== undefined) return order.startingAt(startUs);
    let slot = this.#chains.first(key);
    for (let seen = 0; slot >= 0 && this.#starts.values[slot] !== startUs; seen++) {
      if (seen === chainedSessions) return this.#order(key).startingAt(startUs);
      slot = this.#chains.next(slot);
    }
    return slot;
  }

  boundsOf(slots: Int32Array, count: number): { readonly starts: Float64Array; readonly ends: Float64Array } {
    const [starts, ends] = [new Float64Array(count), new Float64Array(count)];
    for (let j = 0; j < count; j++) {
      starts[j] = this.#starts.values[slots[j]!]!;
      ends[j] = this.#ends.values[slots[j]!]!;
    }
    return { starts, ends };
  }

  get bytes(): number {
    return this.#chains.bytes;
  }

  #orderOf(key: number): OrderedSlots | undefined {
    return this.#ordered.size === 0 ? undefined : this.#ordered.get(key);
  }

  #order(key: number): OrderedSlots {
    const order = new OrderedSlots(this.#starts, this.#ends);
    for (let slot = this.#chains.first(key); slot >= 0; slot = this.#chains.next(slot)) order.insert(slot);
    this.#ordered.set(key, order);
    return order;
  }
}
