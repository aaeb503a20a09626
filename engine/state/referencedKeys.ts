import type { Column } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { Lane } from "./lane.js";
import { KeyedTable } from "./keyedTable.js";

/** Unreferenced keys that are kept however few the others are. */
const slack = 1024;

/**
 * Keys that several panes share: a key stays as long as a pane has a group for it, and for a while after (it often comes back with the next pane; what
 * was worked out for it, such as the ids of a dictionary's entries, stays valid).
 */
export class ReferencedKeys {
  readonly #table: KeyedTable;
  /** Groups of each key id. */
  readonly #references = new Lane("i32", 0);
  #referenced = 0;

  constructor(keyTypes: readonly DataType[]) {
    this.#table = new KeyedTable(keyTypes);
  }

  /** Key ids are below. */
  get idLimit(): number {
    return this.#table.slotLimit;
  }

  /** The id of each row's key. Borrowed until the next call. */
  ids(columns: readonly Column[], count: number): Int32Array {
    const ids = this.#table.lookupOrInsert(columns, count);
    this.#references.reserve(this.#table.slotLimit);
    return ids;
  }

  hold(id: number): void {
    if (this.#references.values[id]!++ === 0) this.#referenced++;
  }

  letGo(id: number): void {
    if (--this.#references.values[id]! === 0) this.#referenced--;
  }

  /** Removes the keys that nothing holds, once they are the majority. Never while ids are in use. */
  sweep(): void {
    if (this.#table.size - this.#referenced <= this.#referenced + slack) return;
    const idle = this.#table.liveSlots().filter((id) => this.#references.values[id] === 0);
    this.#table.remove(idle, idle.length);
  }

  keyColumns(ids: Int32Array, count: number): Column[] {
    return this.#table.keyColumns(ids, count);
  }

  groupColumn(ids: Int32Array, count: number): Column {
    return this.#table.groupColumn(ids, count);
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#references.bytes;
  }
}
