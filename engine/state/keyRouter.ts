import { keyGroupCount } from "../contract/state.js";
import { partitionRanges } from "./keyGroups.js";
import { IntList } from "./intList.js";
import type { PackedKeys } from "./packedKeys.js";

/** The rows of a batch that belong to one state partition. */
export interface RoutedRows {
  readonly partition: number;
  /** Row indexes, ascending (by key group, then ascending, where the router orders by group); null when they are 0 to `count − 1`. */
  readonly rows: Int32Array | null;
  readonly count: number;
}

/**
 * The exchange in front of keyed state: says which rows of a batch belong to which state partition, by the group of their key's hash. Nothing is hashed again
 * and no column is copied; with one partition it does nothing at all.
 */
export class KeyRouter {
  readonly #bucketOfGroup: Uint8Array;
  readonly #partitionOfBucket: Uint8Array;
  readonly #counts: Int32Array;
  readonly #ends: Int32Array;
  #bucketOfRow = new Uint8Array(0);
  readonly #rows = new IntList();

  /**
   * @param order the rows of a partition: as they come, or by key group. Keys that lie in a table by group are found sooner when they are asked for so, where
   * nothing else depends on the order of rows with different keys.
   */
  constructor(partitions: number, order: "arrival" | "group" = "arrival") {
    const partitionOfGroup = Uint8Array.from(partitionRanges(partitions).flatMap(({ from, to }, p) => Array<number>(to - from).fill(p)));
    const buckets = order === "group" ? keyGroupCount : partitions;
    this.#bucketOfGroup = order === "group" ? Uint8Array.from(partitionOfGroup, (_, group) => group) : partitionOfGroup;
    this.#partitionOfBucket = order === "group" ? partitionOfGroup : Uint8Array.from({ length: partitions }, (_, p) => p);
    this.#counts = new Int32Array(buckets);
    this.#ends = new Int32Array(buckets);
  }

  /**
   * Cuts some rows of a batch: `rows[0 .. count)`, or rows 0 to `count − 1` when `rows` is null. Partitions without a row are left out, the others ascend.
   * The lists are borrowed until the next call.
   */
  route({ hashes, keyOf }: PackedKeys, rows: Int32Array | null, count: number): RoutedRows[] {
    if (count === 0) return [];
    if (this.#counts.length === 1) return [{ partition: 0, rows, count }];
    if (this.#bucketOfRow.length < count) this.#bucketOfRow = new Uint8Array(2 * count);
    const counts = this.#counts.fill(0);
    countBuckets(hashes, keyOf, rows, count, this.#bucketOfGroup, this.#bucketOfRow, counts);
    const first = this.#bucketOfRow[0]!;
    if (counts[first] === count) return [{ partition: this.#partitionOfBucket[first]!, rows, count }];
    return this.#deal(rows, count);
  }

  #deal(rows: Int32Array | null, count: number): RoutedRows[] {
    const routed: { partition: number; start: number; count: number }[] = [];
    let start = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      this.#ends[bucket] = start;
      const inBucket = this.#counts[bucket]!;
      if (inBucket === 0) continue;
      const partition = this.#partitionOfBucket[bucket]!;
      const last = routed.at(-1);
      if (last?.partition === partition) last.count += inBucket;
      else routed.push({ partition, start, count: inBucket });
      start += inBucket;
    }
    this.#rows.reserve(count);
    const into = this.#rows.values;
    dealRows(rows, count, this.#bucketOfRow, this.#ends, into);
    return routed.map((part) => ({
      partition: part.partition,
      rows: into.subarray(part.start, part.start + part.count),
      count: part.count,
    }));
  }
}

function countBuckets(
  hashes: Int32Array,
  keyOf: Int32Array | null,
  rows: Int32Array | null,
  count: number,
  bucketOfGroup: Uint8Array,
  bucketOfRow: Uint8Array,
  counts: Int32Array,
): void {
  for (let j = 0; j < count; j++) {
    const row = rows === null ? j : rows[j]!;
    const bucket = bucketOfGroup[hashes[keyOf === null ? row : keyOf[row]!]! >>> 24]!;
    bucketOfRow[j] = bucket;
    counts[bucket]!++;
  }
}

/** Writes each row behind the rows of its bucket that came before; `ends` starts as the buckets' first places. */
function dealRows(rows: Int32Array | null, count: number, bucketOfRow: Uint8Array, ends: Int32Array, into: Int32Array): void {
  for (let j = 0; j < count; j++) into[ends[bucketOfRow[j]!]!++] = rows === null ? j : rows[j]!;
}
