import { crc32 } from "node:zlib";
import { assert } from "../../engine/errors/assert.js";
import { magic } from "./columnFile.js";
import { CompactReader, CompactWriter, wire } from "./thrift.js";
import { change, numberOf, readTree, structOf, structsOf, writeTree, type Shape, type ThriftStruct } from "./thriftTree.js";

/** Ids of fields that are changed, as the format numbers them. */
const pageHeader = { compressedBytes: 3, crc: 4 } as const;
const fileMetadata = { rowGroups: 4 } as const;
const rowGroup = { columns: 1, totalBytes: 2, fileOffset: 5, totalCompressedBytes: 6 } as const;
const columnChunk = {
  fileOffset: 2,
  metadata: 3,
  offsetIndexOffset: 4,
  offsetIndexLength: 5,
  columnIndexOffset: 6,
  columnIndexLength: 7,
} as const;
const columnMetadata = { uncompressedBytes: 6, compressedBytes: 7, dataPageOffset: 9, dictionaryPageOffset: 11 } as const;
const offsetIndex = { locations: 1 } as const;
const pageLocation = { offset: 1, compressedBytes: 2 } as const;

const headerShape: Shape = numbers(pageHeader);
const footerShape: Shape = {
  [fileMetadata.rowGroups]: {
    structs: {
      ...numbers(rowGroup),
      [rowGroup.columns]: { structs: { ...numbers(columnChunk), [columnChunk.metadata]: { struct: numbers(columnMetadata) } } },
    },
  },
};
const indexShape: Shape = { [offsetIndex.locations]: { structs: numbers(pageLocation) } };

function numbers(ids: Readonly<Record<string, number>>): Shape {
  return Object.fromEntries(Object.values(ids).map((id) => [id, "number"] as const));
}

/**
 * A Parquet file with a checksum in the header of each page. The native writer writes none, and without them a reader cannot tell a flipped bit from
 * another value.
 *
 * Headers grow, so pages move, and what says where they are moves with them: the footer and the page index. Everything else is copied as it is.
 */
export function withPageChecksums(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const footerBytes = view.getUint32(file.length - 8, true);
  const footer = readTree(new CompactReader(file, file.length - 8 - footerBytes, file.length - 8), footerShape);
  const output = new Output(file);
  output.append(magic);
  const groups = structsOf(footer, fileMetadata.rowGroups);
  for (const group of groups) moveGroup(output, group);
  const chunks = groups.flatMap((group) => structsOf(group, rowGroup.columns));
  for (const chunk of chunks) moveIndex(output, chunk, columnChunk.columnIndexOffset, columnChunk.columnIndexLength, (bytes) => bytes);
  for (const chunk of chunks)
    moveIndex(output, chunk, columnChunk.offsetIndexOffset, columnChunk.offsetIndexLength, (bytes) => movedLocations(output, bytes));
  const bytes = written(footer);
  const end = new Uint8Array(4);
  new DataView(end.buffer).setUint32(0, bytes.length, true);
  output.append(bytes);
  output.append(end);
  output.append(magic);
  return output.finish();
}

/** The new file, and where the pages of the old one went. */
class Output {
  private readonly parts: Uint8Array[] = [];
  /** Of each page, by its old place: the new one, and by how much its header has grown. */
  readonly moved = new Map<number, { readonly at: number; readonly growth: number }>();
  length = 0;

  constructor(readonly file: Uint8Array) {}

  append(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function moveGroup(output: Output, group: ThriftStruct): void {
  let growth = 0;
  const start = output.length;
  for (const chunk of structsOf(group, rowGroup.columns)) growth += moveChunk(output, chunk);
  change(group, rowGroup.fileOffset, () => start);
  change(group, rowGroup.totalBytes, (old) => old + growth);
  change(group, rowGroup.totalCompressedBytes, (old) => old + growth);
}

/** Copies the pages of a chunk, each header with its checksum; returns by how much they have grown. */
function moveChunk(output: Output, chunk: ThriftStruct): number {
  const metadata = structOf(chunk, columnChunk.metadata);
  assert(metadata !== undefined, "a column chunk has metadata");
  const { file } = output;
  const dataAt = numberOf(metadata, columnMetadata.dataPageOffset)!;
  const start = numberOf(metadata, columnMetadata.dictionaryPageOffset) ?? dataAt;
  const end = start + numberOf(metadata, columnMetadata.compressedBytes)!;
  let growth = 0;
  for (let at = start; at < end;) {
    const reader = new CompactReader(file, at, end);
    const header = readTree(reader, headerShape);
    const body = file.subarray(reader.at, reader.at + numberOf(header, pageHeader.compressedBytes)!);
    const bytes = written(withCrc(header, crc32(body) | 0));
    const grown = bytes.length - (reader.at - at);
    output.moved.set(at, { at: output.length, growth: grown });
    output.append(bytes);
    output.append(body);
    growth += grown;
    at = reader.at + body.length;
  }
  change(chunk, columnChunk.fileOffset, (old) => (old === 0 ? 0 : output.moved.get(start)!.at));
  change(metadata, columnMetadata.dataPageOffset, (old) => output.moved.get(old)!.at);
  change(metadata, columnMetadata.dictionaryPageOffset, (old) => output.moved.get(old)!.at);
  change(metadata, columnMetadata.uncompressedBytes, (old) => old + growth);
  change(metadata, columnMetadata.compressedBytes, (old) => old + growth);
  return growth;
}

function withCrc(header: ThriftStruct, crc: number): ThriftStruct {
  const isBefore = ({ id }: { id: number }): boolean => id < pageHeader.crc;
  return [
    ...header.filter(isBefore),
    { id: pageHeader.crc, type: wire.i32, value: crc },
    ...header.filter((field) => !isBefore(field) && field.id !== pageHeader.crc),
  ];
}

function moveIndex(output: Output, chunk: ThriftStruct, offset: number, length: number, rewrite: (bytes: Uint8Array) => Uint8Array): void {
  const at = numberOf(chunk, offset);
  const size = numberOf(chunk, length);
  if (at === undefined || size === undefined) return;
  const bytes = rewrite(output.file.subarray(at, at + size));
  change(chunk, offset, () => output.length);
  change(chunk, length, () => bytes.length);
  output.append(bytes);
}

/** An offset index: the places of a chunk's pages. */
function movedLocations(output: Output, bytes: Uint8Array): Uint8Array {
  const index = readTree(new CompactReader(bytes), indexShape);
  for (const location of structsOf(index, offsetIndex.locations)) {
    const { at, growth } = output.moved.get(numberOf(location, pageLocation.offset)!)!;
    change(location, pageLocation.offset, () => at);
    change(location, pageLocation.compressedBytes, (old) => old + growth);
  }
  return written(index);
}

function written(fields: ThriftStruct): Uint8Array {
  const writer = new CompactWriter();
  writeTree(writer, fields);
  return writer.finish();
}
