import type { Column } from "../../arrow/column.js";
import { isNullAt, readValue, takeColumn } from "../../arrow/columns.js";

/** A column of texts that recur: of each row the place of its text among the distinct ones. */
export interface CommonEntries {
  readonly codes: Int32Array;
  readonly dictionary: Column;
}

/** So many rows have to share a text on average: fewer are not worth the look-up. */
const sharedBy = 8;
const fewestRows = 256;

/** The texts of a column by their places; null for other types, and where they hardly recur. Whoever groups or compares them looks at few bytes then. */
export function commonEntries(column: Column): CommonEntries | null {
  if (column.type.kind !== "string" || column.length < fewestRows) return null;
  const most = column.length / sharedBy;
  const places = new Map<unknown, number>();
  const firstRows: number[] = [];
  const codes = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const text = isNullAt(column, row) ? null : readValue(column, row);
    let place = places.get(text);
    if (place === undefined) {
      if (firstRows.length >= most) return null;
      places.set(text, (place = firstRows.length));
      firstRows.push(row);
    }
    codes[row] = place;
  }
  return { codes, dictionary: takeColumn(column, Int32Array.from(firstRows), firstRows.length) };
}
