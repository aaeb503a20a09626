import { convertedNumber, writeLogical } from "./annotation.js";
import { physicalTypes, repetitions, type ColumnChunk, type RowGroup, type SchemaNode } from "./metadata.js";
import { CompactWriter } from "./thrift.js";

/** The four bytes at both ends of a Parquet file. */
export const magic = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** A column chunk that is copied into a new file. */
export interface CopiedChunk {
  readonly chunk: ColumnChunk;
  readonly column: SchemaNode;
  /** Where it begins in the new file. */
  readonly at: number;
  readonly path: readonly string[];
}

/** A Parquet file of some columns of one row group, without statistics, indexes and hints of its writer. */
export interface ColumnFile {
  readonly bytes: Uint8Array;
  readonly chunks: readonly CopiedChunk[];
}

/**
 * Lays out such a file: everything but the chunks themselves, which the caller reads to their places.
 *
 * @param nodes the columns under which the chunks are read; `leaf` says which chunk of the row group is whose
 */
export function layOut(nodes: readonly SchemaNode[], group: RowGroup): ColumnFile {
  const chunks: CopiedChunk[] = [];
  let at = magic.length;
  const visit = (node: SchemaNode, above: readonly string[]): void => {
    const path = [...above, node.name];
    for (const child of node.children) visit(child, path);
    if (node.leaf < 0) return;
    const chunk = group.columns[node.leaf]!;
    chunks.push({ chunk, column: node, at, path });
    at += chunk.compressedBytes;
  };
  for (const node of nodes) visit(node, []);
  const footer = footerOf(nodes, group, chunks);
  const bytes = new Uint8Array(at + footer.length + 4 + magic.length);
  bytes.set(magic, 0);
  bytes.set(footer, at);
  new DataView(bytes.buffer).setUint32(at + footer.length, footer.length, true);
  bytes.set(magic, at + footer.length + 4);
  return { bytes, chunks };
}

function footerOf(nodes: readonly SchemaNode[], group: RowGroup, chunks: readonly CopiedChunk[]): Uint8Array {
  const writer = new CompactWriter();
  writer.int(1, 2);
  writer.structs(2, [null, ...flattened(nodes)], (element, node) => {
    if (node) return writeElement(element, node);
    element.text(4, "schema");
    element.int(5, nodes.length);
  });
  writer.long(3, group.rows);
  writer.structs(4, [group], (inner) => {
    inner.structs(1, chunks, writeChunk);
    inner.long(
      2,
      chunks.reduce((sum, { chunk }) => sum + chunk.uncompressedBytes, 0),
    );
    inner.long(3, group.rows);
  });
  return writer.finish();
}

/** A tree in the order of the format: a group before its members. */
export function flattened(nodes: readonly SchemaNode[]): SchemaNode[] {
  return nodes.flatMap((node) => [node, ...flattened(node.children)]);
}

export function writeElement(writer: CompactWriter, node: SchemaNode): void {
  if (node.physical !== null) writer.int(1, physicalTypes.indexOf(node.physical));
  if (node.byteLength > 0) writer.int(2, node.byteLength);
  writer.int(3, repetitions.indexOf(node.repetition));
  writer.text(4, node.name);
  if (node.children.length > 0) writer.int(5, node.children.length);
  const { annotation } = node;
  if (annotation === null) return;
  const older = convertedNumber(annotation);
  if (older >= 0) writer.int(6, older);
  if (annotation.kind === "decimal") {
    writer.int(7, annotation.scale);
    writer.int(8, annotation.precision);
  }
  writer.struct(10, (inner) => writeLogical(inner, annotation));
}

function writeChunk(writer: CompactWriter, { chunk, column, at, path }: CopiedChunk): void {
  writer.long(2, 0);
  writer.struct(3, (meta) => {
    meta.int(1, physicalTypes.indexOf(column.physical!));
    meta.ints(2, chunk.encodings);
    meta.texts(3, path);
    meta.int(4, chunk.codec);
    meta.long(5, chunk.values);
    meta.long(6, chunk.uncompressedBytes);
    meta.long(7, chunk.compressedBytes);
    meta.long(9, at);
  });
}
