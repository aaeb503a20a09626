import { assert } from "../errors/assert.js";
import type { Batch } from "./batch.js";
import type { Column, FixedColumn } from "./column.js";
import type { DataType } from "./types.js";
import type { Value } from "./value.js";

/** A UTF-8 decoder that keeps a leading byte-order mark, as data must. It reads shared buffers. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text of at most this many bytes is cheaper to put together than to hand to the decoder. */
const SHORT_TEXT = 24;

/** The text of `data[start .. end)`; malformed bytes become U+FFFD. */
export function decodeText(data: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return utf8.decode(data.subarray(start, end));
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = data[i]!;
    if (byte >= 0x80) return utf8.decode(data.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Whether row `row` is null, whatever the encoding. */
export function isNullAt(column: Column, row: number): boolean {
  if (column.nulls !== null && column.nulls[row] === 1) return true;
  switch (column.encoding) {
    case "null":
      return true;
    case "constant":
      return isNullAt(column.value, 0);
    case "dictionary":
      return isNullAt(column.dictionary, column.codes[row]!);
    default:
      return false;
  }
}

/** The value of one row. Exact for every type; makes objects, so never in a hot loop. */
export function readValue(column: Column, row: number): Value {
  assert(row >= 0 && row < column.length, `row ${row} of ${column.length}`);
  if (column.nulls !== null && column.nulls[row] === 1) return null;
  switch (column.encoding) {
    case "null":
      return null;
    case "constant":
      return readValue(column.value, 0);
    case "dictionary":
      return readValue(column.dictionary, column.codes[row]!);
    case "i128":
      return (column.values[2 * row + 1]! << 64n) | BigInt.asUintN(64, column.values[2 * row]!);
    case "view":
      return readBytes(column.type, column.data, column.starts[row]!, column.starts[row]! + column.lengths[row]!);
    case "utf8":
      return readBytes(column.type, column.data, column.offsets[row]!, column.offsets[row + 1]!);
    case "struct":
      return column.children.map((child) => readValue(child, row));
    case "list":
      return readRange(column.element, column.offsets[row]!, column.offsets[row + 1]!);
    case "map": {
      const start = column.offsets[row]!;
      const end = column.offsets[row + 1]!;
      return { keys: readRange(column.keys, start, end), values: readRange(column.values, start, end) };
    }
    default:
      return readFixed(column, row);
  }
}

function readBytes(type: DataType, data: Uint8Array, start: number, end: number): Value {
  return type.kind === "binary" ? new Uint8Array(data.subarray(start, end)) : decodeText(data, start, end);
}

function readRange(column: Column, start: number, end: number): Value[] {
  return Array.from({ length: end - start }, (_, i) => readValue(column, start + i));
}

function readFixed(column: FixedColumn, row: number): Value {
  const value = column.values[row]!;
  switch (column.type.kind) {
    case "boolean":
      return value !== 0;
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return BigInt(value);
    default:
      return value;
  }
}

/** All rows, as values by position. For tests and small results. */
export function rowsOf(batch: Batch): Value[][] {
  return Array.from({ length: batch.length }, (_, row) => batch.columns.map((column) => readValue(column, row)));
}
