import type { RecordBatch } from "apache-arrow";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import { nullColumn } from "../../engine/arrow/columns.js";
import { types, type Schema } from "../../engine/arrow/types.js";
import { lazily } from "../../engine/errors/loading.js";
import { layOut } from "./columnFile.js";
import { FlatColumn } from "./flat/column.js";
import type { RowGroup, SchemaNode } from "./metadata.js";
import { checkPages } from "./pages.js";
import type { ProjectedColumn } from "./projection.js";
import { DamagedParquet } from "./thrift.js";
import { withParquetWasm } from "./wasm.js";
import { widen } from "./widen.js";

/** Which columns are read of a row group, and in which pieces. */
export interface RowGroupRequest {
  readonly wanted: Schema;
  /** Of each wanted field; null where the file does not have it. */
  readonly columns: readonly (ProjectedColumn | null)[];
  readonly group: RowGroup;
  readonly rowsAtOnce: number;
}

/** Reads bytes of the file. */
export type ReadInto = (into: Uint8Array, at: number) => Promise<void>;

/**
 * The rows of a row group, batch by batch. The chunks of the wanted columns are read and looked through page by page. Columns of the usual form are decoded
 * here (`flat/`); the others are handed to a native decoder as a small file of their own, synchronously: whatever is wrong with it is an error of this file.
 */
export class RowGroupReader {
  #left: number;

  private constructor(
    private readonly request: RowGroupRequest,
    private readonly flat: readonly (FlatColumn | null)[],
    /** The other columns. */
    private readonly native: Iterator<readonly Column[], void> | null,
  ) {
    this.#left = request.group.rows;
  }

  static async open(request: RowGroupRequest, read: ReadInto): Promise<RowGroupReader> {
    const { columns, group, wanted, rowsAtOnce } = request;
    const flat: (FlatColumn | null)[] = [];
    const others: ProjectedColumn[] = [];
    const chunks = new Map<number, Uint8Array>();
    for (const [i, column] of columns.entries()) {
      if (column === null) continue;
      for (const leaf of leavesOf(column.node)) {
        const chunk = group.columns[leaf]!;
        const bytes = new Uint8Array(chunk.compressedBytes);
        await read(bytes, chunk.start);
        const pages = checkPages(bytes, chunk, group.rows);
        if (leaf === column.node.leaf) flat[i] = await FlatColumn.of({ ...column, type: wanted.fields[i]!.type }, chunk, pages, rowsAtOnce);
        if (!flat[i]) chunks.set(leaf, bytes);
      }
      if (!flat[i]) others.push(column);
    }
    const native = others.length === 0 ? null : await decodedNatively(others, group, chunks, rowsAtOnce);
    return new RowGroupReader(request, flat, native);
  }

  /** The next rows, lent until the next call; null at the end. */
  next(): Batch | null {
    const { wanted, columns, rowsAtOnce } = this.request;
    if (this.#left === 0) return null;
    const others = this.native?.next();
    if (others?.done) throw new DamagedParquet("columns of fewer rows than their row group");
    const rows = others ? others.value[0]!.length : Math.min(this.#left, rowsAtOnce);
    this.#left -= rows;
    let other = 0;
    const read = wanted.fields.map(({ type }, i) => {
      if (!columns[i]) return nullColumn(type, rows);
      return widen(this.flat[i]?.read(rows) ?? others!.value[other++]!, type);
    });
    return batchOf(wanted, read, rows);
  }
}

function leavesOf(node: SchemaNode): number[] {
  return node.leaf >= 0 ? [node.leaf] : node.children.flatMap(leavesOf);
}

/** Runs the native decoder over all of some columns. */
async function decodedNatively(
  columns: readonly ProjectedColumn[],
  group: RowGroup,
  read: ReadonlyMap<number, Uint8Array>,
  batchSize: number,
): Promise<Iterator<readonly Column[], void>> {
  const edge = await lazily(import("../../engine/arrow/edge.js"));
  const { bytes, chunks } = layOut(
    columns.map(({ node }) => node),
    group,
  );
  for (const { column, at } of chunks) bytes.set(read.get(column.leaf)!, at);
  const schema = types.struct(columns.map(({ node, readType }) => ({ name: node.name, type: readType, nullable: true })));
  const stream = withParquetWasm((wasm) => wasm.readParquet(bytes, { batchSize }).intoIPCStream());
  return columnsOf(edge.ipcBatches(stream), (recordBatch) => edge.fromArrow(recordBatch, schema, "byName").columns);
}

function* columnsOf(
  batches: Iterator<RecordBatch>,
  convert: (batch: RecordBatch) => readonly Column[],
): Generator<readonly Column[], void, void> {
  for (let batch = batches.next(); !batch.done; batch = batches.next()) yield convert(batch.value);
}
