import { buffers } from "../../../engine/arrow/buffers.js";
import type { Column } from "../../../engine/arrow/column.js";
import type { DataType } from "../../../engine/arrow/types.js";
import type { ColumnChunk, SchemaNode } from "../metadata.js";
import { encodings, pageKind, type Page } from "../pages.js";
import { DamagedParquet } from "../thrift.js";
import { DictionaryLane, ViewLane } from "./bytes.js";
import { decompressorOf, type Decompress } from "./decompress.js";
import { HybridReader, widestCode } from "./hybrid.js";
import { BooleanLane, DecimalLane, LongLane, NumberLane, type ValueLane } from "./values.js";

/**
 * A column of a row group that is decoded here: one that is not nested, in the encodings that all writers choose by themselves (plain, and with a
 * dictionary). What else there is, parquet-wasm reads.
 *
 * Pages are decompressed one at a time, and read straight into the buffers of a batch.
 */
export class FlatColumn {
  #page = -1;
  /** Values, nulls among them, that are left of the page. */
  #left = 0;
  #body: Uint8Array = new Uint8Array(0);
  #levels: HybridReader | null = null;
  #start = 0;
  #from = 0;
  #codes: HybridReader | null = null;
  #nulls = buffers.bytes(0);
  #hasNulls = false;
  readonly #scratch: Int32Array;

  private constructor(
    private readonly pages: readonly Page[],
    private readonly isOptional: boolean,
    private readonly isBoolean: boolean,
    private readonly lane: ValueLane,
    private readonly decompress: Decompress,
    rowsAtOnce: number,
  ) {
    this.#scratch = new Int32Array(rowsAtOnce);
  }

  /**
   * Null when the column is not one of these.
   *
   * @param type the type in which it is wanted
   * @param readType the type of its values before they are widened
   */
  static async of(
    { node, readType, type }: { node: SchemaNode; readType: DataType; type: DataType },
    chunk: ColumnChunk,
    pages: readonly Page[],
    rowsAtOnce: number,
  ): Promise<FlatColumn | null> {
    const decompress = await decompressorOf(chunk.codec);
    if (decompress === null || !pages.every((page) => isReadable(page, node))) return null;
    const lane = laneOf(node, readType, type, pages);
    if (lane === null) return null;
    return new FlatColumn(pages, node.repetition === "optional", node.physical === "BOOLEAN", lane, decompress, rowsAtOnce);
  }

  /** The next rows, in buffers that are lent until the next call. */
  read(rows: number): Column {
    this.lane.begin(rows);
    if (this.#nulls.length < rows) this.#nulls = buffers.bytes(rows);
    this.#hasNulls = false;
    for (let at = 0; at < rows;) {
      while (this.#left === 0) this.#nextPage();
      const taken = Math.min(this.#left, rows - at);
      this.#take(at, taken);
      this.#left -= taken;
      at += taken;
    }
    return this.lane.finish(rows, this.#hasNulls ? this.#nulls.subarray(0, rows) : null);
  }

  #take(at: number, rows: number): void {
    const values = this.#readNulls(at, rows);
    if (values > 0) {
      if (this.#codes) {
        const largest = this.#codes.read(this.#scratch, values);
        this.lane.coded(this.#scratch, at, values, largest);
      } else this.#from = this.lane.plain(this.#body, this.#start, this.#from, at, values);
    }
    if (values < rows) this.lane.spread(at, rows, values, this.#nulls);
  }

  /** How many of the rows have values. */
  #readNulls(at: number, rows: number): number {
    const nulls = this.#nulls;
    if (this.#levels === null || this.#levels.skipRun(1, rows)) {
      if (this.#hasNulls) nulls.fill(0, at, at + rows);
      return rows;
    }
    const levels = this.#scratch;
    this.#levels.read(levels, rows);
    let values = 0;
    for (let i = 0; i < rows; i++) {
      values += levels[i]!;
      nulls[at + i] = 1 - levels[i]!;
    }
    if (values < rows && !this.#hasNulls) {
      nulls.fill(0, 0, at);
      this.#hasNulls = true;
    }
    return values;
  }

  #nextPage(): void {
    const page = this.pages[++this.#page];
    if (page === undefined) throw new DamagedParquet("a column with too few values");
    if (page.kind === pageKind.index) return;
    if (page.kind === pageKind.dictionary) {
      this.lane.setDictionary(this.#decompressed(page, 0), page.entries);
      return;
    }
    const isSecond = page.kind === pageKind.dataV2;
    this.#body = this.#decompressed(page, isSecond ? page.levelBytes : 0);
    this.#left = page.values;
    const levels = this.isOptional ? levelsOf(page, isSecond, this.#body) : { start: isSecond ? page.levelBytes : 0, reader: null };
    this.#levels = levels.reader;
    // A page of version 2 keeps its levels outside of what is compressed.
    this.#openValues(page, isSecond ? 0 : levels.start);
  }

  #decompressed(page: Page, levelBytes: number): Uint8Array {
    const { body, uncompressedBytes, isCompressed } = page;
    if (!isCompressed) return body.subarray(levelBytes);
    if (uncompressedBytes < levelBytes) throw new DamagedParquet("levels that are longer than their page");
    const block = body.subarray(levelBytes);
    return block.length === 0 && uncompressedBytes === levelBytes ? block : this.decompress(block, uncompressedBytes - levelBytes);
  }

  #openValues({ encoding }: Page, start: number): void {
    const body = this.#body;
    this.#from = 0;
    this.#start = start;
    this.#codes = null;
    if (encoding === encodings.plain) return;
    if (this.isBoolean) {
      // Truth values in runs stand behind the length of all of them.
      this.#codes = new HybridReader(body, Math.min(start + 4, body.length), body.length, 1);
      return;
    }
    // A page of nulls may have nothing behind its levels.
    const width = start < body.length ? body[start]! : 0;
    this.#codes = new HybridReader(body, start + 1, body.length, width);
  }
}

/** The definition levels of a page of version 2 stand before its values, those of version 1 among them, behind their length. */
function levelsOf(page: Page, isSecond: boolean, body: Uint8Array): { start: number; reader: HybridReader } {
  if (isSecond) return { start: 0, reader: new HybridReader(page.body, 0, page.levelBytes, 1) };
  if (body.length < 4) throw new DamagedParquet("a page without its levels");
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  if (length > body.length - 4) throw new DamagedParquet("levels that are longer than their page");
  return { start: 4 + length, reader: new HybridReader(body, 4, 4 + length, 1) };
}

function isReadable(page: Page, node: SchemaNode): boolean {
  const { kind, encoding, levelEncoding } = page;
  if (kind === pageKind.index) return true;
  if (kind === pageKind.dictionary) return page.entries <= 2 ** widestCode;
  if (kind === pageKind.data && node.repetition === "optional" && levelEncoding !== encodings.hybrid) return false;
  if (encoding === encodings.plain) return true;
  if (node.physical === "BOOLEAN") return encoding === encodings.hybrid;
  return encoding === encodings.dictionary || encoding === encodings.oldDictionary;
}

function laneOf(node: SchemaNode, readType: DataType, type: DataType, pages: readonly Page[]): ValueLane | null {
  if (node.repetition === "repeated" || node.annotation?.kind === "unknown") return null;
  switch (node.physical) {
    case "BOOLEAN":
      return new BooleanLane(readType);
    case "INT32":
      if (readType.kind === "decimal") return readType.precision <= 18 ? new DecimalLane(readType, 4) : null;
      return readType.kind === "int" || readType.kind === "date" ? new NumberLane(readType, "i32") : null;
    case "INT64":
      return longLane(node, readType);
    case "FLOAT":
      return readType.kind === "float" ? new NumberLane(readType, "f32") : null;
    case "DOUBLE":
      return readType.kind === "double" ? new NumberLane(readType, "f64") : null;
    case "BYTE_ARRAY":
      return bytesLane(readType, type, pages);
    default:
      return null;
  }
}

function longLane({ annotation }: SchemaNode, readType: DataType): ValueLane | null {
  switch (readType.kind) {
    case "long":
      return annotation === null ? new LongLane(readType) : null;
    case "timestamp":
    case "timestamp_ntz":
      return annotation?.kind === "timestamp" && annotation.unit === "us" ? new LongLane(readType) : null;
    case "decimal":
      return annotation?.kind === "decimal" && readType.precision <= 18 ? new DecimalLane(readType, 8) : null;
    default:
      return null;
  }
}

/** Bytes that do not say that they are text are taken as they are, also where text is wanted. */
function bytesLane(readType: DataType, type: DataType, pages: readonly Page[]): ValueLane | null {
  if (readType.kind !== "string" && readType.kind !== "binary") return null;
  const emitted = type.kind === "string" ? type : readType;
  const isText = readType.kind === "string";
  const data = pages.filter(({ kind }) => kind === pageKind.data || kind === pageKind.dataV2);
  const entries = pages.find(({ kind }) => kind === pageKind.dictionary)?.entries;
  const rows = data.reduce((sum, { values }) => sum + values, 0);
  const isCoded = entries !== undefined && 2 * entries <= rows && data.every(({ encoding }) => encoding !== encodings.plain);
  return isCoded ? new DictionaryLane(emitted, isText) : new ViewLane(emitted, isText);
}
