import { crc32, gzipSync } from "node:zlib";
import { assert } from "../../../engine/errors/assert.js";
import { encodings, pageKind } from "../pages.js";
import { CompactWriter } from "../thrift.js";
import { boundsOf, type Bounds } from "./bounds.js";
import { dictionaryOf, type ChunkDictionary } from "./dictionary.js";
import { bitsOf, hybridBytes } from "./hybrid.js";
import { plainPart, type Leaf, type LeafPart } from "./leaves.js";
import type { PageMemory } from "./pageMemory.js";
import { countWithin, putValues } from "./values.js";

/** Numbers of the codecs that are written here, as the format has them. */
export const flatCodecs = { none: 0, uncompressed: 0, snappy: 1, gzip: 2 } as const;

export type FlatCodec = keyof typeof flatCodecs;

/** A page has at most so many rows, */
const pageRows = 20_000;
/** and no further value when it has so many bytes. */
const pageBytes = 1024 * 1024;

/** Snappy gains speed, not room: where it saves less of the first page than this part, pages are written as they are, and are read faster too. */
const leastSaved = 1 / 8;

/** What the footer says of a column chunk. */
export interface WrittenChunk {
  readonly leaf: Leaf;
  readonly codec: FlatCodec;
  readonly rows: number;
  readonly nullCount: number;
  readonly bounds: Bounds | null;
  /** Null where there is none. */
  readonly dictionaryAt: number | null;
  readonly dataAt: number;
  readonly dataPages: number;
  readonly compressedBytes: number;
  /** With the headers of the pages. */
  readonly uncompressedBytes: number;
}

/** Takes the bytes of the file, one piece after the other. */
export interface FileBytes {
  readonly length: number;
  append(bytes: Uint8Array): void;
}

/** Writes the values of a column in a row group, page by page. */
export class ChunkWriter {
  #uncompressedBytes = 0;
  #dataPages = 0;
  readonly #levels = new Uint8Array(pageRows);
  readonly #start: number;

  constructor(
    private readonly leaf: Leaf,
    private readonly file: FileBytes,
    private readonly page: PageMemory,
    private codec: FlatCodec,
  ) {
    this.#start = file.length;
  }

  write(given: readonly LeafPart[], wantsDictionary: boolean): WrittenChunk {
    const dictionary = wantsDictionary ? dictionaryOf(this.leaf.type, given) : null;
    const parts = dictionary === null ? given.map(plainPart) : given;
    const columns = parts.map(({ values }) => values).filter(({ length }) => length > 0);
    const values = columns.reduce((sum, { length }) => sum + length, 0);
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const bounds = boundsOf(this.leaf, dictionary === null ? columns : [dictionary.entries]);
    if (dictionary !== null) this.#writeDictionary(dictionary);
    const dataAt = this.file.length;
    if (dictionary !== null) this.#writeCodes(parts, dictionary);
    else this.#writeValues(parts);
    return {
      leaf: this.leaf,
      codec: this.codec,
      rows,
      nullCount: rows - values,
      bounds,
      dictionaryAt: dictionary === null ? null : this.#start,
      dataAt,
      dataPages: this.#dataPages,
      compressedBytes: this.file.length - this.#start,
      uncompressedBytes: this.#uncompressedBytes,
    };
  }

  #writeDictionary({ entries }: ChunkDictionary): void {
    this.page.begin();
    putValues(this.page, entries, 0, entries.length, this.leaf);
    this.#finishPage(pageKind.dictionary, entries.length, encodings.plain);
  }

  #writeValues(parts: readonly LeafPart[]): void {
    const { page, leaf } = this;
    page.begin();
    let rows = 0;
    for (const part of parts) {
      for (let row = 0, value = 0; row < part.rows;) {
        const room = Math.min(pageRows - rows, part.rows - row);
        const taken = this.#fitting(part, row, value, room);
        // A value that is larger than a page has one to itself.
        if (taken.rows === 0 && rows > 0) {
          this.#finishData(rows, encodings.plain);
          rows = 0;
          continue;
        }
        this.#takeLevels(part, row, rows, taken.rows);
        if (taken.values > 0) putValues(page, part.values, value, value + taken.values, leaf);
        row += taken.rows;
        value += taken.values;
        rows += taken.rows;
        if (rows < pageRows && taken.rows === room) continue;
        this.#finishData(rows, encodings.plain);
        rows = 0;
      }
    }
    if (rows > 0) this.#finishData(rows, encodings.plain);
  }

  /** How many of the next rows, at most `room`, the page still takes; one at least where it is empty. */
  #fitting({ values, levels }: LeafPart, row: number, value: number, room: number): { readonly rows: number; readonly values: number } {
    const { page, leaf } = this;
    const fits = Math.max(countWithin(values, value, pageBytes - page.length, leaf), page.length === 0 ? 1 : 0);
    if (levels === null) return { rows: Math.min(room, fits), values: Math.min(room, fits) };
    let count = 0;
    for (let i = 0; i < room; i++) {
      if (levels[row + i] !== leaf.present) continue;
      if (count === fits) return { rows: i, values: count };
      count++;
    }
    return { rows: room, values: count };
  }

  #writeCodes(parts: readonly LeafPart[], { codes, entries }: ChunkDictionary): void {
    const width = bitsOf(entries.length - 1);
    let rows = 0;
    let written = 0;
    let value = 0;
    const finish = (): void => {
      this.page.begin();
      this.page.put(Uint8Array.of(width));
      this.page.put(hybridBytes(codes, written, value, width));
      written = value;
      this.#finishData(rows, encodings.dictionary);
      rows = 0;
    };
    for (const part of parts) {
      for (let row = 0; row < part.rows;) {
        const taken = Math.min(pageRows - rows, part.rows - row);
        this.#takeLevels(part, row, rows, taken);
        value += part.levels === null ? taken : this.#present(rows, taken);
        row += taken;
        rows += taken;
        if (rows === pageRows) finish();
      }
    }
    if (rows > 0) finish();
    assert(written === codes.length, "each value of a chunk is in one of its pages");
  }

  /** How many of the rows of the page have values. */
  #present(from: number, count: number): number {
    let present = 0;
    for (let i = from; i < from + count; i++) if (this.#levels[i] === this.leaf.present) present++;
    return present;
  }

  #takeLevels({ levels }: LeafPart, row: number, at: number, count: number): void {
    if (levels === null) this.#levels.fill(this.leaf.present, at, at + count);
    else this.#levels.set(levels.subarray(row, row + count), at);
  }

  #finishData(rows: number, encoding: number): void {
    const { present } = this.leaf;
    if (present > 0) {
      const levels = hybridBytes(this.#levels, 0, rows, bitsOf(present));
      const behindLength = new Uint8Array(4 + levels.length);
      new DataView(behindLength.buffer).setInt32(0, levels.length, true);
      behindLength.set(levels, 4);
      this.page.putLevels(behindLength);
    }
    if (this.#dataPages++ === 0 && encoding === encodings.plain && !this.#isWorthCompressing()) this.codec = "none";
    this.#finishPage(pageKind.data, rows, encoding);
    this.page.begin();
  }

  /** Writes the page with its header. @param values nulls among them, or the entries of a dictionary */
  #finishPage(kind: number, values: number, encoding: number): void {
    const { length } = this.page;
    const body = this.#compressed();
    const header = new CompactWriter();
    header.int(1, kind);
    header.int(2, length);
    header.int(3, body.length);
    header.int(4, crc32(body) | 0);
    header.struct(kind === pageKind.dictionary ? 7 : 5, (inner) => {
      inner.int(1, values);
      inner.int(2, encoding);
      if (kind === pageKind.dictionary) return;
      // Of definition and of repetition levels.
      inner.int(3, encodings.hybrid);
      inner.int(4, encodings.hybrid);
    });
    const bytes = header.finish();
    this.file.append(bytes);
    this.file.append(body);
    this.#uncompressedBytes += bytes.length + length;
  }

  #isWorthCompressing(): boolean {
    const { length } = this.page;
    return this.codec !== "snappy" || this.page.compressed().length <= length * (1 - leastSaved);
  }

  #compressed(): Uint8Array {
    switch (this.codec) {
      case "snappy":
        return this.page.compressed();
      case "gzip":
        return gzipSync(this.page.plain());
      default:
        return this.page.plain();
    }
  }
}
