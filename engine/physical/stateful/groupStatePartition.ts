import type { Column } from "../../arrow/column.js";
import { toRows } from "../../arrow/rows.js";
import { batchOf } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { GroupCall, GroupFunction, PromptGroupFunction, UserRow, WaitingGroupFunction } from "../../contract/groupFunction.js";
import type { GroupRange } from "../../contract/state.js";
import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyLayout } from "../../state/keyLayout.js";
import { KeyedTable } from "../../state/keyedTable.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import { repeatChanges, tableOf, timersOf, type CallRecord, type KeyState } from "./callRecord.js";
import { GroupTimers } from "./groupTimers.js";
import { UserTableState } from "./userTable.js";

/** What the calls of a batch are told. */
export interface CallFacts {
  readonly watermarkMs: number;
  readonly batchTimeMs: number;
  /** Whether what wakes a key is a timeout, and no timer. */
  readonly isTimeout: boolean;
}

/** Why a function is called. */
type Reason = Pick<GroupCall, "rows" | "isInitial" | "dueMs">;

/** The calls of a batch for one key, in their order. */
export interface KeyCalls {
  readonly slot: number;
  readonly reasons: readonly Reason[];
}

/** One state partition of a user's function: its keys, their tables and timers. */
export class GroupStatePartition {
  readonly tables: readonly UserTableState[];
  readonly timers = new GroupTimers();
  readonly keys: KeyedTable;
  readonly #keySchema: Schema;
  readonly #sorter: HashSorter;
  /** Rows of the batch by key slot. */
  readonly #rows = new Map<number, UserRow[]>();
  /** Keys that may have nothing left. */
  readonly #visited = new Set<number>();

  constructor(made: GroupFunction, keySchema: Schema, layout: KeyLayout, groups: GroupRange, sorter: HashSorter) {
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

  /** The calls with what keys begin with, in the order of their hashes. */
  callsWithInitial(): KeyCalls[] {
    return this.#callsWith(true);
  }

  /** The calls for keys that have rows. */
  callsWithRows(): KeyCalls[] {
    return this.#callsWith(false);
  }

  #callsWith(isInitial: boolean): KeyCalls[] {
    const calls = Array.from(this.inOrder(this.#rows.keys()), (slot): KeyCalls => ({
      slot,
      reasons: [{ rows: this.#rows.get(slot)!, isInitial, dueMs: null }],
    }));
    this.#rows.clear();
    return calls;
  }

  /** The calls for timers that are due. */
  callsDue(boundMs: number): KeyCalls[] {
    const bySlot = new Map<number, number[]>();
    for (const { slot, timeMs } of this.timers.due(boundMs)) bySlot.set(slot, [...(bySlot.get(slot) ?? []), timeMs]);
    return Array.from(this.inOrder(bySlot.keys()), (slot): KeyCalls => {
      const times = bySlot.get(slot)!.toSorted((a, b) => a - b);
      return { slot, reasons: times.map((dueMs) => ({ rows: [], isInitial: false, dueMs })) };
    });
  }

  /** Calls a function that gives its rows at once. */
  *call(made: PromptGroupFunction, calls: readonly KeyCalls[], facts: CallFacts): Generator<UserRow, void, void> {
    for (const { slot, reasons } of calls) {
      for (const reason of reasons) {
        const before = this.#before(slot, reason, facts);
        const state = this.#stateOf(slot, facts);
        yield* made.call(this.#callOf(state, reason, facts, null));
        this.#after(state, reason, facts, before);
      }
    }
  }

  /** Calls one that waits, for one key; what it changes is written into the record. */
  async ask(made: WaitingGroupFunction, { slot, reasons }: KeyCalls, facts: CallFacts, record: CallRecord): Promise<UserRow[]> {
    const given: UserRow[] = [];
    for (const reason of reasons) {
      record.begin();
      const before = this.#before(slot, reason, facts);
      const state = this.#stateOf(slot, facts);
      given.push(...(await made.call(this.#callOf(state, reason, facts, record))));
      this.#after(state, reason, facts, before);
    }
    record.end();
    return given;
  }

  /** Changes the state as such calls did when the batch ran before. */
  repeat({ slot, reasons }: KeyCalls, facts: CallFacts, changes: readonly Value[]): void {
    for (const [i, reason] of reasons.entries()) {
      const before = this.#before(slot, reason, facts);
      const state = this.#stateOf(slot, facts);
      repeatChanges(state, changes[i]!);
      this.#after(state, reason, facts, before);
    }
  }

  /** Gives the timeout that the key had; null: none. */
  #before(slot: number, { isInitial, dueMs }: Reason, { isTimeout }: CallFacts): number | null {
    this.#visited.add(slot);
    // A timeout is over when the function is told, or when rows came before it; a timer is listed until the function has ended (SEMANTICS 42).
    if (!isTimeout || isInitial) return null;
    const over = dueMs === null ? this.timers.list(slot) : [dueMs];
    for (const timeMs of over) this.timers.remove(slot, timeMs);
    return over[0] ?? null;
  }

  #after({ slot, touched }: KeyState, { isInitial, dueMs }: Reason, { isTimeout }: CallFacts, timeoutBefore: number | null): void {
    if (!isTimeout && dueMs !== null) this.timers.remove(slot, dueMs);
    if (!isTimeout || isInitial) return;
    // The state of a function and its timeout are one row, which a call writes once.
    const [state] = this.tables;
    const timeout = this.timers.list(slot)[0] ?? null;
    if (touched === "removed" && timeout === null) state!.removed++;
    else if (touched !== null || timeout !== timeoutBefore) state!.updated++;
  }

  /** Forgets what has outlived its time. Keys that have nothing left go when the next batch begins: their names are still to be written. */
  settle(nowMs: number): void {
    for (const table of this.tables) this.visit(table.dropExpired(nowMs));
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

  #callOf(state: KeyState, reason: Reason, facts: CallFacts, record: CallRecord | null): GroupCall {
    const [key] = toRows(batchOf(this.#keySchema, this.keys.keyColumns(Int32Array.of(state.slot), 1), 1));
    const tables = this.tables.map((_, t) => tableOf(state, t, record));
    const { watermarkMs, batchTimeMs } = facts;
    return { key: key!, ...reason, tables, timers: timersOf(state, record), watermarkMs, batchTimeMs };
  }

  #stateOf(slot: number, { batchTimeMs }: CallFacts): KeyState {
    return { slot, tables: this.tables, timers: this.timers, nowMs: batchTimeMs, touched: null };
  }

  /** Keys in the order of the files: by hash. */
  inOrder(slots: Iterable<number>): Int32Array {
    const sorted = Int32Array.from(slots);
    this.#sorter.sort(sorted, sorted.length, this.keys.hashes, null, (a, b) => this.keys.compareKeys(a, b));
    return sorted;
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
