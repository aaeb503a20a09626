import { flattened, writeElement } from "../columnFile.js";
import { physicalTypes, type SchemaNode } from "../metadata.js";
import { encodings, pageKind } from "../pages.js";
import { CompactWriter } from "../thrift.js";
import { flatCodecs, type WrittenChunk } from "./chunk.js";

export interface WrittenGroup {
  readonly rows: number;
  readonly chunks: readonly WrittenChunk[];
}

/** The footer of a file: what it holds, and where. */
export function footerOf(nodes: readonly SchemaNode[], groups: readonly WrittenGroup[]): Uint8Array {
  const elements = flattened(nodes);
  const leaves = elements.filter(({ physical }) => physical !== null);
  const writer = new CompactWriter();
  writer.int(1, 1);
  writer.structs(2, [null, ...elements], (element, node) => {
    if (node) return writeElement(element, node);
    element.text(4, "schema");
    element.int(5, nodes.length);
  });
  writer.long(
    3,
    sum(groups, ({ rows }) => rows),
  );
  writer.structs(4, groups, (group, { rows, chunks }) => {
    group.structs(1, chunks, (inner, chunk) => {
      inner.long(2, 0);
      inner.struct(3, (metadata) => writeChunk(metadata, chunk));
    });
    group.long(
      2,
      sum(chunks, ({ uncompressedBytes }) => uncompressedBytes),
    );
    group.long(3, rows);
    group.long(5, startOf(chunks[0]!));
    group.long(
      6,
      sum(chunks, ({ compressedBytes }) => compressedBytes),
    );
  });
  writer.text(6, "tidemark");
  // Bounds are in the order of each column's type.
  writer.structs(7, leaves, (order) => order.struct(1, () => {}));
  return writer.finish();
}

function startOf({ dictionaryAt, dataAt }: WrittenChunk): number {
  return dictionaryAt ?? dataAt;
}

function writeChunk(writer: CompactWriter, chunk: WrittenChunk): void {
  const { leaf, dictionaryAt, dataAt, dataPages, bounds } = chunk;
  const data = dictionaryAt === null ? encodings.plain : encodings.dictionary;
  writer.int(1, physicalTypes.indexOf(leaf.node.physical));
  writer.ints(2, dictionaryAt === null ? [encodings.plain, encodings.hybrid] : [encodings.plain, encodings.hybrid, encodings.dictionary]);
  writer.texts(3, leaf.path);
  writer.int(4, flatCodecs[chunk.codec]);
  writer.long(5, chunk.rows);
  writer.long(6, chunk.uncompressedBytes);
  writer.long(7, chunk.compressedBytes);
  writer.long(9, dataAt);
  if (dictionaryAt !== null) writer.long(11, dictionaryAt);
  writer.struct(12, (statistics) => {
    statistics.long(3, chunk.nullCount);
    if (bounds === null) return;
    statistics.binary(5, bounds.greatest);
    statistics.binary(6, bounds.least);
    statistics.boolean(7, bounds.isGreatestExact);
    statistics.boolean(8, bounds.isLeastExact);
  });
  const dictionaryPage = dictionaryAt === null ? [] : [[pageKind.dictionary, encodings.plain, 1] as const];
  writer.structs(13, [...dictionaryPage, [pageKind.data, data, dataPages] as const], (inner, [kind, encoding, count]) => {
    inner.int(1, kind);
    inner.int(2, encoding);
    inner.int(3, count);
  });
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
