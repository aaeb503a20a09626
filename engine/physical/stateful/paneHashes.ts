import { isNullAt, plainColumn } from "../../arrow/columns.js";
import type { Column } from "../../arrow/column.js";
import type { PackedKeys } from "../../state/packedKeys.js";
import type { RowHashes } from "../spill/sheddingOperator.js";
import type { WindowSpec } from "./aggregateSpec.js";
import { timesOf } from "./eventTimes.js";
import { largeTimeIn, latestStart } from "./windows.js";

/** The hashes of keys and panes together: a key's groups in several panes are apart from each other on disk. They are in the key groups of the keys. */
export class PaneHashes {
  #hashes = new Int32Array(0);

  constructor(private readonly window: WindowSpec) {}

  /** Of the groups that rows with these event times belong to. Borrowed until the next call. */
  ofRows(keys: PackedKeys, column: Column, length: number): RowHashes {
    const time = plainColumn(column);
    if (time.encoding === "null") return { hashes: this.#hashes, keyOf: null, count: 0 };
    const { durationUs, slideUs } = this.window;
    const times = timesOf(time, largeTimeIn(this.window));
    this.#reserve(length * Math.ceil(durationUs / slideUs));
    let count = 0;
    for (let row = 0; row < length; row++) {
      if (isNullAt(time, row)) continue;
      for (let start = latestStart(this.window, times[row]!); start + durationUs > times[row]!; start -= slideUs)
        this.#hashes[count++] = hashIn(keyHash(keys, row), start);
    }
    return { hashes: this.#hashes, keyOf: null, count };
  }

  /** Of groups whose panes start at these times. Borrowed until the next call. */
  ofGroups(keys: PackedKeys, starts: Float64Array, count: number): RowHashes {
    this.#reserve(count);
    for (let row = 0; row < count; row++) this.#hashes[row] = hashIn(keyHash(keys, row), starts[row]!);
    return { hashes: this.#hashes.subarray(0, count), keyOf: null, count };
  }

  #reserve(count: number): void {
    if (this.#hashes.length < count) this.#hashes = new Int32Array(2 * count);
  }
}

function keyHash({ hashes, keyOf }: PackedKeys, row: number): number {
  return hashes[keyOf === null ? row : keyOf[row]!]!;
}

/** The key group of the key's hash, then 24 bits of both. */
function hashIn(hash: number, startUs: number): number {
  let mixed = Math.imul(hash ^ (startUs | 0), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ (Math.floor(startUs / 2 ** 32) | 0), 0xc2b2ae35);
  return (hash & ~0xffffff) | ((mixed ^ (mixed >>> 16)) & 0xffffff);
}
