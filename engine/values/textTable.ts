import type { DataType, Schema } from "../arrow/types.js";
import type { MapValue, Value } from "../arrow/value.js";
import { dayTimeIntervalText, yearMonthIntervalText } from "../arrow/valueText.js";
import { valueText } from "./valueText.js";

export interface TableForm {
  /** How many rows are shown. */
  readonly rowLimit: number;
  /** Longer cells are cut, and cells stand to the right; 0: none is cut, and they stand to the left. */
  readonly cellWidth: number;
  /** The zone that timestamps are shown in. */
  readonly zone: string;
}

/**
 * Rows as Spark's `show` prints them: a ruled table, a line each.
 *
 * @param rows may be more than are shown: then the last line says so
 */
export function tableLines(schema: Schema, rows: readonly (readonly Value[])[], { rowLimit, cellWidth, zone }: TableForm): string[] {
  const header = schema.fields.map(({ name }) => cut(name, cellWidth));
  const cells = rows.slice(0, rowLimit).map((row) => schema.fields.map(({ type }, i) => cut(cellText(row[i]!, type, zone), cellWidth)));
  const widths = header.map((name, i) => Math.max(3, displayWidth(name), ...cells.map((row) => displayWidth(row[i]!))));
  const rule = `+${widths.map((width) => "-".repeat(width)).join("+")}+`;
  const line = (row: readonly string[]): string => `|${row.map((cell, i) => pad(cell, widths[i]!, cellWidth > 0)).join("|")}|`;
  const more = rows.length > rowLimit ? [`only showing top ${rowLimit} ${rowLimit === 1 ? "row" : "rows"}`] : [];
  return [rule, line(header), rule, ...cells.map(line), rule, ...more];
}

const escapes: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\b": "\\b",
  "\v": "\\v",
  "\u0007": "\\a",
};

function cut(text: string, width: number): string {
  const clean = text.replace(/\p{Cc}/gu, (control) => escapes[control] ?? control);
  if (width === 0 || clean.length <= width) return clean;
  return width < 4 ? clean.slice(0, width) : `${clean.slice(0, width - 3)}...`;
}

function pad(cell: string, width: number, toTheRight: boolean): string {
  const fill = " ".repeat(width - displayWidth(cell));
  return toTheRight ? fill + cell : cell + fill;
}

/** East Asian wide characters take two places of a terminal. */
function displayWidth(text: string): number {
  const wide = text.match(
    /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]/g,
  );
  return text.length + (wide?.length ?? 0);
}

/** A value as its cast to string, but for nulls within, bytes and intervals. */
function cellText(value: Value, type: DataType, zone: string): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "interval_daytime":
      return dayTimeIntervalText(value as bigint);
    case "interval_yearmonth":
      return yearMonthIntervalText(value as number);
    case "binary":
      return `[${Array.from(value as Uint8Array, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}]`;
    case "array":
      return `[${(value as readonly Value[]).map((element) => cellText(element, type.element, zone)).join(", ")}]`;
    case "struct":
      return `{${(value as readonly Value[]).map((member, i) => cellText(member, type.fields[i]!.type, zone)).join(", ")}}`;
    case "map": {
      const { keys, values } = value as MapValue;
      return `{${keys.map((key, i) => `${cellText(key, type.key, zone)} -> ${cellText(values[i]!, type.value, zone)}`).join(", ")}}`;
    }
    default:
      return valueText(value, type, zone);
  }
}
