import type { GroupRange } from "../contract/state.js";
import { IntList } from "./intList.js";
import type { KeyLayout } from "./keyLayout.js";
import { KeyedTable } from "./keyedTable.js";
import type { PackedKeys } from "./packedKeys.js";
import { RowChains } from "./rowChains.js";

/** Keys without a group that are kept however few the others are. */
const slack = 1024;

/**
 * Keys that the groups of several panes share. A key knows its groups, as a chain; it stays as long as it has one, and for a while after: it often comes back with
 * the next pane, and what was worked out for it, such as the keys of a dictionary's entries, stays valid.
 */
export class SharedKeys {
  readonly table: KeyedTable;
  readonly #range: GroupRange;
  readonly #chains = new RowChains();
  /** Keys that have a group. */
  #held = 0;
  /** Where sweeping goes on. */
  #hand: number;
  /** Keys that came since the last sweep. */
  #came = 0;

  constructor(layout: KeyLayout, groups: GroupRange) {
    this.table = new KeyedTable(layout, groups);
    this.#range = groups;
    this.#hand = groups.from;
  }

  /** Key ids are below. */
  get idLimit(): number {
    return this.table.slotLimit;
  }

  /** The key id of each group. Borrowed until room is made. */
  get keyOf(): Int32Array {
    return this.#chains.keyOf;
  }

  /** The id of each row's key. Borrowed until the next call. */
  ids(keys: PackedKeys, rows: Int32Array | null, count: number): Int32Array {
    const ids = this.table.lookupOrInsert(keys, rows, count);
    this.#came += this.table.inserted.count;
    this.#chains.reserveKeys(this.table.slotLimit);
    return ids;
  }

  /** Makes room for groups below. */
  reserveGroups(groups: number): void {
    this.#chains.reserveRows(groups);
  }

  /** Adds groups, of the key `ids[j]` the group `groups[j]`. */
  addGroups(ids: Int32Array, groups: Int32Array, count: number): void {
    this.#held += this.#chains.appendAll(ids, groups, count);
  }

  /** The same in chains that are in ascending order of `order` by group; `neighbours` as of `RowChains.insertAll`. */
  insertGroups(ids: Int32Array, groups: Int32Array, count: number, order: Float64Array, neighbours: Int32Array): void {
    this.#held += this.#chains.insertAll(ids, groups, count, order, neighbours);
  }

  /** The first group of a key, and the one behind a group: −1 where there is none. */
  firstOf(id: number): number {
    return this.#chains.first(id);
  }

  nextOf(group: number): number {
    return this.#chains.next(group);
  }

  removeGroup(group: number): void {
    const id = this.#chains.keyOf[group]!;
    this.#chains.remove(group);
    if (this.#chains.first(id) < 0) this.#held--;
  }

  /** Adds the groups of a key to a list. */
  groupsOf(id: number, into: IntList): void {
    for (let group = this.#chains.first(id); group >= 0; group = this.#chains.next(group)) into.push(group);
  }

  /**
   * Removes keys without a group while they are the majority: a few segments at a time, so that no batch pays for all of them, but twice as many keys as came, so
   * that they cannot pile up. Never while ids are in use.
   */
  sweep(): void {
    const idle = new IntList();
    for (let left = slack + 2 * this.#came; left > 0 && this.table.size - this.#held > this.#held + slack;) {
      idle.clear();
      this.#hand = this.table.collectSegment(this.#hand, idle);
      if (this.#hand >= this.#range.to) this.#hand = this.#range.from;
      left -= idle.count + 1;
      let count = 0;
      for (let j = 0; j < idle.count; j++) {
        const id = idle.values[j]!;
        if (this.#chains.first(id) < 0) idle.values[count++] = id;
      }
      this.table.remove(idle.values, count);
    }
    this.#came = 0;
  }

  /** So many groups may there be before the table grows, if each new one has a key of its own. */
  roomBeside(groups: number): number {
    return groups + this.table.capacity - this.table.size;
  }

  /** Removes keys that have no group any more, each given once or several times, but for some. Never while ids are in use. */
  letGo(ids: Int32Array, kept: ReadonlySet<number>): void {
    const gone = Int32Array.from(new Set(ids.filter((id) => this.#chains.first(id) < 0 && !kept.has(id))));
    this.table.remove(gone, gone.length);
    this.table.trim();
  }

  get memoryBytes(): number {
    return this.table.memoryBytes + this.#chains.bytes;
  }
}
