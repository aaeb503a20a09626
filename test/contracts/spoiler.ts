import type { Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";

/** What lies in a batch whose owner went on: read as text, offset, number or flag it is none that anybody wrote. */
const garbage = 0xa5;

/** Overwrites a batch, as its owner does sooner or later when it has it back. */
export function spoil(batch: Batch): void {
  for (const column of batch.columns) spoilColumn(column);
}

function spoilColumn(column: Column): void {
  for (const part of Object.values(column)) {
    if (ArrayBuffer.isView(part)) new Uint8Array(part.buffer, part.byteOffset, part.byteLength).fill(garbage);
  }
  for (const child of childrenOf(column)) spoilColumn(child);
}

/** The columns that a column is made of. */
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
