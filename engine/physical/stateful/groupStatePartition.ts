import type { Column } from "../../arrow/column.js";
import { toRows } from "../../arrow/rows.js";
import { assert } from "../../errors/assert.js";
import { batchOf } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import type { GroupCall, GroupFunction, UserRow, UserTable, UserTimers } from "../../contract/groupFunction.js";
import type { GroupRange } from "../../contract/state.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { GroupTimers } from "./groupTimers.js";
import { UserTableState } from "./userTable.js";

/** What the calls of a batch are told. */
export interface CallFacts {
  readonly watermarkMs: number;
  readonly batchTimeMs: number;
}

/** One state partition of a user's function: its keys, their tables and timers. */
export class GroupStatePartition {
  readonly tables: readonly UserTableState[];
  readonly timers = new GroupTimers();
  readonly keys: KeyedTable;
  readonly #function: GroupFunction;
  readonly #keySchema: Schema;
  readonly #sorter: HashSorter;
  /** Rows of the batch by key slot. */
  readonly #rows = new Map<number, UserRow[]>();
  /** Keys that may have nothing left. */
  readonly #visited = new Set<number>();

  constructor(made: GroupFunction, keySchema: Schema, layout: KeyLayout, groups: GroupRange, sorter: HashSorter) {
    this.#function = made;
    this.#keySchema = keySchema;
    this.#sorter = sorter;
    this.keys = new KeyedTable(layout, groups);
    this.tables = made.tables.map((spec) => new UserTableState(spec));
  }

  begin(): void {
    for (const table of [...this.tables, this.timers.table]) table.begin();
    this.#rows.clear();
    this.#dropEmptyKeys();
  }

  /** Keeps rows of the batch until all of it is there. */
  add(keys: PackedKeys, rows: Int32Array | null, count: number, users: readonly UserRow[]): void {
    const slots = this.keys.lookupOrInsert(keys, rows, count);
    for (let j = 0; j < count; j++) {
      const slot = slots[j]!;
      let list = this.#rows.get(slot);
      if (list === undefined) this.#rows.set(slot, (list = []));
      list.push(users[rows === null ? j : rows[j]!]!);
    }
  }

  /** Calls the function with what keys begin with, in the order of their hashes. */
  callWithInitial(facts: CallFacts): void {
    for (const slot of this.#sorted(this.#rows.keys())) {
      const emitted = this.#call(slot, { rows: this.#rows.get(slot)!, isInitial: true, dueMs: null }, facts);
      assert(emitted.next().done === true, "initial state gives no rows");
    }
    this.#rows.clear();
  }

  /** Calls the function for each key that has rows, in the order of their hashes. */
  *callWithRows(facts: CallFacts, isTimeout: boolean): Generator<UserRow, void, void> {
    for (const slot of this.#sorted(this.#rows.keys())) {
      if (isTimeout) for (const timeMs of this.timers.list(slot)) this.timers.remove(slot, timeMs);
      yield* this.#call(slot, { rows: this.#rows.get(slot)!, isInitial: false, dueMs: null }, facts);
    }
    this.#rows.clear();
  }

  /** Calls it for each timer that is due. */
  *callDue(boundMs: number, facts: CallFacts, isTimeout: boolean): Generator<UserRow, void, void> {
    const bySlot = new Map<number, number[]>();
    for (const { slot, timeMs } of this.timers.due(boundMs)) bySlot.set(slot, [...(bySlot.get(slot) ?? []), timeMs]);
    for (const slot of this.#sorted(bySlot.keys())) {
      for (const timeMs of bySlot.get(slot)!.toSorted((a, b) => a - b)) {
        // A timeout is over when the function is told; a timer is listed until the function has ended (SEMANTICS 42).
        if (isTimeout) this.timers.remove(slot, timeMs);
        yield* this.#call(slot, { rows: [], isInitial: false, dueMs: timeMs }, facts);
        if (!isTimeout) this.timers.remove(slot, timeMs);
      }
    }
  }

  /** Forgets what has outlived its time. Keys that have nothing left go when the next batch begins: their names are still to be written. */
  settle(nowMs: number): void {
    for (const table of this.tables) {
      for (const slot of table.expiringSlots) {
        table.dropExpired(slot, nowMs);
        this.#visited.add(slot);
      }
    }
  }

  get rowCount(): number {
    return this.tables.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }

  /** The table of the files: the user's, or the timers. */
  tableAt(t: number): UserTableState {
    return this.tables[t] ?? this.timers.table;
  }

  /** Keys that may have nothing left. */
  visit(slots: Int32Array): void {
    for (const slot of slots) this.#visited.add(slot);
  }

  #dropEmptyKeys(): void {
    const empty = new IntList();
    for (const slot of this.#visited) {
      if (!this.tables.some((table) => table.has(slot)) && !this.timers.table.has(slot)) empty.push(slot);
    }
    this.#visited.clear();
    this.keys.remove(empty.values, empty.count);
  }

  *#call(slot: number, reason: Pick<GroupCall, "rows" | "isInitial" | "dueMs">, facts: CallFacts): Generator<UserRow, void, void> {
    this.#visited.add(slot);
    const [key] = toRows(batchOf(this.#keySchema, this.keys.keyColumns(Int32Array.of(slot), 1), 1));
    const tables = this.tables.map((table): UserTable => tableOf(table, slot, facts.batchTimeMs));
    const call: GroupCall = { key: key!, ...reason, tables, timers: this.#timersOf(slot), ...facts };
    yield* this.#function.call(call);
  }

  #timersOf(slot: number): UserTimers {
    return {
      set: (timeMs) => this.timers.set(slot, timeMs),
      remove: (timeMs) => this.timers.remove(slot, timeMs),
      list: () => this.timers.list(slot),
    };
  }

  #sorted(slots: Iterable<number>): Int32Array {
    const sorted = Int32Array.from(slots);
    this.#sorter.sort(sorted, sorted.length, this.keys.hashes, null, (a, b) => this.keys.compareKeys(a, b));
    return sorted;
  }

  /** Rows of the files in their order: by the hash of the key, then by the user's key. */
  sortRows<R extends { readonly slot: number; readonly text: string }>(rows: R[]): R[] {
    const rank = new Map(Array.from(this.#sorted(new Set(rows.map(({ slot }) => slot))), (slot, place) => [slot, place]));
    return rows.toSorted((a, b) => rank.get(a.slot)! - rank.get(b.slot)! || (a.text < b.text ? -1 : 1));
  }

  keyColumns(rows: readonly { readonly slot: number }[]): Column[] {
    return this.keys.keyColumns(
      Int32Array.from(rows, ({ slot }) => slot),
      rows.length,
    );
  }

  groupColumn(rows: readonly { readonly slot: number }[]): Column {
    return this.keys.groupColumn(
      Int32Array.from(rows, ({ slot }) => slot),
      rows.length,
    );
  }
}

function tableOf(table: UserTableState, slot: number, nowMs: number): UserTable {
  return {
    get: (key) => table.get(slot, key, nowMs),
    put: (key, value, counts = true) => {
      table.put(slot, key, value, nowMs);
      if (counts) table.updated++;
    },
    remove: (key) => {
      if (table.remove(slot, key)) table.removed++;
    },
    entries: () => table.entries(slot, nowMs),
  };
}
