import type { Value } from "../../arrow/value.js";

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
}

/** Where a key has one row at most: no map for each key, which a million keys would make the collector walk through. */
export class OneEntry implements SlotEntries {
  readonly #entries: (Entry | undefined)[] = [];

  constructor(private readonly text: string) {}

  get(slot: number): Entry | undefined {
    return this.#entries[slot];
  }

  set(slot: number, _text: string, entry: Entry): void {
    // Without holes: an array with some becomes a table of hashes.
    while (this.#entries.length < slot) this.#entries.push(undefined);
    this.#entries[slot] = entry;
  }

  delete(slot: number): void {
    this.#entries[slot] = undefined;
  }

  has(slot: number): boolean {
    return this.#entries[slot] !== undefined;
  }

  of(slot: number): Iterable<readonly [string, Entry]> {
    const entry = this.#entries[slot];
    return entry === undefined ? [] : [[this.text, entry]];
  }
}

/** Where a key may have many. */
export class ManyEntries implements SlotEntries {
  readonly #rows = new Map<number, Map<string, Entry>>();

  get(slot: number, text: string): Entry | undefined {
    return this.#rows.get(slot)?.get(text);
  }

  set(slot: number, text: string, entry: Entry): void {
    let rows = this.#rows.get(slot);
    if (rows === undefined) this.#rows.set(slot, (rows = new Map<string, Entry>()));
    rows.set(text, entry);
  }

  delete(slot: number, text: string): void {
    const rows = this.#rows.get(slot)!;
    rows.delete(text);
    if (rows.size === 0) this.#rows.delete(slot);
  }

  has(slot: number): boolean {
    return this.#rows.has(slot);
  }

  of(slot: number): Iterable<readonly [string, Entry]> {
    return this.#rows.get(slot) ?? [];
  }
}
