import { finalise } from "../arrow/byteHash.js";
import { IntList } from "./intList.js";
import { Lane } from "./lane.js";

const none = -1;

/**
 * Rows in order, by key; keys and rows are small integers. Of each key a tree of its rows, balanced by priorities that depend on the rows' numbers (a treap): to put
 * a row in or take one out costs the logarithm of how many the key has, and the first rows of a key cost as much as there are of them.
 */
export class OrderedRows {
  readonly #root = new Lane("i32", none);
  readonly #left = new Lane("i32", none);
  readonly #right = new Lane("i32", none);
  readonly #compare: (a: number, b: number) => number;
  readonly #path = new IntList();

  /** @param compare a total order of rows: 0 of a row and itself only */
  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare;
  }

  reserveKeys(keys: number): void {
    this.#root.reserve(keys);
  }

  reserveRows(rows: number): void {
    this.#left.reserve(rows);
    this.#right.reserve(rows);
  }

  isEmpty(key: number): boolean {
    return this.#root.values[key] === none;
  }

  /** Forgets what a key had; its number is another key's from now on. */
  clearKey(key: number): void {
    this.#root.values[key] = none;
  }

  insert(key: number, row: number): void {
    this.#left.values[row] = none;
    this.#right.values[row] = none;
    this.#root.values[key] = this.#insert(this.#root.values[key]!, row);
  }

  /** The row must be there. */
  remove(key: number, row: number): void {
    this.#root.values[key] = this.#remove(this.#root.values[key]!, row);
  }

  /** Hands the rows of a key over in their order, until `take` says that it wants no more. */
  walk(key: number, take: (row: number) => boolean): void {
    const path = this.#path;
    path.clear();
    const [left, right] = [this.#left.values, this.#right.values];
    let node = this.#root.values[key]!;
    while (node !== none || path.count > 0) {
      for (; node !== none; node = left[node]!) path.push(node);
      node = path.pop();
      if (!take(node)) return;
      node = right[node]!;
    }
  }

  get bytes(): number {
    return this.#root.bytes + this.#left.bytes + this.#right.bytes + this.#path.bytes;
  }

  // The depth is that of the tree: twice the logarithm of its rows or so.
  #insert(node: number, row: number): number {
    if (node === none) return row;
    const [left, right] = [this.#left.values, this.#right.values];
    if (this.#compare(row, node) < 0) {
      const below = this.#insert(left[node]!, row);
      left[node] = below;
      if (!isAbove(below, node)) return node;
      left[node] = right[below]!;
      right[below] = node;
      return below;
    }
    const below = this.#insert(right[node]!, row);
    right[node] = below;
    if (!isAbove(below, node)) return node;
    right[node] = left[below]!;
    left[below] = node;
    return below;
  }

  #remove(node: number, row: number): number {
    const [left, right] = [this.#left.values, this.#right.values];
    if (node === row) return this.#merge(left[node]!, right[node]!);
    if (this.#compare(row, node) < 0) left[node] = this.#remove(left[node]!, row);
    else right[node] = this.#remove(right[node]!, row);
    return node;
  }

  /** Two trees, all rows of the first before those of the second. */
  #merge(a: number, b: number): number {
    if (a === none) return b;
    if (b === none) return a;
    if (isAbove(a, b)) {
      this.#right.values[a] = this.#merge(this.#right.values[a]!, b);
      return a;
    }
    this.#left.values[b] = this.#merge(a, this.#left.values[b]!);
    return b;
  }
}

/** Whether a row lies above another in the tree, when both are in it. */
function isAbove(a: number, b: number): boolean {
  const [left, right] = [finalise(a + 1), finalise(b + 1)];
  return left === right ? a < b : left >>> 0 > right >>> 0;
}
