import type { Value } from "../../arrow/value.js";
import type { CountedUpdates, UserTable, UserTimers } from "../../contract/groupFunction.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { GroupTimers } from "./groupTimers.js";
import type { UserTableState } from "./userTable.js";

/** The state of one key: what a call of a user's function reads and changes. */
export interface KeyState {
  readonly slot: number;
  readonly tables: readonly UserTableState[];
  readonly timers: GroupTimers;
  readonly nowMs: number;
  /** What the call did to a row last; null: nothing. */
  touched: "put" | "removed" | null;
}

/**
 * What the calls of a waiting function for one key changed in the state, as it is written down with the batch: for each call a list of changes, each
 * `[table, key, row, updates, whether they are counted anew]` or `[table, key, null, removals]`, or `[-1, time, whether it was set]` for a timer.
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
export function tableOf(state: KeyState, t: number, record: CallRecord | null): UserTable {
  const { slot, nowMs } = state;
  const table = state.tables[t]!;
  return {
    get: (key) => {
      record?.check();
      return table.get(slot, key, nowMs);
    },
    put: (key, row, { updates, anew = false } = oneUpdate) => {
      record?.check();
      const [keyValues, values] = [table.keyOf(key), table.rowOf(row)];
      put(state, t, keyValues, values, updates, anew);
      record?.note([t, keyValues, values, updates, anew]);
    },
    remove: (key, removals = 1) => {
      record?.check();
      const keyValues = table.keyOf(key);
      remove(state, t, keyValues, removals);
      record?.note([t, keyValues, null, removals]);
    },
    entries: (withGone = false) => {
      record?.check();
      return table.entries(slot, withGone ? -Infinity : nowMs);
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
export function repeatChanges(state: KeyState, changes: Value): void {
  const { slot, timers } = state;
  for (const change of changes as readonly (readonly Value[])[]) {
    const t = change[0] as number;
    if (t === timerChange) {
      const [, timeMs, isSet] = change as readonly [number, number, boolean];
      if (isSet) timers.set(slot, timeMs);
      else timers.remove(slot, timeMs);
      continue;
    }
    const [, key, values, count, anew] = change as readonly [number, readonly Value[], readonly Value[] | null, number, boolean?];
    if (values === null) remove(state, t, key, count);
    else put(state, t, key, values, count, anew === true);
  }
}

const oneUpdate: CountedUpdates = { updates: 1 };

function put(state: KeyState, t: number, key: readonly Value[], values: readonly Value[], updates: number, anew: boolean): void {
  const { slot, tables, nowMs } = state;
  state.touched = "put";
  if (anew) for (const table of tables) table.updated = 0;
  tables[t]!.putValues(slot, key, values, nowMs);
  tables[t]!.updated += updates;
}

function remove(state: KeyState, t: number, key: readonly Value[], removals: number): void {
  const { slot, tables } = state;
  state.touched = "removed";
  tables[t]!.removeValues(slot, key);
  tables[t]!.removed += removals;
}
