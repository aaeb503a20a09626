import { partitionRanges } from "./keyGroups.js";
import { IntList } from "./intList.js";
import type { PackedKeys } from "./packedKeys.js";

/** The rows of a batch that belong to one state partition. */
export interface RoutedRows {
  readonly partition: number;
  /** Row indexes, ascending; null when they are 0 to `count − 1`. */
  readonly rows: Int32Array | null;
  readonly count: number;
}

/**
 * The exchange in front of keyed state: says which rows of a batch belong to which state partition, by the group of their key's hash. Nothing is hashed again
 * and no column is copied; with one partition it does nothing at all.
 */
export class KeyRouter {
  readonly #partitions: number;
  readonly #partitionOfGroup: Uint8Array;
  readonly #counts: Int32Array;
  readonly #ends: Int32Array;
  #partitionOfRow = new Uint8Array(0);
  readonly #rows = new IntList();

  constructor(partitions: number) {
    this.#partitions = partitions;
    this.#counts = new Int32Array(partitions);
    this.#ends = new Int32Array(partitions);
    this.#partitionOfGroup = Uint8Array.from(partitionRanges(partitions).flatMap(({ from, to }, p) => Array<number>(to - from).fill(p)));
  }

  /**
   * Cuts some rows of a batch: `rows[0 .. count)`, or rows 0 to `count − 1` when `rows` is null. Partitions without a row are left out, the others ascend.
   * The lists are borrowed until the next call.
   */
  route({ hashes, keyOf }: PackedKeys, rows: Int32Array | null, count: number): RoutedRows[] {
    if (count === 0) return [];
    if (this.#partitions === 1) return [{ partition: 0, rows, count }];
    if (this.#partitionOfRow.length < count) this.#partitionOfRow = new Uint8Array(2 * count);
    const counts = this.#counts.fill(0);
    countPartitions(hashes, keyOf, rows, count, this.#partitionOfGroup, this.#partitionOfRow, counts);
    const first = this.#partitionOfRow[0]!;
    if (counts[first] === count) return [{ partition: first, rows, count }];
    return this.#deal(rows, count);
  }

  #deal(rows: Int32Array | null, count: number): RoutedRows[] {
    const routed: { partition: number; start: number; count: number }[] = [];
    let start = 0;
    for (let partition = 0; partition < this.#partitions; partition++) {
      this.#ends[partition] = start;
      if (this.#counts[partition] === 0) continue;
      routed.push({ partition, start, count: this.#counts[partition]! });
      start += this.#counts[partition]!;
    }
    this.#rows.reserve(count);
    const into = this.#rows.values;
    dealRows(rows, count, this.#partitionOfRow, this.#ends, into);
    return routed.map((part) => ({
      partition: part.partition,
      rows: into.subarray(part.start, part.start + part.count),
      count: part.count,
    }));
  }
}

function countPartitions(
  hashes: Int32Array,
  keyOf: Int32Array | null,
  rows: Int32Array | null,
  count: number,
  partitionOfGroup: Uint8Array,
  partitionOfRow: Uint8Array,
  counts: Int32Array,
): void {
  for (let j = 0; j < count; j++) {
    const row = rows === null ? j : rows[j]!;
    const partition = partitionOfGroup[hashes[keyOf === null ? row : keyOf[row]!]! >>> 24]!;
    partitionOfRow[j] = partition;
    counts[partition]!++;
  }
}

/** Writes each row behind the rows of its partition that came before; `ends` starts as the partitions' first places. */
function dealRows(rows: Int32Array | null, count: number, partitionOfRow: Uint8Array, ends: Int32Array, into: Int32Array): void {
  for (let j = 0; j < count; j++) into[ends[partitionOfRow[j]!]!++] = rows === null ? j : rows[j]!;
}
