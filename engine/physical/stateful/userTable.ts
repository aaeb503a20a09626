import { batchFromRows, columnFromValues, rowsOf } from "../../arrow/columns.js";
import { memberFromUser, toRows } from "../../arrow/rows.js";
import type { Column } from "../../arrow/column.js";
import { types, type Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Batch } from "../../arrow/batch.js";
import type { UserRow, UserTableSpec } from "../../contract/groupFunction.js";
import { IntList } from "../../state/intList.js";
import { TimeIndex } from "../../state/timeIndex.js";
import { ManyEntries, OneEntry, type Entry, type SlotEntries } from "./slotEntries.js";

/** What is written of a row: the slot of its key, and the row; null when it is gone. */
interface Change {
  readonly slot: number;
  readonly keyValues: readonly Value[];
  readonly entry: Entry | null;
}

/**
 * One table of a user's state in one state partition: rows by key slot and by the user's own key, with values as the files have them; users are given objects that are made when they ask.
 */
export class UserTableState {
  rowCount = 0;
  updated = 0;
  removed = 0;
  readonly #spec: UserTableSpec;
  readonly #rows: SlotEntries;
  /** By slot, a time at which one of its rows may be gone; null where rows stay for ever. */
  readonly #expiry: TimeIndex | null;
  readonly #due = new IntList();
  /** Rows that the batch changed, by slot and key: the row before, null when there was none. */
  readonly #changed = new Map<number, Map<string, Entry | null>>();

  constructor(spec: UserTableSpec) {
    this.#spec = spec;
    const valueTypes = spec.value.fields.map(({ type }) => type);
    this.#rows = spec.key.fields.length === 0 ? new OneEntry(noKey, valueTypes) : new ManyEntries();
    this.#expiry = spec.ttlMs === null ? null : new TimeIndex();
  }

  get memoryBytes(): number {
    return this.#rows.bytes;
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
    const entry = this.#rows.get(slot, this.#textOf(this.keyOf(key)));
    return entry === undefined || isGone(entry, nowMs) ? undefined : userRow(this.#spec.value, entry.values);
  }

  put(slot: number, key: UserRow, row: UserRow, nowMs: number): void {
    this.putValues(slot, this.keyOf(key), this.rowOf(row), nowMs);
  }

  /** The same of a row as the files have it. */
  putValues(slot: number, keyValues: readonly Value[], values: readonly Value[], nowMs: number): void {
    const { ttlMs } = this.#spec;
    this.#set(slot, keyValues, values, ttlMs === null ? null : nowMs + ttlMs);
  }

  remove(slot: number, key: UserRow): boolean {
    return this.removeValues(slot, this.keyOf(key));
  }

  removeValues(slot: number, keyValues: readonly Value[]): boolean {
    return this.#delete(slot, this.#textOf(keyValues));
  }

  entries(slot: number, nowMs: number): readonly (readonly [UserRow, UserRow])[] {
    const entries = Array.from(this.#rows.of(slot), ([, entry]) => entry).filter((entry) => !isGone(entry, nowMs));
    return entries.map(({ keyValues, values }) => [userRow(this.#spec.key, keyValues), userRow(this.#spec.value, values)]);
  }

  /** Takes out the rows whose time is over; the slots of their keys. */
  dropExpired(nowMs: number): Int32Array {
    this.#due.clear();
    this.#expiry?.popUntil(nowMs * 1000, this.#due);
    const slots = this.#due.view();
    for (const slot of slots) {
      for (const [text, entry] of this.#rows.of(slot)) {
        if (isGone(entry, nowMs)) {
          this.#delete(slot, text);
          this.removed++;
        } else this.#expires(slot, entry.expiresMs!);
      }
    }
    return slots;
  }

  #expires(slot: number, timeMs: number): void {
    const expiry = this.#expiry!;
    expiry.reserve(slot + 1);
    const known = expiry.timeOf(slot);
    if (!(known <= timeMs * 1000)) expiry.set(slot, timeMs * 1000);
  }

  /** The keys of which the batch changed rows. */
  get changedSlots(): Iterable<number> {
    return this.#changed.keys();
  }

  /** What the batch changed of keys, in their order: rows that are there, and keys of rows that were there before. */
  changes(slots: Int32Array): { readonly upserts: Change[]; readonly deletes: Change[] } {
    const upserts: Change[] = [];
    const deletes: Change[] = [];
    for (const slot of slots) {
      for (const [text, old] of byText(this.#changed.get(slot)!)) {
        const entry = this.#rows.get(slot, text) ?? null;
        if (entry !== null) upserts.push({ slot, keyValues: entry.keyValues, entry });
        else if (old !== null) deletes.push({ slot, keyValues: old.keyValues, entry: null });
      }
    }
    return { upserts, deletes };
  }

  /** All rows of some keys, in their order. */
  rowsOf(slots: Int32Array): Change[] {
    const found: Change[] = [];
    for (const slot of slots) for (const [, entry] of byText(this.#rows.of(slot))) found.push({ slot, keyValues: entry.keyValues, entry });
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
    const before = this.#rows.get(slot, text) ?? null;
    this.#note(slot, text, before);
    if (before === null && !this.#isPartOfList(slot)) this.rowCount++;
    this.#rows.set(slot, text, { keyValues, values, expiresMs });
    if (expiresMs !== null) this.#expires(slot, expiresMs);
  }

  #delete(slot: number, text: string): boolean {
    const before = this.#rows.get(slot, text);
    if (before === undefined) return false;
    this.#note(slot, text, before);
    this.#rows.delete(slot, text);
    if (!this.#isPartOfList(slot)) this.rowCount--;
    return true;
  }

  /** Whether the key has a list, which is one row however long it is. */
  #isPartOfList(slot: number): boolean {
    return this.#spec.isList === true && this.#rows.has(slot);
  }

  #note(slot: number, text: string, before: Entry | null): void {
    let changed = this.#changed.get(slot);
    if (changed === undefined) this.#changed.set(slot, (changed = new Map<string, Entry | null>()));
    if (!changed.has(text)) changed.set(text, before);
  }

  /** A key of the user's as the files have it. @throws VALUE_NOT_OF_TYPE */
  keyOf(key: UserRow): readonly Value[] {
    return valuesOf(this.#spec.key, key, this.#spec.name);
  }

  /** A row likewise. @throws VALUE_NOT_OF_TYPE */
  rowOf(row: UserRow): readonly Value[] {
    return valuesOf(this.#spec.value, row, this.#spec.name);
  }

  #textOf(keyValues: readonly Value[]): string {
    if (keyValues.length === 0) return noKey;
    return JSON.stringify(keyValues, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  }
}

/** The rows of one key, by the text of the user's: their order in the files. */
function byText<T>(rows: Iterable<readonly [text: string, row: T]>): readonly (readonly [text: string, row: T])[] {
  const listed = Array.from(rows);
  return listed.length > 1 ? listed.toSorted(([a], [b]) => (a < b ? -1 : 1)) : listed;
}

/** The text of the key of a table that has none. */
const noKey = "[]";

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
