import { buffers } from "../arrow/buffers.js";
import { doublesOfLongs, isNullAt, plainColumn } from "../arrow/columns.js";
import type { Column, Nulls } from "../arrow/column.js";
import { isLongLike } from "../arrow/encodings.js";
import type { DataType, StructType } from "../arrow/types.js";

/** A field that is there: a byte that says so, and its 64 bits. */
const fieldBytes = 9;

/** Structs of 64-bit integers: windows. As keys their bytes are what `writeCell` gives, made without a value of each row. */
export function isLongStruct(type: DataType): type is StructType {
  return type.kind === "struct" && type.fields.length > 0 && type.fields.every((field) => isLongLike(field.type));
}

/** The bytes of each row: those of row i from `starts[i]` to `starts[i + 1]`. Null where the column is laid out in another way. */
export function packLongStructs(column: Column, count: number): { readonly bytes: Uint8Array; readonly starts: Int32Array } | null {
  if (column.encoding !== "struct") return null;
  const fields = column.children.map(halvesOf);
  if (!fields.every((field) => field !== null)) return null;
  const bytes = new Uint8Array(count * fields.length * fieldBytes);
  const view = new DataView(bytes.buffer);
  const starts = new Int32Array(count + 1);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (!isNullAt(column, i)) {
      for (const { nulls, low, high } of fields) {
        const isNull = nulls !== null && nulls[i] !== 0;
        bytes[at++] = isNull ? 1 : 0;
        if (isNull) continue;
        view.setInt32(at, low(i), true);
        view.setInt32(at + 4, high(i), true);
        at += 8;
      }
    }
    starts[i + 1] = at;
  }
  return { bytes, starts };
}

interface Halves {
  readonly nulls: Nulls;
  readonly low: (row: number) => number;
  readonly high: (row: number) => number;
}

function halvesOf(column: Column): Halves | null {
  const plain = plainColumn(column);
  const { nulls } = plain;
  if (plain.encoding === "f64") {
    const { values } = plain;
    return { nulls, low: (row) => values[row]! | 0, high: (row) => Math.floor(values[row]! / 2 ** 32) | 0 };
  }
  if (plain.encoding !== "i64") return null;
  const halves = new Int32Array(plain.values.buffer, plain.values.byteOffset, 2 * plain.length);
  return { nulls, low: (row) => halves[2 * row]!, high: (row) => halves[2 * row + 1]! };
}

/** The structs that such bytes stand for: those of row j begin at `startOf(j)` of `viewOf(j)`. */
export function unpackLongStructs(
  type: StructType,
  nulls: Nulls,
  count: number,
  viewOf: (row: number) => DataView,
  startOf: (row: number) => number,
): Column {
  const fields = type.fields.map((field) => ({ type: field.type, values: buffers.int64(count), nulls: null as Nulls }));
  const halves = fields.map(({ values }) => new Int32Array(values.buffer));
  for (let j = 0; j < count; j++) {
    const isNull = nulls !== null && nulls[j] !== 0;
    const view = viewOf(j);
    let at = isNull ? 0 : startOf(j);
    for (const [f, field] of fields.entries()) {
      if (isNull || view.getUint8(at++) === 1) {
        (field.nulls ??= buffers.bytes(count))[j] = 1;
        continue;
      }
      halves[f]![2 * j] = view.getInt32(at, true);
      halves[f]![2 * j + 1] = view.getInt32(at + 4, true);
      at += 8;
    }
  }
  const children = fields.map(({ type: own, values, nulls: absent }): Column => {
    const narrow = doublesOfLongs(values, count, absent);
    const base = { type: own, length: count, nulls: absent };
    return narrow === null ? { ...base, encoding: "i64", values } : { ...base, encoding: "f64", values: narrow };
  });
  return { type, encoding: "struct", length: count, nulls, children };
}
