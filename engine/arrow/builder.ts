import { notYetSupported } from "../errors/streamingError.js";
import { checkedPlaces } from "./batchSize.js";
import { assert } from "../errors/assert.js";
import { batchOf, type Batch } from "./batch.js";
import { buffers } from "./buffers.js";
import type { Column, Nulls, Utf8Column } from "./column.js";
import { allocateFixed, fixedColumn, fixedEncodingOf, isLongLike } from "./encodings.js";
import type { ArrayType, DataType, MapType, Schema, StructType } from "./types.js";
import type { MapValue, Value } from "./value.js";

const encoder = new TextEncoder();

/** A column of these values; 64-bit integers are f64 when all of them are safe integers, else i64. */
export function columnFromValues(type: DataType, values: readonly Value[]): Column {
  const length = values.length;
  if (type.kind === "null") return { type, encoding: "null", length, nulls: null };
  const nulls = nullsOfValues(values);
  switch (type.kind) {
    case "string":
    case "binary":
      return bytesColumn(type, values, nulls);
    case "array":
      return listColumn(type, values as readonly (readonly Value[] | null)[], nulls);
    case "map":
      return mapColumn(type, values as readonly (MapValue | null)[], nulls);
    case "struct":
      return structColumn(type, values as readonly (readonly Value[] | null)[], nulls);
    case "decimal":
      return decimalColumn(type.precision, type, values as readonly (bigint | null)[], nulls);
    default:
      return isLongLike(type) ? longColumn(type, values as readonly (bigint | null)[], nulls) : numberColumn(type, values, nulls);
  }
}

/** A batch of these rows, each a list of values by position. */
export function batchFromRows(schema: Schema, rows: readonly (readonly Value[])[]): Batch {
  for (const row of rows) assert(row.length === schema.fields.length, `a row of ${row.length} values for ${schema.fields.length} fields`);
  const columns = schema.fields.map((field, i) =>
    columnFromValues(
      field.type,
      rows.map((row) => row[i]!),
    ),
  );
  return batchOf(schema, columns, rows.length);
}

/** A batch without rows. */
export function emptyBatch(schema: Schema): Batch {
  return batchFromRows(schema, []);
}

/** `length` rows of the one value. */
export function constantColumn(type: DataType, value: Value, length: number): Column {
  return { type, encoding: "constant", length, nulls: null, value: columnFromValues(type, [value]) };
}

/** `length` nulls of any type. */
export function nullColumn(type: DataType, length: number): Column {
  return type.kind === "null" ? { type, encoding: "null", length, nulls: null } : constantColumn(type, null, length);
}

function nullsOfValues(values: readonly Value[]): Nulls {
  if (!values.includes(null)) return null;
  const nulls = buffers.bytes(values.length);
  for (let i = 0; i < values.length; i++) if (values[i] === null) nulls[i] = 1;
  return nulls;
}

function numberColumn(type: DataType, values: readonly Value[], nulls: Nulls): Column {
  const encoding = fixedEncodingOf(type);
  if (type.kind === "interval") throw notYetSupported("a column of type interval");
  assert(encoding !== null && encoding !== "i64", `no column of type ${type.kind}`);
  const array = allocateFixed(encoding, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null) array[i] = Number(value);
  }
  return fixedColumn(type, encoding, array, values.length, nulls);
}

function longColumn(type: DataType, values: readonly (bigint | null)[], nulls: Nulls): Column {
  const length = values.length;
  const safe = values.every((value) => value === null || (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER));
  if (safe) {
    const doubles = buffers.float64(length);
    for (let i = 0; i < length; i++) doubles[i] = Number(values[i] ?? 0n);
    return { type, encoding: "f64", length, nulls, values: doubles };
  }
  const longs = buffers.int64(length);
  for (let i = 0; i < length; i++) longs[i] = inRange(values[i] ?? 0n, 64);
  return { type, encoding: "i64", length, nulls, values: longs };
}

function decimalColumn(precision: number, type: DataType, values: readonly (bigint | null)[], nulls: Nulls): Column {
  const length = values.length;
  if (precision <= 18) {
    const longs = buffers.int64(length);
    for (let i = 0; i < length; i++) longs[i] = inRange(values[i] ?? 0n, 64);
    return { type, encoding: "i64", length, nulls, values: longs };
  }
  const halves = buffers.int64(length * 2);
  for (let i = 0; i < length; i++) {
    const value = inRange(values[i] ?? 0n, 128);
    halves[2 * i] = BigInt.asIntN(64, value);
    halves[2 * i + 1] = value >> 64n;
  }
  return { type, encoding: "i128", length, nulls, values: halves };
}

/** A typed array would wrap a value that is too large without a word. */
function inRange(value: bigint, bits: number): bigint {
  assert(BigInt.asIntN(bits, value) === value, `${value} does not fit ${bits} bits`);
  return value;
}

function bytesColumn(type: DataType, values: readonly Value[], nulls: Nulls): Utf8Column {
  const length = values.length;
  // A text has at least as many bytes as units: what is too much is known before it is encoded.
  checkedPlaces(values.reduce<number>((sum, value) => sum + (value === null ? 0 : (value as string | Uint8Array).length), 0));
  const parts = values.map((value) => (value === null ? null : typeof value === "string" ? encoder.encode(value) : (value as Uint8Array)));
  const offsets = buffers.int32(length + 1);
  let total = 0;
  for (let i = 0; i < length; i++) {
    total += parts[i]?.length ?? 0;
    checkedPlaces(total);
    offsets[i + 1] = total;
  }
  const data = buffers.bytes(total);
  for (let i = 0; i < length; i++) {
    const part = parts[i];
    if (part) data.set(part, offsets[i]);
  }
  return { type, encoding: "utf8", length, nulls, data, offsets };
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = buffers.int32(lengths.length + 1);
  let total = 0;
  for (let i = 0; i < lengths.length; i++) {
    total += lengths[i]!;
    checkedPlaces(total);
    offsets[i + 1] = total;
  }
  return offsets;
}

function listColumn(type: ArrayType, values: readonly (readonly Value[] | null)[], nulls: Nulls): Column {
  const offsets = offsetsOf(values.map((value) => value?.length ?? 0));
  const element = columnFromValues(
    type.element,
    values.flatMap((value) => value ?? []),
  );
  return { type, encoding: "list", length: values.length, nulls, offsets, element };
}

function mapColumn(type: MapType, values: readonly (MapValue | null)[], nulls: Nulls): Column {
  for (const value of values) assert(value === null || value.keys.length === value.values.length, "a map of as many keys as values");
  const offsets = offsetsOf(values.map((value) => value?.keys.length ?? 0));
  const keys = columnFromValues(
    type.key,
    values.flatMap((value) => value?.keys ?? []),
  );
  const mapped = columnFromValues(
    type.value,
    values.flatMap((value) => value?.values ?? []),
  );
  return { type, encoding: "map", length: values.length, nulls, offsets, keys, values: mapped };
}

function structColumn(type: StructType, values: readonly (readonly Value[] | null)[], nulls: Nulls): Column {
  const children = type.fields.map((field, f) =>
    columnFromValues(
      field.type,
      values.map((value) => value?.[f] ?? null),
    ),
  );
  return { type, encoding: "struct", length: values.length, nulls, children };
}
