import type { Value } from "../engine/arrow/value.js";
import type { DataType, Schema } from "../engine/arrow/types.js";
import { valueText } from "../engine/expression/values/valueText.js";

/**
 * Rows as Spark's `show` prints them: a ruled table, the first `limit` rows, cells of more than 20 characters cut.
 *
 * @param rows may hold one row more than `limit`: then the text says that there are more
 * @param truncate true: 20 characters and cells to the right; a number: that many; false: whole cells, to the left
 * @param zone the session time zone, in which timestamps are shown
 */
export function tableText(
  schema: Schema,
  rows: readonly (readonly Value[])[],
  limit: number,
  truncate: boolean | number,
  zone: string,
): string {
  const width = truncate === true ? 20 : truncate === false ? 0 : truncate;
  const cells = rows.slice(0, limit).map((row) => schema.fields.map(({ type }, i) => cut(cellText(row[i]!, type, zone), width)));
  const header = schema.fields.map(({ name }) => cut(name, width));
  const widths = header.map((name, i) => Math.max(3, name.length, ...cells.map((row) => row[i]!.length)));
  const rule = `+${widths.map((w) => "-".repeat(w)).join("+")}+`;
  const aligned = (cell: string, i: number): string => (width > 0 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!));
  const line = (row: readonly string[]): string => `|${row.map(aligned).join("|")}|`;
  const more = rows.length > limit ? [`only showing top ${limit} row${limit === 1 ? "" : "s"}`] : [];
  return [rule, line(header), rule, ...cells.map(line), rule, ...more].join("\n");
}

function cellText(value: Value, type: DataType, zone: string): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `[${Array.from(value, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}]`;
  return valueText(value, type, zone).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** The text, or its start and `...`. */
function cut(text: string, width: number): string {
  if (width === 0 || text.length <= width) return text;
  return width < 4 ? text.slice(0, width) : `${text.slice(0, width - 3)}...`;
}
