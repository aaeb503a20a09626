import type { Column } from "../../arrow/column.js";
import { passes } from "../../expression/aggregates/filter.js";
import { IntList } from "../../state/intList.js";

/** The rows for which a column is true. */
export function passing(filter: Column, length: number): IntList {
  const passed = passes(filter);
  const rows = new IntList(length);
  for (let i = 0; i < length; i++) if (passed(i)) rows.push(i);
  return rows;
}
