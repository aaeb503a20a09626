import type { Value } from "../../arrow/value.js";
import type { UserTable, UserTimers } from "../../contract/groupFunction.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { GroupTimers } from "./groupTimers.js";
import type { UserTableState } from "./userTable.js";

/** The state of one key: what a call of a user's function reads and changes. */
export interface KeyState {
  readonly slot: number;
  readonly tables: readonly UserTableState[];
  readonly timers: GroupTimers;
  readonly nowMs: number;
}

/**
 * What the calls of a waiting function for one key changed in the state, as it is written down with the batch: for each call a list of changes, each
 * `[table, key, row or null, whether it counts]`, or `[-1, time, whether it was set]` for a timer.
 *
 * Invariant: repeating a record over the state that the calls found gives the state that they left.
 */
export class CallRecord {
  readonly calls: Value[][] = [];
  #isOver = false;

  /** The next call begins. */
  begin(): void {
    this.calls.push([]);
  }

  /** No call comes any more: whoever still holds the state has it no longer. */
  end(): void {
    this.#isOver = true;
  }

  /** @throws STATE_OUTSIDE_OF_CALL */
  check(): void {
    if (this.#isOver) throw new StreamingError("STATE_OUTSIDE_OF_CALL");
  }

  note(change: readonly Value[]): void {
    this.calls.at(-1)!.push(change);
  }
}

const timerChange = -1;

/** A table of the state, as a user's call sees it. */
export function tableOf({ slot, tables, nowMs }: KeyState, t: number, record: CallRecord | null): UserTable {
  const table = tables[t]!;
  return {
    get: (key) => {
      record?.check();
      return table.get(slot, key, nowMs);
    },
    put: (key, row, counts = true) => {
      record?.check();
      const [keyValues, values] = [table.keyOf(key), table.rowOf(row)];
      put(table, slot, keyValues, values, counts, nowMs);
      record?.note([t, keyValues, values, counts]);
    },
    remove: (key) => {
      record?.check();
      const keyValues = table.keyOf(key);
      remove(table, slot, keyValues);
      record?.note([t, keyValues, null, true]);
    },
    entries: () => {
      record?.check();
      return table.entries(slot, nowMs);
    },
  };
}

/** Its timers likewise. */
export function timersOf({ slot, timers }: KeyState, record: CallRecord | null): UserTimers {
  return {
    set: (timeMs) => {
      record?.check();
      timers.set(slot, timeMs);
      record?.note([timerChange, timeMs, true]);
    },
    remove: (timeMs) => {
      record?.check();
      timers.remove(slot, timeMs);
      record?.note([timerChange, timeMs, false]);
    },
    list: () => {
      record?.check();
      return timers.list(slot);
    },
  };
}

/** Changes the state as one call did. */
export function repeatChanges({ slot, tables, timers, nowMs }: KeyState, changes: Value): void {
  for (const change of changes as readonly (readonly Value[])[]) {
    const t = change[0] as number;
    if (t === timerChange) {
      const [, timeMs, isSet] = change as readonly [number, number, boolean];
      if (isSet) timers.set(slot, timeMs);
      else timers.remove(slot, timeMs);
      continue;
    }
    const [, key, values, counts] = change as readonly [number, readonly Value[], readonly Value[] | null, boolean];
    if (values === null) remove(tables[t]!, slot, key);
    else put(tables[t]!, slot, key, values, counts, nowMs);
  }
}

function put(table: UserTableState, slot: number, key: readonly Value[], values: readonly Value[], counts: boolean, nowMs: number): void {
  table.putValues(slot, key, values, nowMs);
  if (counts) table.updated++;
}

function remove(table: UserTableState, slot: number, key: readonly Value[]): void {
  if (table.removeValues(slot, key)) table.removed++;
}
