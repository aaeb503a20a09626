import { buffers } from "../arrow/buffers.js";
import { columnFromValues, doublesOfLongs, longsOfDoubles, type PlainColumn } from "../arrow/columns.js";
import type { Column, Nulls } from "../arrow/column.js";
import { allocateFixed, fixedColumn, fixedEncodingOf, isLongLike } from "../arrow/encodings.js";
import { markOwned } from "../arrow/ownership.js";
import type { DataType } from "../arrow/types.js";
import { assert } from "../errors/assert.js";
import { readCell } from "./cellCodec.js";
import { CellSource } from "./cells.js";
import { fromLeaves, leafTypes, leavesOf } from "./structLeaves.js";

/** Rows, one behind the other: row j is the words `words[starts[j] .. starts[j + 1])`, an even number of them, of which the first says how many they are. */
export interface RowWords {
  readonly words: Int32Array;
  /** One more than there are rows. */
  readonly starts: Int32Array;
}

const columnsPerMask = 32;
const widths = { word: 1, pair: 2, quad: 4, bytes: 1 } as const;

interface ColumnPlace {
  readonly type: DataType;
  /** `bytes`: a word that says how many bytes it has, which lie behind the words, in the order of the columns. */
  readonly kind: keyof typeof widths;
  readonly offset: number;
}

/**
 * Rows of any types as words, each by itself, so that one of them can be read from a file without those beside it: how many words it has, a bit a column that is null, the values (of structs those of their fields),
 * then the bytes of texts, binaries, lists and maps. What is read is what was written, to the sign of a zero.
 */
export class RowCodec {
  readonly #types: readonly DataType[];
  /** Of the columns, structs taken apart. */
  readonly #columns: readonly ColumnPlace[];
  /** Words of a row without its bytes. */
  readonly #fixedWords: number;

  constructor(columnTypes: readonly DataType[]) {
    this.#types = columnTypes;
    const leaves = columnTypes.flatMap(leafTypes);
    let offset = 1 + Math.ceil(leaves.length / columnsPerMask);
    this.#columns = leaves.map((type) => {
      const kind = kindOf(type);
      const place = { type, kind, offset };
      offset += widths[kind];
      return place;
    });
    this.#fixedWords = offset;
  }

  /** Where the words of a column begin in a row: of one that is a word. */
  wordOf(column: number): number {
    const { kind, offset } = this.#columns[this.#types.slice(0, column).flatMap(leafTypes).length]!;
    assert(kind === "word", "a column of one word");
    return offset;
  }

  encode(columns: readonly Column[], count: number): RowWords {
    const plain = columns.flatMap(leavesOf);
    const cells = this.#columns.map(({ kind }, c) => (kind === "bytes" ? new CellSource(plain[c]!) : null));
    const starts = this.#starts(cells, count);
    const words = new Int32Array(starts[count]!);
    for (let j = 0; j < count; j++) words[starts[j]!] = starts[j + 1]! - starts[j]!;
    for (const [c, place] of this.#columns.entries()) {
      writeNulls(plain[c]!, c, words, starts, count);
      writeValues(plain[c]!, place, words, starts, count);
    }
    this.#writeBytes(cells, words, starts, count);
    return { words, starts };
  }

  /** The columns of rows, in buffers of their own. */
  decode(words: Int32Array, starts: Int32Array, count: number): Column[] {
    const nextByte = Int32Array.from({ length: count }, (_, j) => 4 * (starts[j]! + this.#fixedWords));
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    let c = 0;
    const next = (): Column => {
      const place = this.#columns[c]!;
      const nulls = readNulls(c++, words, starts, count);
      if (place.kind === "bytes") return markOwned(readBytes(place, nulls, { words, bytes, starts, nextByte }, count));
      return markOwned(readValues(place, nulls, words, starts, count));
    };
    return this.#types.map((type) => markOwned(fromLeaves(type, next)));
  }

  #starts(cells: readonly (CellSource | null)[], count: number): Int32Array {
    const starts = new Int32Array(count + 1);
    for (let j = 0; j < count; j++) {
      let bytes = 0;
      for (const cell of cells) {
        if (cell === null || cell.isNull(j)) continue;
        cell.load(j);
        bytes += cell.length;
      }
      const size = this.#fixedWords + ((bytes + 3) >> 2);
      starts[j + 1] = starts[j]! + size + (size & 1);
    }
    return starts;
  }

  #writeBytes(cells: readonly (CellSource | null)[], words: Int32Array, starts: Int32Array, count: number): void {
    if (cells.every((cell) => cell === null)) return;
    const bytes = new Uint8Array(words.buffer);
    for (let j = 0; j < count; j++) {
      let at = 4 * (starts[j]! + this.#fixedWords);
      for (let c = 0; c < cells.length; c++) {
        const cell = cells[c]!;
        if (cell === null || cell.isNull(j)) continue;
        cell.load(j);
        const { data, start, length } = cell;
        words[starts[j]! + this.#columns[c]!.offset] = length;
        copy(data, start, bytes, at, length);
        at += length;
      }
    }
  }
}

function kindOf(type: DataType): ColumnPlace["kind"] {
  const encoding = fixedEncodingOf(type);
  if (encoding === "f64" || encoding === "i64") return "pair";
  if (encoding !== null || type.kind === "null") return "word";
  return type.kind === "decimal" ? "quad" : "bytes";
}

/** Short texts are most: a call for each costs more than a loop. */
function copy(from: Uint8Array, start: number, into: Uint8Array, at: number, length: number): void {
  if (length > 64) into.set(from.subarray(start, start + length), at);
  else for (let k = 0; k < length; k++) into[at + k] = from[start + k]!;
}

function writeNulls({ encoding, nulls }: PlainColumn, c: number, words: Int32Array, starts: Int32Array, count: number): void {
  const [word, bit] = [1 + Math.floor(c / columnsPerMask), 1 << (c % columnsPerMask)];
  if (encoding !== "null" && nulls === null) return;
  for (let j = 0; j < count; j++) if (encoding === "null" || nulls![j] !== 0) words[starts[j]! + word]! |= bit;
}

function readNulls(c: number, words: Int32Array, starts: Int32Array, count: number): Nulls {
  const [word, bit] = [1 + Math.floor(c / columnsPerMask), 1 << (c % columnsPerMask)];
  let nulls: Uint8Array | null = null;
  for (let j = 0; j < count; j++) if ((words[starts[j]! + word]! & bit) !== 0) (nulls ??= buffers.bytes(count))[j] = 1;
  return nulls;
}

/** Everything of fixed width. What lies under a null is not looked at again. */
function writeValues(column: PlainColumn, { type, kind, offset }: ColumnPlace, words: Int32Array, starts: Int32Array, count: number): void {
  if (kind === "bytes" || column.encoding === "null") return;
  assert("values" in column && !("keys" in column), `values of encoding ${column.encoding}`);
  const { encoding, values, nulls } = column;
  switch (encoding) {
    case "u8":
    case "i8":
    case "i16":
      for (let j = 0; j < count; j++) words[starts[j]! + offset] = values[j]!;
      return;
    case "f64":
      return writeWords(
        wordsOf(isLongLike(type) ? longsOfDoubles(values, count, nulls) : values),
        widths[kind],
        offset,
        words,
        starts,
        count,
      );
    default:
      return writeWords(wordsOf(values), widths[kind], offset, words, starts, count);
  }
}

function writeWords(from: Int32Array, width: number, offset: number, words: Int32Array, starts: Int32Array, count: number): void {
  for (let j = 0; j < count; j++) for (let w = 0; w < width; w++) words[starts[j]! + offset + w] = from[j * width + w]!;
}

function wordsOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength >> 2);
}

function readValues({ type, kind, offset }: ColumnPlace, nulls: Nulls, words: Int32Array, starts: Int32Array, count: number): Column {
  if (type.kind === "null") return { type, encoding: "null", length: count, nulls: null };
  if (kind === "quad") {
    const values = buffers.int64(2 * count);
    readWords(wordsOf(values), widths[kind], offset, words, starts, count);
    return { type, encoding: "i128", length: count, nulls, values };
  }
  if (isLongLike(type)) {
    const values = buffers.int64(count);
    readWords(wordsOf(values), widths[kind], offset, words, starts, count);
    const doubles = doublesOfLongs(values, count, nulls);
    return doubles === null ? fixedColumn(type, "i64", values, count, nulls) : fixedColumn(type, "f64", doubles, count, nulls);
  }
  const encoding = fixedEncodingOf(type);
  assert(encoding !== null, "a value of fixed width");
  const values = allocateFixed(encoding, count);
  if (values.BYTES_PER_ELEMENT >= 4) readWords(wordsOf(values), widths[kind], offset, words, starts, count);
  else for (let j = 0; j < count; j++) values[j] = words[starts[j]! + offset]!;
  return fixedColumn(type, encoding, values, count, nulls);
}

function readWords(into: Int32Array, width: number, offset: number, words: Int32Array, starts: Int32Array, count: number): void {
  for (let j = 0; j < count; j++) for (let w = 0; w < width; w++) into[j * width + w] = words[starts[j]! + offset + w]!;
}

/** Where rows lie, and how far the bytes of each were read. */
interface RowBytes {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly nextByte: Int32Array;
}

function readBytes({ type, offset }: ColumnPlace, nulls: Nulls, { words, bytes, starts, nextByte }: RowBytes, count: number): Column {
  if (type.kind !== "string" && type.kind !== "binary") {
    const values = Array.from({ length: count }, (_, j) => {
      const at = nextByte[j]!;
      if (nulls !== null && nulls[j] !== 0) return null;
      nextByte[j] = at + words[starts[j]! + offset]!;
      return readCell(type, bytes, at, words[starts[j]! + offset]!);
    });
    return columnFromValues(type, values);
  }
  const offsets = buffers.int32(count + 1);
  for (let j = 0; j < count; j++) offsets[j + 1] = offsets[j]! + (nulls !== null && nulls[j] !== 0 ? 0 : words[starts[j]! + offset]!);
  const data = buffers.bytes(offsets[count]!);
  for (let j = 0; j < count; j++) {
    const length = offsets[j + 1]! - offsets[j]!;
    copy(bytes, nextByte[j]!, data, offsets[j]!, length);
    nextByte[j]! += length;
  }
  return { type, encoding: "utf8", length: count, nulls, offsets, data };
}
