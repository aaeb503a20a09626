import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { Lane } from "../../state/lane.js";
import { heldBytes, SlotValues } from "./slotValues.js";

/** A row of a user's state, as the files have it. */
export interface Entry {
  readonly keyValues: readonly Value[];
  readonly values: readonly Value[];
  /** From which time on it is gone, ms; null: never. */
  readonly expiresMs: number | null;
}

/** Rows by key slot, and in it by the text of the user's own key. */
export interface SlotEntries {
  get(slot: number, text: string): Entry | undefined;
  set(slot: number, text: string, entry: Entry): void;
  /** Only of a row that is there. */
  delete(slot: number, text: string): void;
  has(slot: number): boolean;
  of(slot: number): Iterable<readonly [text: string, entry: Entry]>;
  /** About what it takes. */
  readonly bytes: number;
}

/** Where a key has one row at most, whose own key is empty: no object for each key, which a million keys would make the collector walk through. */
export class OneEntry implements SlotEntries {
  readonly #rows: SlotValues;
  /** NaN: never. */
  readonly #expiresMs = new Lane("f64", NaN);

  constructor(
    private readonly text: string,
    valueTypes: readonly DataType[],
  ) {
    this.#rows = new SlotValues(valueTypes);
  }

  get(slot: number): Entry | undefined {
    if (!this.#rows.has(slot)) return undefined;
    const expiresMs = this.#expiresMs.values[slot]!;
    return { keyValues: [], values: this.#rows.get(slot), expiresMs: expiresMs !== expiresMs ? null : expiresMs };
  }

  set(slot: number, _text: string, { values, expiresMs }: Entry): void {
    this.#rows.set(slot, values);
    this.#expiresMs.reserve(slot + 1);
    this.#expiresMs.values[slot] = expiresMs ?? NaN;
  }

  delete(slot: number): void {
    this.#rows.clear(slot);
  }

  has(slot: number): boolean {
    return this.#rows.has(slot);
  }

  of(slot: number): Iterable<readonly [string, Entry]> {
    const entry = this.get(slot);
    return entry === undefined ? [] : [[this.text, entry]];
  }

  get bytes(): number {
    return this.#rows.bytes + this.#expiresMs.bytes;
  }
}

/** The only row of a slot. */
interface OnlyRow {
  readonly text: string;
  readonly entry: Entry;
}

/** Where a key may have many. Most have one, which has no map to itself. */
export class ManyEntries implements SlotEntries {
  readonly #rows: (OnlyRow | Map<string, Entry> | undefined)[] = [];
  #held = 0;

  get(slot: number, text: string): Entry | undefined {
    const rows = this.#rows[slot];
    if (rows instanceof Map) return rows.get(text);
    return rows?.text === text ? rows.entry : undefined;
  }

  set(slot: number, text: string, entry: Entry): void {
    const before = this.get(slot, text);
    this.#held += bytesOf(text, entry) - (before === undefined ? 0 : bytesOf(text, before));
    while (this.#rows.length < slot) this.#rows.push(undefined);
    const rows = this.#rows[slot];
    if (rows instanceof Map) rows.set(text, entry);
    else if (rows === undefined || rows.text === text) this.#rows[slot] = { text, entry };
    else
      this.#rows[slot] = new Map([
        [rows.text, rows.entry],
        [text, entry],
      ]);
  }

  delete(slot: number, text: string): void {
    this.#held -= bytesOf(text, this.get(slot, text)!);
    const rows = this.#rows[slot];
    if (rows instanceof Map) rows.delete(text);
    if (!(rows instanceof Map) || rows.size === 0) this.#rows[slot] = undefined;
  }

  has(slot: number): boolean {
    return this.#rows[slot] !== undefined;
  }

  of(slot: number): Iterable<readonly [string, Entry]> {
    const rows = this.#rows[slot];
    if (rows instanceof Map) return rows;
    return rows === undefined ? [] : [[rows.text, rows.entry]];
  }

  get bytes(): number {
    return this.#held + 8 * this.#rows.length;
  }
}

/** The objects of a row, and what they hold. */
function bytesOf(text: string, { keyValues, values }: Entry): number {
  return 160 + text.length + heldBytes(keyValues) + heldBytes(values);
}
