import * as arrow from "apache-arrow";
import { assert } from "../errors/assert.js";
import type { Batch } from "./batch.js";
import type { Column, FixedColumn, Nulls, Utf8Column, ViewColumn } from "./column.js";
import { toArrowSchema, toArrowType } from "./arrowTypes.js";
import { retainColumn } from "./concat.js";
import { isLongLike, longsOfDoubles } from "./encodings.js";
import { plainColumn } from "./take.js";

/**
 * The batch in Arrow's layout. Where the layouts agree nothing is copied: the result borrows what `batch` borrows, so retain the batch first if
 * the result has to live longer.
 */
export function toArrow(batch: Batch): arrow.RecordBatch {
  const schema = toArrowSchema(batch.schema);
  const children = batch.columns.map((column) => toArrowData(column));
  const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length: batch.length, nullCount: 0, children });
  return new arrow.RecordBatch(schema, data);
}

function toArrowData(column: Column): arrow.Data {
  const plain = plainColumn(column);
  const { length, nulls } = plain;
  const type = toArrowType(plain.type);
  const base = { length, ...validity(nulls, length) };
  switch (plain.encoding) {
    case "null":
      return arrow.makeData({ type: type as arrow.Null, length });
    case "i128":
      return arrow.makeData({
        ...base,
        type: type as arrow.Decimal,
        data: new Uint32Array(plain.values.buffer, plain.values.byteOffset, length * 4),
      });
    case "view":
    case "utf8":
      return toArrowBytes(plain, type, base);
    case "struct":
      return arrow.makeData({ ...base, type: type as arrow.Struct, children: plain.children.map(toArrowData) });
    case "list":
      return arrow.makeData({
        ...base,
        type: type as arrow.List,
        valueOffsets: plain.offsets.subarray(0, length + 1),
        child: toArrowData(plain.element),
      });
    case "map": {
      const entriesType = (type as arrow.Map_).children[0]!.type as arrow.Struct;
      const children = [toArrowData(plain.keys), toArrowData(plain.values)];
      const child = arrow.makeData({ type: entriesType, length: plain.keys.length, nullCount: 0, children });
      return arrow.makeData({
        ...base,
        type: type as arrow.Map_,
        valueOffsets: plain.offsets.subarray(0, length + 1),
        child: child as never,
      });
    }
    default:
      return toArrowFixed(plain, type, base);
  }
}

interface DataBase {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}

function toArrowBytes(column: ViewColumn | Utf8Column, type: arrow.DataType, base: DataBase): arrow.Data {
  const utf8 = column.encoding === "utf8" ? column : retainColumn(column);
  assert(utf8.encoding === "utf8", "a retained view is utf8");
  return arrow.makeData({ ...base, type: type as arrow.Utf8, valueOffsets: utf8.offsets.subarray(0, column.length + 1), data: utf8.data });
}

function toArrowFixed(column: FixedColumn, type: arrow.DataType, base: DataBase): arrow.Data {
  const { length, nulls } = column;
  if (column.encoding === "u8") {
    return arrow.makeData({ ...base, type: type as arrow.Bool, data: packBits(column.values, length, 1).bits });
  }
  if (column.type.kind === "decimal") {
    assert(column.encoding === "i64", `a decimal of encoding ${column.encoding}`);
    return arrow.makeData({ ...base, type: type as arrow.Decimal, data: widenTo128(column.values, length) });
  }
  const isLong = column.encoding === "f64" && isLongLike(column.type);
  const data = isLong ? longsOfDoubles(column.values, length, nulls) : column.values.subarray(0, length);
  return arrow.makeData({ ...base, type: type as arrow.Int, data: data as Int32Array });
}

function validity(nulls: Nulls, length: number): { nullCount: number; nullBitmap?: Uint8Array } {
  if (nulls === null) return { nullCount: 0 };
  const { bits, ones } = packBits(nulls, length, 0);
  return { nullCount: length - ones, nullBitmap: bits };
}

/** One bit for each byte that equals `one`, the first row in the lowest bit; and how many there are. */
function packBits(bytes: Uint8Array, length: number, one: 0 | 1): { bits: Uint8Array; ones: number } {
  const bits = new Uint8Array(((length + 63) >> 6) << 3);
  let ones = 0;
  for (let i = 0; i < length; i++) {
    if ((bytes[i] === 0 ? 0 : 1) !== one) continue;
    bits[i >> 3]! |= 1 << (i & 7);
    ones++;
  }
  return { bits, ones };
}

function widenTo128(values: BigInt64Array, length: number): Uint32Array {
  const wide = new Uint32Array(length * 4);
  const halves = new Int32Array(values.buffer, values.byteOffset, length * 2);
  for (let i = 0; i < length; i++) {
    const high = halves[2 * i + 1]!;
    wide[4 * i] = halves[2 * i]!;
    wide[4 * i + 1] = high;
    wide[4 * i + 2] = high >> 31;
    wide[4 * i + 3] = high >> 31;
  }
  return wide;
}
