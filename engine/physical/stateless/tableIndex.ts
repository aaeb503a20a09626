import { isNullAt } from "../../arrow/columns.js";
import type { Column, FixedColumn } from "../../arrow/column.js";
import { isLongLike, loopPerEncoding } from "../../arrow/encodings.js";
import { KeyedTable } from "../../state/keyedTable.js";
import { layoutOf } from "../../state/keyLayout.js";
import { PackedKeys } from "../../state/packedKeys.js";
import { plainColumn } from "../../arrow/columns.js";

/** Of a key column: whether null equals null. */
interface KeyRule {
  readonly nullSafe: boolean;
}

/** The rows of a table by their key: places of keys, and for each place a chain of rows. */
export interface TableIndex {
  /** The first table row of each place, −1: none. */
  readonly first: Int32Array;
  /** For each table row the next of the same key (−1: none). */
  readonly next: Int32Array;
  /** No two rows have the same key. */
  readonly isUnique: boolean;
  /** The place of each row's key, −1 where the table has no such key. Borrowed until the next call. */
  placesOf(columns: readonly Column[], count: number): Int32Array;
  readonly memoryBytes: number;
}

/** One key of whole numbers that lie close together is its own place; other keys are hashed. */
export function tableIndexOf(keys: readonly KeyRule[], columns: readonly Column[], length: number): TableIndex {
  const rows = matchableRows(keys, columns, length);
  return NumberIndex.of(keys, columns, rows, length) ?? new HashIndex(columns, rows, length);
}

/** The table rows that some other row can equal: those without a null in a key that is not null-safe. */
function matchableRows(keys: readonly KeyRule[], columns: readonly Column[], length: number): Int32Array {
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (keys.some(({ nullSafe }, k) => !nullSafe && isNullAt(columns[k]!, row))) continue;
    rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** Chains of rows in the order of the table, from the places of `rows`. */
function chain(places: Int32Array, rows: Int32Array, first: Int32Array, next: Int32Array): boolean {
  let isUnique = true;
  for (let j = rows.length - 1; j >= 0; j--) {
    const before = first[places[j]!]!;
    if (before >= 0) isUnique = false;
    next[rows[j]!] = before;
    first[places[j]!] = rows[j]!;
  }
  return isUnique;
}

class HashIndex implements TableIndex {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly isUnique: boolean;
  readonly #keys: PackedKeys;
  readonly #table: KeyedTable;

  constructor(columns: readonly Column[], rows: Int32Array, length: number) {
    const layout = layoutOf(columns.map(({ type }) => type));
    this.#keys = new PackedKeys(layout);
    this.#table = new KeyedTable(layout);
    this.#keys.pack(columns, length);
    const slots = this.#table.lookupOrInsert(this.#keys, rows, rows.length);
    this.first = new Int32Array(this.#table.slotLimit).fill(-1);
    this.next = new Int32Array(length).fill(-1);
    this.isUnique = chain(slots, rows, this.first, this.next);
  }

  placesOf(columns: readonly Column[], count: number): Int32Array {
    this.#keys.pack(columns, count);
    return this.#table.find(this.#keys, null, count);
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.first.byteLength + this.next.byteLength;
  }
}

/** Places that a table may take for each of its rows, and at least. */
const placesPerRow = 8;
const fewestPlaces = 1024;

type FindPlaces = (
  values: ArrayLike<number> | BigInt64Array,
  nulls: Uint8Array | null,
  least: number,
  first: Int32Array,
  places: Int32Array,
  count: number,
) => void;

/** What lies far out is rounded, and stays far out. */
const findPlaces = loopPerEncoding<FindPlaces>(
  "findPlaces",
  ["values", "nulls", "least", "first", "places", "count"],
  `for (let i = 0; i < count; i++) {
  const place = Number(values[i]) - least;
  places[i] = place >= 0 && place < first.length && (nulls === null || nulls[i] === 0) && first[place] >= 0 ? place : -1;
}`,
);

class NumberIndex implements TableIndex {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly isUnique: boolean;
  readonly #least: number;
  #places = new Int32Array(0);

  private constructor(values: ArrayLike<number>, rows: Int32Array, length: number, [least, range]: readonly [number, number]) {
    this.#least = least;
    this.first = new Int32Array(range).fill(-1);
    this.next = new Int32Array(length).fill(-1);
    this.isUnique = chain(
      rows.map((row) => values[row]! - least),
      rows,
      this.first,
      this.next,
    );
  }

  static of(keys: readonly KeyRule[], columns: readonly Column[], rows: Int32Array, length: number): NumberIndex | null {
    const column = columns[0];
    if (keys.length !== 1 || keys[0]!.nullSafe || !column || rows.length === 0 || !isWhole(column) || column.encoding === "i64")
      return null;
    const { values } = column;
    let least = Infinity;
    let most = -Infinity;
    for (const row of rows) {
      least = Math.min(least, values[row]!);
      most = Math.max(most, values[row]!);
    }
    const range = most - least + 1;
    return range <= Math.max(placesPerRow * rows.length, fewestPlaces) ? new NumberIndex(values, rows, length, [least, range]) : null;
  }

  placesOf([key]: readonly Column[], count: number): Int32Array {
    if (this.#places.length < count) this.#places = new Int32Array(2 * count);
    const places = this.#places;
    const column = plainColumn(key!);
    if (isWhole(column)) findPlaces[column.encoding](column.values, column.nulls, this.#least, this.first, places, count);
    else places.fill(-1, 0, count);
    return places;
  }

  get memoryBytes(): number {
    return this.first.byteLength + this.next.byteLength;
  }
}

/** Whether it holds whole numbers; a column of nulls alone may hold none. */
function isWhole(column: Column): column is FixedColumn {
  const { kind } = column.type;
  if (kind !== "byte" && kind !== "short" && kind !== "int" && kind !== "date" && !isLongLike(column.type)) return false;
  return "values" in column && column.encoding !== "i128" && column.encoding !== "map";
}
