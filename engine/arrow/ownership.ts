import type { Column } from "./column.js";

const owned = new WeakSet<Column>();

/**
 * Says that nobody writes to the column's buffers again, so that whoever keeps it needs no copy: what keeps rows for longer gets the column itself. Not inherited by
 * columns that are made from it.
 */
export function markOwned<C extends Column>(column: C): C {
  owned.add(column);
  if (column.encoding === "struct") column.children.forEach(markOwned);
  return column;
}

export function isOwned(column: Column): boolean {
  return owned.has(column);
}
