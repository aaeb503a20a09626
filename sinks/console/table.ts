import type { Batch } from "../../engine/arrow/batch.js";
import { dateText, dateTimeText } from "../../engine/arrow/civil.js";
import { readValue } from "../../engine/arrow/columns.js";
import type { DataType } from "../../engine/arrow/types.js";
import type { IntervalValue, MapValue, Value } from "../../engine/arrow/value.js";
import { dayTimeIntervalText, decimalText, yearMonthIntervalText } from "../../engine/arrow/valueText.js";
import { assert } from "../../engine/errors/assert.js";
import { doubleText, floatText } from "../../engine/expression/values/numberText.js";

/**
 * The first rows of a batch as Spark's `show` prints them: a ruled table, a line each.
 *
 * @param cellWidth longer cells are cut; 0: none is
 */
export function tableLines(batch: Batch, rowLimit: number, cellWidth: number): string[] {
  const shown = Math.min(batch.length, rowLimit);
  const header = batch.schema.fields.map((field) => cut(field.name, cellWidth));
  const rows = Array.from({ length: shown }, (_, row) =>
    batch.schema.fields.map((field, i) => cut(cellText(field.type, readValue(batch.columns[i]!, row)), cellWidth)),
  );
  const widths = header.map((name, i) => Math.max(3, displayWidth(name), ...rows.map((row) => displayWidth(row[i]!))));
  const rule = `+${widths.map((width) => "-".repeat(width)).join("+")}+`;
  const line = (cells: readonly string[]): string => `|${cells.map((cell, i) => pad(cell, widths[i]!, cellWidth > 0)).join("|")}|`;
  const more = batch.length > shown ? [`only showing top ${shown} ${shown === 1 ? "row" : "rows"}`] : [];
  return [rule, line(header), rule, ...rows.map(line), rule, ...more];
}

function cut(text: string, width: number): string {
  const clean = text.replace(/[\n\r\t\f\v\b]/g, (control) => JSON.stringify(control).slice(1, -1));
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

/** A value as Spark's cast to string writes it; times in UTC. */
function cellText(type: DataType, value: Value): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "float":
      return floatText(value as number);
    case "double":
      return doubleText(value as number);
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "date":
      return dateText(value as number);
    case "timestamp":
    case "timestamp_ntz":
      return dateTimeText(value as bigint)
        .replace("T", " ")
        .replace(/\.?0+$/, "");
    case "interval_daytime":
      return dayTimeIntervalText(value as bigint);
    case "interval_yearmonth":
      return yearMonthIntervalText(value as number);
    case "interval":
      return JSON.stringify(value as IntervalValue, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
    case "binary":
      return `[${Array.from(value as Uint8Array, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}]`;
    case "array":
      return `[${(value as readonly Value[]).map((element) => cellText(type.element, element)).join(", ")}]`;
    case "struct":
      return `{${(value as readonly Value[]).map((member, i) => cellText(type.fields[i]!.type, member)).join(", ")}}`;
    case "map": {
      const { keys, values } = value as MapValue;
      assert(keys.length === values.length, "a map of as many keys as values");
      return `{${keys.map((key, i) => `${cellText(type.key, key)} -> ${cellText(type.value, values[i]!)}`).join(", ")}}`;
    }
    default:
      return String(value as string | number | bigint | boolean);
  }
}
