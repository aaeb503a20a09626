import { Lane } from "./lane.js";

const none = -1;

/**
 * A multimap from keys to rows, both small integers: the rows of a key are a chain in the order in which they were added, from which any can be taken out. A row
 * is in one chain at most.
 */
export class RowChains {
  /** Of each key: its first and its last row. */
  readonly #ends = new Lane("i32", none, 2);
  /** Of each row: the next and the previous one. */
  readonly #links = new Lane("i32", none, 2);
  readonly #key = new Lane("i32", none);

  /** Makes room for keys below. */
  reserveKeys(keys: number): void {
    this.#ends.reserve(keys);
  }

  /** Makes room for rows below. */
  reserveRows(rows: number): void {
    this.#links.reserve(rows);
    this.#key.reserve(rows);
  }

  /** The first row of a key, −1 when it has none. */
  first(key: number): number {
    return this.#ends.values[2 * key]!;
  }

  /** The row behind a row, −1 behind the last. */
  next(row: number): number {
    return this.#links.values[2 * row]!;
  }

  /** The key of each row that is in a chain. Borrowed until room is made. */
  get keyOf(): Int32Array {
    return this.#key.values;
  }

  append(key: number, row: number): void {
    append(this.#ends.values, this.#links.values, this.#key.values, key, row);
  }

  /** Appends row `rows[j]` to the chain of key `keys[j]`; gives how many keys had no row before. */
  appendAll(keys: Int32Array, rows: Int32Array, count: number): number {
    const [ends, links, keyOf] = [this.#ends.values, this.#links.values, this.#key.values];
    let begun = 0;
    for (let j = 0; j < count; j++) begun += append(ends, links, keyOf, keys[j]!, rows[j]!);
    return begun;
  }

  /**
   * Puts row `rows[j]` into the chain of key `keys[j]`, which is in ascending order of `order` by row. Writes the rows that stand before and behind it at that
   * moment (−1: none) to `neighbours[2j]` and `neighbours[2j + 1]`; gives how many keys had no row before. Costs the more the further a row belongs to the front.
   */
  insertAll(keys: Int32Array, rows: Int32Array, count: number, order: Float64Array, neighbours: Int32Array): number {
    const [ends, links, keyOf] = [this.#ends.values, this.#links.values, this.#key.values];
    let begun = 0;
    for (let j = 0; j < count; j++) {
      const [key, row] = [keys[j]!, rows[j]!];
      const time = order[row]!;
      let before = ends[2 * key + 1]!;
      let behind = none;
      if (before === none) begun++;
      while (before !== none && order[before]! > time) {
        behind = before;
        before = links[2 * before + 1]!;
      }
      keyOf[row] = key;
      links[2 * row] = behind;
      links[2 * row + 1] = before;
      if (before === none) ends[2 * key] = row;
      else links[2 * before] = row;
      if (behind === none) ends[2 * key + 1] = row;
      else links[2 * behind + 1] = row;
      neighbours[2 * j] = before;
      neighbours[2 * j + 1] = behind;
    }
    return begun;
  }

  /** Takes a row out of its chain. */
  remove(row: number): void {
    const ends = this.#ends.values;
    const links = this.#links.values;
    const key = this.#key.values[row]!;
    const next = links[2 * row]!;
    const previous = links[2 * row + 1]!;
    if (previous === none) ends[2 * key] = next;
    else links[2 * previous] = next;
    if (next === none) ends[2 * key + 1] = previous;
    else links[2 * next + 1] = previous;
  }

  get bytes(): number {
    return this.#ends.bytes + this.#links.bytes + this.#key.bytes;
  }
}

/** Gives 1 when the key had no row before, else 0. */
function append(ends: Int32Array, links: Int32Array, keyOf: Int32Array, key: number, row: number): number {
  const last = ends[2 * key + 1]!;
  keyOf[row] = key;
  links[2 * row] = none;
  links[2 * row + 1] = last;
  ends[2 * key + 1] = row;
  if (last === none) {
    ends[2 * key] = row;
    return 1;
  }
  links[2 * last] = row;
  return 0;
}
