import { crc32 } from "node:zlib";
import type { ColumnChunk } from "./metadata.js";
import { CompactReader, DamagedParquet, wire } from "./thrift.js";

export const pageKind = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

/** Codec 0: pages as they are. */
export const uncompressed = 0;

/** The member of a header that a page of a kind has. */
const memberOfKind: Readonly<Record<number, number>> = { [pageKind.data]: 5, [pageKind.dictionary]: 7, [pageKind.dataV2]: 8 };

/** Encodings of values and levels as the format numbers them; a dictionary has two numbers. */
export const encodings = { plain: 0, oldDictionary: 2, hybrid: 3, dictionary: 8 } as const;

interface PageHeader {
  readonly kind: number;
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  readonly crc: number | null;
  /** Values of the column in it: none in a dictionary. */
  readonly values: number;
  /** Of a dictionary. */
  readonly entries: number;
  readonly encoding: number;
  /** How a page of version 1 writes its definition levels. */
  readonly levelEncoding: number;
  /** Of a page of version 2. */
  readonly rows: number | null;
  readonly levelBytes: number;
  /** A page of version 2 may say that it is not compressed in a column that is. */
  readonly isCompressed: boolean;
}

/** A page of a column chunk that was looked at. */
export interface Page extends PageHeader {
  readonly body: Uint8Array;
}

/**
 * Goes through the pages of a column chunk before a native decoder sees them: sizes, counts and encodings must be what the footer says, and checksums
 * must hold where there are any.
 *
 * @param bytes the chunk
 * @throws DamagedParquet
 */
export function checkPages(bytes: Uint8Array, chunk: ColumnChunk, rows: number): Page[] {
  const pages: Page[] = [];
  const reader = new CompactReader(bytes);
  let values = 0;
  let pageRows: number | null = null;
  for (let page = 0; values < chunk.values; page++) {
    const header = readPageHeader(reader);
    if (header.compressedBytes > bytes.length - reader.at) throw new DamagedParquet("a page beyond the end of its column");
    const body = bytes.subarray(reader.at, reader.at + header.compressedBytes);
    reader.at += header.compressedBytes;
    checkPage(header, body, chunk);
    if (page === 0 && chunk.hasDictionary && header.kind !== pageKind.dictionary)
      throw new DamagedParquet("a dictionary that is not where it should be");
    if (page > 0 && header.kind === pageKind.dictionary) throw new DamagedParquet("a second dictionary");
    pages.push({ ...header, body });
    values += header.values;
    if (header.rows !== null) pageRows = (pageRows ?? 0) + header.rows;
  }
  if (values !== chunk.values) throw new DamagedParquet("pages with more values than their column");
  if (pageRows !== null && pageRows !== rows) throw new DamagedParquet("pages that have not the rows of their row group");
  return pages;
}

function checkPage(header: PageHeader, body: Uint8Array, chunk: ColumnChunk): void {
  if (header.crc !== null && crc32(body) !== header.crc) throw new DamagedParquet("the checksum of a page does not match");
  if (chunk.codec === uncompressed && header.compressedBytes !== header.uncompressedBytes) throw new DamagedParquet("a page of two sizes");
  if (header.levelBytes > header.compressedBytes) throw new DamagedParquet("levels that are longer than their page");
  if (!hasEncoding(header, chunk)) throw new DamagedParquet("a page in an encoding that its column has not");
}

function hasEncoding({ kind, encoding }: PageHeader, { encodings: listed, pageEncodings }: ColumnChunk): boolean {
  if (kind === pageKind.index) return true;
  if (kind === pageKind.dictionary)
    return (encoding === encodings.plain || encoding === encodings.oldDictionary) && isAmong(encoding, pageEncodings?.dictionary);
  return isAmong(encoding, listed) && isAmong(encoding, pageEncodings?.data);
}

/** Whether the encoding is among those; where the writer lists none, any is. */
function isAmong(encoding: number, listed: readonly number[] | undefined): boolean {
  if (!listed || listed.length === 0) return true;
  const { dictionary, oldDictionary } = encodings;
  const twin = encoding === dictionary ? oldDictionary : encoding === oldDictionary ? dictionary : encoding;
  return listed.includes(encoding) || listed.includes(twin);
}

function readPageHeader(reader: CompactReader): PageHeader {
  const numbers: (number | undefined)[] = [];
  const found: { data?: (number | undefined)[]; member?: number; isStored?: boolean } = {};
  reader.struct((id, type) => {
    if (type === wire.i32) numbers[id] = reader.int();
    else if (type === wire.struct && (id === 5 || id === 7 || id === 8)) {
      const data: (number | undefined)[] = (found.data = []);
      found.member = id;
      reader.struct((inner, kind) => {
        if (id === 8 && inner === 7 && kind === wire.false) found.isStored = true;
        if (kind !== wire.i32 && kind !== wire.i64) return false;
        data[inner] = reader.int();
        return true;
      });
    } else return false;
    return true;
  });
  const [, kind = -1, uncompressedBytes = -1, compressedBytes = -1, crc] = numbers;
  if (uncompressedBytes < 0 || compressedBytes < 0) throw new DamagedParquet("a page without a size");
  const sizes = {
    kind,
    uncompressedBytes,
    compressedBytes,
    crc: crc === undefined ? null : crc >>> 0,
    isCompressed: found.isStored !== true,
  };
  const shared = { ...sizes, values: 0, entries: 0, encoding: -1, levelEncoding: -1, rows: null, levelBytes: 0 };
  if (kind === pageKind.index) return shared;
  const member = memberOfKind[kind];
  const [, values = -1, encoding = -1, levelEncoding = -1] = found.data ?? [];
  if (member === undefined || member !== found.member || values < 0) throw new DamagedParquet("a page of an unknown kind");
  // A dictionary's entries are no values of the column.
  if (kind === pageKind.dictionary) return { ...shared, entries: values, encoding };
  if (kind === pageKind.data) return { ...shared, values, encoding, levelEncoding };
  return { ...shared, values, ...secondVersion(found.data ?? [], values) };
}

function secondVersion(numbers: readonly (number | undefined)[], values: number): Pick<PageHeader, "rows" | "encoding" | "levelBytes"> {
  const [, , nullValues = -1, rows = -1, encoding = -1, definitionBytes = -1, repetitionBytes = -1] = numbers;
  if (nullValues < 0 || nullValues > values || rows < 0 || definitionBytes < 0 || repetitionBytes < 0) {
    throw new DamagedParquet("a page with impossible counts");
  }
  return { rows, encoding, levelBytes: definitionBytes + repetitionBytes };
}
