import { batchFromRows, columnFromValues, rowsOf } from "../../arrow/columns.js";
import { memberFromUser, toRows } from "../../arrow/rows.js";
import type { Column } from "../../arrow/column.js";
import { types, type Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Batch } from "../../arrow/batch.js";
import type { UserRow, UserTableSpec } from "../../contract/groupFunction.js";

/** A row of a user's state: as the files have it, and as the user sees it. */
interface Entry {
  readonly keyValues: readonly Value[];
  readonly values: readonly Value[];
  readonly key: UserRow;
  readonly row: UserRow;
  /** From which time on it is gone, ms; null: never. */
  readonly expiresMs: number | null;
}

/** What is written of a row: the slot of its key, and the row; null when it is gone. */
interface Change {
  readonly slot: number;
  readonly text: string;
  readonly keyValues: readonly Value[];
  readonly entry: Entry | null;
}

/**
 * One table of a user's state in one state partition: rows by key slot and by the user's own key. Rows are objects, because users' functions take and give
 * objects; the files have them as columns.
 */
export class UserTableState {
  rowCount = 0;
  updated = 0;
  removed = 0;
  readonly #spec: UserTableSpec;
  readonly #rows = new Map<number, Map<string, Entry>>();
  /** Rows that the batch changed, by slot and key: the row before, null when there was none. */
  readonly #changed = new Map<number, Map<string, Entry | null>>();

  constructor(spec: UserTableSpec) {
    this.#spec = spec;
  }

  begin(): void {
    this.#changed.clear();
    this.updated = 0;
    this.removed = 0;
  }

  has(slot: number): boolean {
    return this.#rows.has(slot);
  }

  get(slot: number, key: UserRow, nowMs: number): UserRow | undefined {
    const entry = this.#rows.get(slot)?.get(this.#textOf(this.#keyOf(key)));
    return entry === undefined || isGone(entry, nowMs) ? undefined : entry.row;
  }

  put(slot: number, key: UserRow, row: UserRow, nowMs: number): void {
    const keyValues = this.#keyOf(key);
    const values = valuesOf(this.#spec.value, row, this.#spec.name);
    const { ttlMs } = this.#spec;
    this.#set(slot, keyValues, values, ttlMs === null ? null : nowMs + ttlMs);
  }

  remove(slot: number, key: UserRow): boolean {
    return this.#delete(slot, this.#textOf(this.#keyOf(key)));
  }

  entries(slot: number, nowMs: number): readonly (readonly [UserRow, UserRow])[] {
    const entries = [...(this.#rows.get(slot)?.values() ?? [])];
    return entries.filter((entry) => !isGone(entry, nowMs)).map(({ key, row }) => [key, row]);
  }

  /** Takes out the rows of a key whose time is over. */
  dropExpired(slot: number, nowMs: number): void {
    for (const [text, entry] of this.#rows.get(slot) ?? []) if (isGone(entry, nowMs)) this.#delete(slot, text);
  }

  /** Slots of keys whose rows may expire. */
  get expiringSlots(): readonly number[] {
    return this.#spec.ttlMs === null ? [] : [...this.#rows.keys()];
  }

  /** What the batch changed: rows that are there, and keys of rows that were there before. */
  changes(): { readonly upserts: Change[]; readonly deletes: Change[] } {
    const upserts: Change[] = [];
    const deletes: Change[] = [];
    for (const [slot, before] of this.#changed) {
      for (const [text, old] of before) {
        const entry = this.#rows.get(slot)?.get(text) ?? null;
        if (entry !== null) upserts.push({ slot, text, keyValues: entry.keyValues, entry });
        else if (old !== null) deletes.push({ slot, text, keyValues: old.keyValues, entry: null });
      }
    }
    return { upserts, deletes };
  }

  /** All rows of some keys. */
  rowsOf(slots: Iterable<number>): Change[] {
    const found: Change[] = [];
    for (const slot of slots)
      for (const [text, entry] of this.#rows.get(slot) ?? []) found.push({ slot, text, keyValues: entry.keyValues, entry });
    return found;
  }

  keyColumns(changes: readonly Change[]): Column[] {
    return this.#spec.key.fields.map(({ type }, f) =>
      columnFromValues(
        type,
        changes.map(({ keyValues }) => keyValues[f]!),
      ),
    );
  }

  valueColumns(changes: readonly Change[]): Column[] {
    const columns = this.#spec.value.fields.map(({ type }, f) =>
      columnFromValues(
        type,
        changes.map(({ entry }) => entry!.values[f]!),
      ),
    );
    if (this.#spec.ttlMs === null) return columns;
    const times = changes.map(({ entry }) => BigInt(entry!.expiresMs!));
    return [...columns, columnFromValues(types.long, times)];
  }

  /** Puts saved rows back. `rows`: the user's keys, the values, and the time where there is one. */
  restore(slots: Int32Array, rows: Batch): void {
    const keys = this.#spec.key.fields.length;
    const ends = keys + this.#spec.value.fields.length;
    for (const [j, row] of rowsOf(rows).entries()) {
      const expires = this.#spec.ttlMs === null ? null : Number(row[ends]);
      this.#set(slots[j]!, row.slice(0, keys), row.slice(keys, ends), expires);
    }
  }

  restoreDeletes(slots: Int32Array, keys: Batch): void {
    for (const [j, row] of rowsOf(keys).entries()) if (slots[j]! >= 0) this.#delete(slots[j]!, this.#textOf(row));
  }

  #set(slot: number, keyValues: readonly Value[], values: readonly Value[], expiresMs: number | null): void {
    const text = this.#textOf(keyValues);
    let rows = this.#rows.get(slot);
    if (rows === undefined) this.#rows.set(slot, (rows = new Map<string, Entry>()));
    const before = rows.get(text) ?? null;
    this.#note(slot, text, before);
    if (before === null) this.rowCount++;
    const [key, row] = [userRow(this.#spec.key, keyValues), userRow(this.#spec.value, values)];
    rows.set(text, { keyValues, values, key, row, expiresMs });
  }

  #delete(slot: number, text: string): boolean {
    const rows = this.#rows.get(slot);
    const before = rows?.get(text);
    if (rows === undefined || before === undefined) return false;
    this.#note(slot, text, before);
    rows.delete(text);
    if (rows.size === 0) this.#rows.delete(slot);
    this.rowCount--;
    return true;
  }

  #note(slot: number, text: string, before: Entry | null): void {
    let changed = this.#changed.get(slot);
    if (changed === undefined) this.#changed.set(slot, (changed = new Map<string, Entry | null>()));
    if (!changed.has(text)) changed.set(text, before);
  }

  #keyOf(key: UserRow): readonly Value[] {
    return valuesOf(this.#spec.key, key, this.#spec.name);
  }

  #textOf(keyValues: readonly Value[]): string {
    return JSON.stringify(keyValues, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  }
}

function isGone({ expiresMs }: Entry, nowMs: number): boolean {
  return expiresMs !== null && expiresMs <= nowMs;
}

/** The fields of a row that a user gave. @throws VALUE_NOT_OF_TYPE */
export function valuesOf(schema: Schema, row: UserRow, path: string): Value[] {
  return schema.fields.map(({ name, type, nullable }) => memberFromUser(type, nullable, row[name], `${path}.${name}`));
}

function userRow(schema: Schema, values: readonly Value[]): UserRow {
  return schema.fields.length === 0 ? {} : toRows(batchFromRows(schema, [values]))[0]!;
}
