import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Column, ViewColumn } from "../../engine/arrow/column.js";
import { isOwned } from "../../engine/arrow/ownership.js";
import type { Lending } from "../../engine/contract/lending.js";

/** What lies in a batch whose owner went on: as text, offset, number or flag nothing that anybody wrote. */
const garbage = 0xa5;

/** Lends copies, and overwrites them when they go back: whoever uses one still gets garbage. */
export const spoilingLending: Lending = {
  lend: (batch) => batchOf(batch.schema, batch.columns.map(copyColumn), batch.length),
  takeBack: spoil,
};

/** Overwrites a batch, as its owner does sooner or later when it has it back. */
export function spoil(batch: Batch): void {
  for (const column of batch.columns) spoilColumn(column);
}

function spoilColumn(column: Column): void {
  if (isOwned(column)) return;
  for (const part of Object.values(column)) {
    if (ArrayBuffer.isView(part)) new Uint8Array(part.buffer, part.byteOffset, part.byteLength).fill(garbage);
  }
  for (const child of childrenOf(column)) spoilColumn(child);
}

function childrenOf(column: Column): readonly Column[] {
  switch (column.encoding) {
    case "dictionary":
      return [column.dictionary];
    case "constant":
      return [column.value];
    case "struct":
      return column.children;
    case "list":
      return [column.element];
    case "map":
      return [column.keys, column.values];
    default:
      return [];
  }
}

/** A copy in the same encoding (`retainBatch` changes some), so that what takes it runs the code that it runs otherwise. */
function copyColumn(column: Column): Column {
  // Lent and given back as it is: nobody writes to it again.
  if (isOwned(column)) return column;
  if (column.encoding === "view") return copyViews(column);
  const copy = Object.fromEntries(Object.entries(column).map(([name, part]) => [name, copyPart(part)]));
  return copy as unknown as Column;
}

function copyPart(part: unknown): unknown {
  if (ArrayBuffer.isView(part)) return copyArray(part as Uint8Array);
  if (Array.isArray(part)) return (part as Column[]).map(copyColumn);
  return isColumn(part) ? copyColumn(part) : part;
}

function isColumn(part: unknown): part is Column {
  return typeof part === "object" && part !== null && "encoding" in part;
}

/** Of the same kind, over shared memory as all buffers are. */
function copyArray(array: Uint8Array): ArrayBufferView {
  const kind = array.constructor as new (buffer: SharedArrayBuffer) => Uint8Array;
  const copy = new kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

/** The bytes of the rows only: `data` is all of a decoder's memory. Undefined under a null. */
function copyViews(column: ViewColumn): ViewColumn {
  const { length, nulls } = column;
  const starts = new Int32Array(new SharedArrayBuffer(4 * length));
  const lengths = new Int32Array(new SharedArrayBuffer(4 * length));
  let total = 0;
  for (let row = 0; row < length; row++) {
    if (nulls !== null && nulls[row] !== 0) continue;
    starts[row] = total;
    lengths[row] = column.lengths[row]!;
    total += lengths[row]!;
  }
  const data = new Uint8Array(new SharedArrayBuffer(total));
  for (let row = 0; row < length; row++) {
    const from = column.starts[row]!;
    if (lengths[row]! > 0) data.set(column.data.subarray(from, from + lengths[row]!), starts[row]);
  }
  return { ...column, nulls: nulls === null ? null : (copyArray(nulls) as Uint8Array), data, starts, lengths };
}
