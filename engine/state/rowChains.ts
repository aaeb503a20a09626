import { Lane } from "./lane.js";

const none = -1;

/**
 * A multimap from keys to rows, both small integers: the rows of a key are a chain in the order in which they were added, from which any can be taken out. A row
 * is in one chain at most.
 */
export class RowChains {
  readonly #first = new Lane("i32", none);
  readonly #last = new Lane("i32", none);
  readonly #next = new Lane("i32", none);
  readonly #previous = new Lane("i32", none);
  readonly #key = new Lane("i32", none);

  /** Makes room for keys and rows below. */
  reserve(keys: number, rows: number): void {
    for (const lane of [this.#first, this.#last]) lane.reserve(keys);
    for (const lane of [this.#next, this.#previous, this.#key]) lane.reserve(rows);
  }

  /** The first row of a key, −1 when it has none. */
  first(key: number): number {
    return this.#first.values[key]!;
  }

  /** The row behind a row, −1 behind the last. */
  next(row: number): number {
    return this.#next.values[row]!;
  }

  /** The key of each row that is in a chain. Borrowed until room is made. */
  get keyOf(): Int32Array {
    return this.#key.values;
  }

  append(key: number, row: number): void {
    const last = this.#last.values[key]!;
    this.#key.values[row] = key;
    this.#previous.values[row] = last;
    this.#next.values[row] = none;
    this.#last.values[key] = row;
    if (last === none) this.#first.values[key] = row;
    else this.#next.values[last] = row;
  }

  /** Takes a row out of its chain. */
  remove(row: number): void {
    const key = this.#key.values[row]!;
    const previous = this.#previous.values[row]!;
    const next = this.#next.values[row]!;
    if (previous === none) this.#first.values[key] = next;
    else this.#next.values[previous] = next;
    if (next === none) this.#last.values[key] = previous;
    else this.#previous.values[next] = previous;
  }

  get bytes(): number {
    return [this.#first, this.#last, this.#next, this.#previous, this.#key].reduce((sum, lane) => sum + lane.bytes, 0);
  }
}
