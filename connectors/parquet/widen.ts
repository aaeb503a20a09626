import { buffers } from "../../engine/arrow/buffers.js";
import type { Column, Nulls } from "../../engine/arrow/column.js";
import { nullColumn } from "../../engine/arrow/columns.js";
import { allocateFixed, doublesOfLongs, fixedColumn, fixedEncodingOf, isLongLike } from "../../engine/arrow/encodings.js";
import { sameType, sqlTypeName, type DataType, type DecimalType } from "../../engine/arrow/types.js";
import { unreachable } from "../../engine/errors/assert.js";

/** A value that the wanted type has no room for. */
export class ValueBeyondType extends Error {}

const microsPerDay = 86_400_000_000;

/** The Julian day of 1970-01-01. */
const julianEpochDay = 2_440_588;

/**
 * The values of a column in a wider type, as `projection.ts` allows them: whole numbers as wider ones and as decimals, decimals with more digits, dates
 * as timestamps, twelve bytes of the old form as timestamps, bytes as text; also within structs, lists and maps.
 *
 * @throws ValueBeyondType for a whole number that TINYINT or SMALLINT has no room for
 */
export function widen(column: Column, to: DataType): Column {
  const { type, length, nulls } = column;
  if (sameType(type, to)) return column;
  if (type.kind === "null") return nullColumn(to, length);
  switch (column.encoding) {
    case "constant":
      return { ...column, type: to, value: widen(column.value, to) };
    case "struct":
      return to.kind === "struct"
        ? { ...column, type: to, children: column.children.map((child, i) => widen(child, to.fields[i]!.type)) }
        : never(column, to);
    case "list":
      return to.kind === "array" ? { ...column, type: to, element: widen(column.element, to.element) } : never(column, to);
    case "map":
      return to.kind === "map"
        ? { ...column, type: to, keys: widen(column.keys, to.key), values: widen(column.values, to.value) }
        : never(column, to);
    case "utf8":
      if (to.kind === "string") return { ...column, type: to };
      return to.kind === "timestamp" || to.kind === "timestamp_ntz" ? timestampsOfInt96(column.data, to, length, nulls) : never(column, to);
    case "i64":
    case "i128":
      if (to.kind === "decimal") return decimals(column, type.kind === "decimal" ? to.scale - type.scale : to.scale, to);
      return never(column, to);
    case "i32":
    case "f32":
    case "f64":
      if (to.kind === "decimal") return decimals(column, to.scale, to);
      return numbers(column.values, type.kind === "date" && isLongLike(to) ? microsPerDay : 1, to, length, nulls);
    default:
      return never(column, to);
  }
}

function never(column: Column, to: DataType): never {
  throw new Error(`${sqlTypeName(column.type)} is not read as ${sqlTypeName(to)}`);
}

function numbers(values: Int32Array | Float32Array | Float64Array, factor: number, to: DataType, length: number, nulls: Nulls): Column {
  const encoding = fixedEncodingOf(to);
  if (encoding === null || encoding === "i64") return unreachable(to as never);
  const into = allocateFixed(encoding, length);
  for (let i = 0; i < length; i++) into[i] = values[i]! * factor;
  if (encoding === "i8" || encoding === "i16") {
    for (let i = 0; i < length; i++) {
      if (into[i] !== values[i] && nulls?.[i] !== 1) throw new ValueBeyondType(`${values[i]} is no ${sqlTypeName(to)}`);
    }
  }
  return fixedColumn(to, encoding, into as never, length, nulls);
}

/** Unscaled values times a power of ten. */
function decimals(column: Column & { encoding: "i32" | "f32" | "f64" | "i64" | "i128" }, moreScale: number, to: DecimalType): Column {
  const { length, nulls } = column;
  const factor = 10n ** BigInt(moreScale);
  const narrow = to.precision <= 18;
  const values = buffers.int64(narrow ? length : length * 2);
  for (let i = 0; i < length; i++) {
    if (nulls?.[i] === 1) continue;
    const value = unscaled(column, i) * factor;
    if (narrow) values[i] = value;
    else {
      values[2 * i] = BigInt.asIntN(64, value);
      values[2 * i + 1] = value >> 64n;
    }
  }
  return narrow ? fixedColumn(to, "i64", values, length, nulls) : { type: to, encoding: "i128", length, nulls, values };
}

function unscaled(column: Column & { encoding: "i32" | "f32" | "f64" | "i64" | "i128" }, row: number): bigint {
  if (column.encoding === "i128") return (column.values[2 * row + 1]! << 64n) + BigInt.asUintN(64, column.values[2 * row]!);
  return BigInt(column.values[row]!);
}

/** INT96: eight bytes of nanoseconds within the day, four of the Julian day. */
function timestampsOfInt96(bytes: Uint8Array, to: DataType, length: number, nulls: Nulls): Column {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const micros = buffers.int64(length);
  for (let i = 0; i < length; i++) {
    if (nulls?.[i] === 1) continue;
    const nanos = view.getBigInt64(12 * i, true);
    micros[i] = BigInt(view.getInt32(12 * i + 8, true) - julianEpochDay) * BigInt(microsPerDay) + nanos / 1000n;
  }
  const doubles = doublesOfLongs(micros, length, nulls);
  return doubles ? fixedColumn(to, "f64", doubles, length, nulls) : fixedColumn(to, "i64", micros, length, nulls);
}
