import { sameBytes } from "../arrow/byteHash.js";
import type { Column } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { layoutOf, type KeyLayout } from "./keyLayout.js";
import { KeyPacker } from "./keyPacker.js";

/** Says which rows of two lists of columns are the same, place by place: nulls alike, NaN like NaN, −0.0 like 0.0. */
export class RowComparer {
  readonly #layout: KeyLayout;
  readonly #left: KeyPacker;
  readonly #right: KeyPacker;

  constructor(columnTypes: readonly DataType[]) {
    this.#layout = layoutOf(columnTypes);
    this.#left = new KeyPacker(this.#layout);
    this.#right = new KeyPacker(this.#layout);
  }

  /** 1 where the rows are the same. */
  same(lefts: readonly Column[], rights: readonly Column[], count: number): Uint8Array {
    this.#left.pack(lefts, count);
    this.#right.pack(rights, count);
    const same = new Uint8Array(count);
    const [a, b] = [this.#left.hashes, this.#right.hashes];
    for (let j = 0; j < count; j++) if (a[j] === b[j] && this.#sameRow(j)) same[j] = 1;
    return same;
  }

  #sameRow(row: number): boolean {
    const { columns, stride } = this.#layout;
    const at = row * stride;
    const [left, right] = [this.#left.words, this.#right.words];
    for (let c = 0; c < columns.length; c++) {
      const { offset, width, outside, nullWord, nullBit } = columns[c]!;
      if (((left[at + nullWord]! ^ right[at + nullWord]!) & nullBit) !== 0) return false;
      const length = outside === null ? 0 : left[at + outside.length]!;
      const isOutside = outside !== null && length > outside.inline;
      for (let w = offset; w < offset + width; w++) {
        if (isOutside && w === outside.start) continue;
        if (left[at + w] !== right[at + w]) return false;
      }
      if (isOutside && !this.#sameBytes(c, left[at + outside.start]!, right[at + outside.start]!, length)) return false;
    }
    return true;
  }

  #sameBytes(column: number, from: number, to: number, length: number): boolean {
    return sameBytes(this.#left.bytes[column]!, from, this.#right.bytes[column]!, to, length);
  }
}
