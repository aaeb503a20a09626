import { buffers } from "../../arrow/buffers.js";
import { IntList } from "../../state/intList.js";
import { Lane } from "../../state/lane.js";
import type { SharedKeys } from "../../state/sharedKeys.js";
import type { GroupRun } from "./groups.js";
import { UntouchedSlots } from "./untouchedSlots.js";

const firstSlots = 64;

/** The slots that the groups of all panes share: of each its pane's start, and the batch in which it was last touched. */
export class PaneSlots {
  readonly start = new Lane("f64", 0);
  /** −1 where there is no group. */
  readonly stamp = new Lane("i32", -1);
  /** Slots are below. */
  limit = 0;
  /** So many have room. */
  room = 0;
  readonly #free = new IntList();
  readonly #untouched = new UntouchedSlots();

  /** A slot for a group that is not touched yet. */
  take(startUs: number): number {
    const slot = this.#free.count > 0 ? this.#free.pop() : this.limit++;
    if (slot >= this.room) this.#grow(Math.max(firstSlots, 2 * slot));
    this.start.values[slot] = startUs;
    this.stamp.values[slot] = 0;
    return slot;
  }

  /** Takes slots back, from their keys too. */
  give(slots: IntList, keys: SharedKeys): void {
    const stamp = this.stamp.values;
    for (let j = 0; j < slots.count; j++) {
      keys.removeGroup(slots.values[j]!);
      stamp[slots.values[j]!] = -1;
    }
    this.#free.pushAll(slots);
  }

  /** Some slots that the batch has not touched, those first that were not touched for long. They are marked as having no group. Borrowed until the next call. */
  cold(batch: number, count: number): IntList {
    return this.#untouched.next(this.stamp.values, this.limit, batch, count);
  }

  /** Those of some slots that a batch touched last, into a list. */
  touchedIn(batch: number, slots: IntList, into: IntList): void {
    into.reserve(slots.count);
    const [from, to, stamp] = [slots.values, into.values, this.stamp.values];
    let count = 0;
    for (let j = 0; j < slots.count; j++) if (stamp[from[j]!] === batch) to[count++] = from[j]!;
    into.count = count;
  }

  startsOf(slots: Int32Array, count: number): Float64Array {
    const starts = buffers.float64(count);
    for (let j = 0; j < count; j++) starts[j] = this.start.values[slots[j]!]!;
    return starts;
  }

  /** Slots by the panes that they are in, in their order. */
  byPane({ values, count }: IntList): GroupRun[] {
    const byStart = new Map<number, IntList>();
    for (let j = 0; j < count; j++) {
      const start = this.start.values[values[j]!]!;
      let list = byStart.get(start);
      if (list === undefined) byStart.set(start, (list = new IntList()));
      list.push(values[j]!);
    }
    return [...byStart].map(([startUs, list]) => ({ startUs, slots: list.view() }));
  }

  #grow(room: number): void {
    this.start.reserve(room);
    this.stamp.reserve(room);
    this.room = room;
  }

  get bytes(): number {
    return this.start.bytes + this.stamp.bytes;
  }
}
