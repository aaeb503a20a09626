import type { Schema } from "../arrow/types.js";

/** A row as users see it. */
export type UserRow = Readonly<Record<string, unknown>>;

/** A table of state that a user's function keeps for each key: one row, or one for each key of its own. */
export interface UserTableSpec {
  readonly name: string;
  /** The function's own key; no fields where there is one row a key. */
  readonly key: Schema;
  readonly value: Schema;
  /** How long a row lives after it was written, by the time of the batch; null: for ever. */
  readonly ttlMs: number | null;
  /** Whether the rows of a key are one list, which counts as one row. */
  readonly isList?: boolean;
}

/** What writing a row counts as: one update, unless said otherwise. `anew`: what was counted in the batch before is forgotten, as Spark does where a list is put. */
export interface CountedUpdates {
  readonly updates: number;
  readonly anew?: boolean;
}

/** The state of the key that a function runs for. */
export interface UserTable {
  /** Undefined when there is no such row. */
  get(key: UserRow): UserRow | undefined;
  /** @throws VALUE_NOT_OF_TYPE */
  put(key: UserRow, value: UserRow, counted?: CountedUpdates): void;
  /** Counts as that many removals (1), as in Spark also when there is no such row; nothing else happens then. */
  remove(key: UserRow, removals?: number): void;
  /** `withGone`: also those whose time is over, as long as they lie there. */
  entries(withGone?: boolean): readonly (readonly [key: UserRow, value: UserRow])[];
}

/** Times at which a key is woken, ms since 1970. */
export interface UserTimers {
  set(timeMs: number): void;
  remove(timeMs: number): void;
  /** Ascending. */
  list(): readonly number[];
}

/** One call of a function. */
export interface GroupCall {
  readonly key: UserRow;
  /** The rows of the key in this batch; none when a timer is due. */
  readonly rows: readonly UserRow[];
  /** Whether the rows are what the key begins with, before the first batch; nothing may come out. */
  readonly isInitial: boolean;
  /** The timer that is due; null when rows came. */
  readonly dueMs: number | null;
  readonly tables: readonly UserTable[];
  readonly timers: UserTimers;
  /** 0 when the query has no watermark yet. */
  readonly watermarkMs: number;
  /** The logged time of the batch. */
  readonly batchTimeMs: number;
}

interface GroupFunctionParts {
  readonly tables: readonly UserTableSpec[];
  /** The run ends: lets go of what the function holds outside. */
  close?(): void;
}

/** A user's function over the rows of a key and the state that it keeps. It gives the rows that come out. */
export interface PromptGroupFunction extends GroupFunctionParts {
  readonly concurrency: null;
  call(call: GroupCall): Iterable<UserRow>;
}

/** One that waits for what lies outside. */
export interface WaitingGroupFunction extends GroupFunctionParts {
  /** How many keys may wait at once. */
  readonly concurrency: number;
  call(call: GroupCall): Promise<readonly UserRow[]>;
}

export type GroupFunction = PromptGroupFunction | WaitingGroupFunction;
