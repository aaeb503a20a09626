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
      const { kind, offset, nullWord, nullBit } = columns[c]!;
      if (((left[at + nullWord]! ^ right[at + nullWord]!) & nullBit) !== 0) return false;
      if (kind === "bytes") {
        if (!this.#sameBytes(c, at + offset)) return false;
        continue;
      }
      const width = kind === "quad" ? 4 : kind === "pair" ? 2 : 1;
      for (let w = 0; w < width; w++) if (left[at + offset + w] !== right[at + offset + w]) return false;
    }
    return true;
  }

  #sameBytes(column: number, at: number): boolean {
    const length = this.#left.words[at + 1]!;
    if (length !== this.#right.words[at + 1]) return false;
    const [from, to] = [this.#left.words[at]!, this.#right.words[at]!];
    const [a, b] = [this.#left.bytes[column]!, this.#right.bytes[column]!];
    for (let k = 0; k < length; k++) if (a.getUint8(from + k) !== b.getUint8(to + k)) return false;
    return true;
  }
}
