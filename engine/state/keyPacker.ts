import { isNullAt, plainColumn, readValue, type PlainColumn } from "../arrow/columns.js";
import { loopPerEncoding } from "../arrow/encodings.js";
import type { Column, DictionaryColumn, Nulls, Utf8Column, ViewColumn } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";
import { assert } from "../errors/assert.js";
import { CellWriter, writeCell } from "./cellCodec.js";
import { isLongStruct, packLongStructs } from "./longStructs.js";
import { finalise, hashBytes, hashWord, wordsOf } from "../arrow/byteHash.js";
import { textWidth, type KeyColumnLayout, type KeyLayout } from "./keyLayout.js";
import { packText } from "./textWords.js";

const noWords = new DataView(new ArrayBuffer(0));

/** Packs rows of key columns into words, and hashes them. Its arrays are reused from one call to the next. */
export class KeyPacker {
  words: Int32Array = new Int32Array(0);
  hashes: Int32Array = new Int32Array(0);
  /** What the bytes of each column (of kind `bytes`) are read from. */
  readonly bytes: DataView[];
  readonly #layout: KeyLayout;
  /** The entries of dictionaries of texts. A dictionary never changes once it was emitted. */
  readonly #entries = new WeakMap<Column, PackedEntries>();

  constructor(layout: KeyLayout) {
    this.#layout = layout;
    this.bytes = layout.columns.map(() => noWords);
  }

  pack(columns: readonly Column[], count: number): void {
    const { stride, columns: layouts } = this.#layout;
    assert(columns.length === layouts.length, `${columns.length} key columns for ${layouts.length}`);
    if (this.hashes.length < count) {
      this.hashes = new Int32Array(2 * count);
      this.words = new Int32Array(2 * count * stride);
    }
    this.hashes.fill(0, 0, count);
    this.words.fill(0, 0, count * stride);
    layouts.forEach((layout, c) => {
      const column = columns[c]!;
      assert(column.type.kind === layout.type.kind, `a key of type ${column.type.kind} in a table of ${layout.type.kind}`);
      if (layout.kind === "text") this.bytes[c] = this.#packTexts(column, layout, count);
      else if (layout.kind === "bytes") this.bytes[c] = this.#packCells(column, layout, count);
      else this.#packFixed(plainColumn(column), layout, count);
    });
    const { hashes } = this;
    for (let i = 0; i < count; i++) hashes[i] = finalise(hashes[i]!);
  }

  #packFixed(column: PlainColumn, layout: KeyColumnLayout, count: number): void {
    if (column.encoding === "null") return this.#markNulls(() => true, layout, count);
    const { stride } = this.#layout;
    if (column.encoding === "i128") packHalves(this.words, stride, layout.offset, column.values, 4, count);
    else if (column.encoding === "i64") packHalves(this.words, stride, layout.offset, column.values, 2, count);
    else if (column.encoding === "f32" || column.type.kind === "double") {
      assert(column.encoding === "f32" || column.encoding === "f64", `a key of encoding ${column.encoding}`);
      packFloats(this.words, stride, layout, column.values, count);
    } else {
      assert("values" in column && column.encoding !== "map", `a key of encoding ${column.encoding}`);
      packIntegers[column.encoding](this.words, stride, layout.offset, layout.kind === "pair", column.values, count);
    }
    const { nulls } = column;
    if (nulls !== null) this.#markNulls((row) => nulls[row] !== 0, layout, count);
    this.#hashWords(layout, count);
  }

  /** Sets the null bits, and the words of nulls to 0. */
  #markNulls(isNull: (row: number) => boolean, { width, offset, nullWord, nullBit }: KeyColumnLayout, count: number): void {
    const { words } = this;
    const { stride } = this.#layout;
    for (let i = 0; i < count; i++) {
      if (!isNull(i)) continue;
      const row = i * stride;
      words[row + nullWord]! |= nullBit;
      words.fill(0, row + offset, row + offset + width);
      this.hashes[i] = hashWord(this.hashes[i]!, nullBit);
    }
  }

  #hashWords({ width, offset }: KeyColumnLayout, count: number): void {
    const { hashes, words } = this;
    const { stride } = this.#layout;
    for (let w = 0; w < width; w++) {
      for (let i = 0, at = offset + w; i < count; i++, at += stride) hashes[i] = hashWord(hashes[i]!, words[at]!);
    }
  }

  #packTexts(column: Column, layout: KeyColumnLayout, count: number): DataView {
    if (column.encoding === "dictionary") return this.#packDictionary(column, layout, count);
    const plain = plainColumn(column);
    if (plain.encoding === "null") {
      this.#markNulls(() => true, layout, count);
      return noWords;
    }
    assert(plain.encoding === "view" || plain.encoding === "utf8", `a key of encoding ${plain.encoding}`);
    const bytes = wordsOf(plain.data);
    const { nulls } = plain;
    const { words, hashes } = this;
    const { stride } = this.#layout;
    if (plain.encoding === "view") packViews(words, stride, layout.offset, hashes, bytes, plain.starts, plain.lengths, nulls, count);
    else packOffsets(words, stride, layout.offset, hashes, bytes, plain.offsets, nulls, count);
    if (nulls !== null) this.#markNulls((row) => nulls[row] !== 0, layout, count);
    return bytes;
  }

  /** Each entry is packed once; a row costs a look-up of its code. */
  #packDictionary({ codes, nulls, dictionary }: DictionaryColumn, layout: KeyColumnLayout, count: number): DataView {
    const entries = plainColumn(dictionary);
    if (entries.encoding === "null" || entries.length === 0) {
      this.#markNulls(() => true, layout, count);
      return noWords;
    }
    assert(entries.encoding === "view" || entries.encoding === "utf8", `a key of encoding ${entries.encoding}`);
    const bytes = wordsOf(entries.data);
    let packed = this.#entries.get(dictionary);
    if (packed === undefined) this.#entries.set(dictionary, (packed = packEntries(entries, bytes)));
    const isNull = (row: number): boolean => (nulls !== null && nulls[row] !== 0) || isNullAt(entries, codes[row]!);
    for (let i = 0, at = layout.offset; i < count; i++, at += this.#layout.stride) {
      if (isNull(i)) continue;
      const entry = codes[i]!;
      for (let w = 0; w < layout.width; w++) this.words[at + w] = packed.words[entry * layout.width + w]!;
      this.hashes[i] = hashWord(this.hashes[i]!, packed.hashes[entry]!);
    }
    if (nulls !== null || entries.nulls !== null) this.#markNulls(isNull, layout, count);
    return bytes;
  }

  /** Nested values, as canonical bytes. */
  #packCells(column: Column, layout: KeyColumnLayout, count: number): DataView {
    const packed = (isLongStruct(layout.type) ? packLongStructs(column, count) : null) ?? cellsOf(column, layout.type, count);
    const bytes = wordsOf(packed.bytes);
    for (let i = 0, at = layout.offset; i < count; i++, at += this.#layout.stride) {
      this.words[at] = packed.starts[i]!;
      this.words[at + 1] = packed.starts[i + 1]! - packed.starts[i]!;
      if (isNullAt(column, i)) continue;
      this.hashes[i] = hashWord(this.hashes[i]!, hashBytes(bytes, this.words[at]!, this.words[at + 1]!));
    }
    this.#markNulls((row) => isNullAt(column, row), layout, count);
    return bytes;
  }
}

/** The cells of rows, one behind the other. */
function cellsOf(column: Column, type: DataType, count: number): { readonly bytes: Uint8Array; readonly starts: Int32Array } {
  const out = new CellWriter();
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) {
    writeCell(out, type, readValue(column, i), true, false);
    starts[i + 1] = out.length;
  }
  return { bytes: out.bytes, starts };
}

type PackIntegers = (
  words: Int32Array,
  stride: number,
  offset: number,
  pair: boolean,
  values: ArrayLike<number> | BigInt64Array,
  count: number,
) => void;

const packIntegers = loopPerEncoding<PackIntegers>(
  "packIntegers",
  ["words", "stride", "offset", "pair", "values", "count"],
  `if (!pair) {
  for (let i = 0, at = offset; i < count; i++, at += stride) words[at] = values[i];
  return;
}
for (let i = 0, at = offset; i < count; i++, at += stride) {
  const value = values[i];
  words[at] = value | 0;
  words[at + 1] = Math.floor(value / 4294967296) | 0;
}`,
);

/** Packs texts, and adds the hash of each to the hash of its row. */
function packViews(
  words: Int32Array,
  stride: number,
  offset: number,
  hashes: Int32Array,
  bytes: DataView,
  starts: Int32Array,
  lengths: Int32Array,
  nulls: Nulls,
  count: number,
): void {
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    if (nulls !== null && nulls[i] !== 0) continue;
    hashes[i] = hashWord(hashes[i]!, packText(words, at, bytes, starts[i]!, lengths[i]!));
  }
}

function packOffsets(
  words: Int32Array,
  stride: number,
  offset: number,
  hashes: Int32Array,
  bytes: DataView,
  offsets: Int32Array,
  nulls: Nulls,
  count: number,
): void {
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    if (nulls !== null && nulls[i] !== 0) continue;
    hashes[i] = hashWord(hashes[i]!, packText(words, at, bytes, offsets[i]!, offsets[i + 1]! - offsets[i]!));
  }
}

/** The words of each entry of a dictionary, and its hash. */
interface PackedEntries {
  readonly words: Int32Array;
  readonly hashes: Int32Array;
}

function packEntries(entries: ViewColumn | Utf8Column, bytes: DataView): PackedEntries {
  const words = new Int32Array(entries.length * textWidth);
  const hashes = new Int32Array(entries.length);
  for (let entry = 0; entry < entries.length; entry++) {
    if (isNullAt(entries, entry)) continue;
    const isView = entries.encoding === "view";
    const start = isView ? entries.starts[entry]! : entries.offsets[entry]!;
    const length = isView ? entries.lengths[entry]! : entries.offsets[entry + 1]! - start;
    hashes[entry] = packText(words, entry * textWidth, bytes, start, length);
  }
  return { words, hashes };
}

function packHalves(words: Int32Array, stride: number, offset: number, values: BigInt64Array, width: 2 | 4, count: number): void {
  const halves = new Int32Array(values.buffer, values.byteOffset, count * width);
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    for (let w = 0; w < width; w++) words[at + w] = halves[i * width + w]!;
  }
}

/** The bits of each number, −0.0 as 0.0 and every NaN as the one NaN. */
function packFloats(
  words: Int32Array,
  stride: number,
  { kind, offset }: KeyColumnLayout,
  values: Float32Array | Float64Array,
  count: number,
): void {
  const scratch = kind === "pair" ? new Float64Array(1) : new Float32Array(1);
  const bits = new Int32Array(scratch.buffer);
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    const value = values[i]!;
    scratch[0] = value !== value ? NaN : value + 0;
    words[at] = bits[0]!;
    if (kind === "pair") words[at + 1] = bits[1]!;
  }
}
