import * as arrow from "apache-arrow";
import { assert } from "../errors/assert.js";
import { StreamingError } from "../errors/streamingError.js";
import { arrowTypeName, fromArrowSchema } from "./arrowTypes.js";
import { batchOf, type Batch } from "./batch.js";
import { buffers } from "./buffers.js";
import { checkedPlaces } from "./batchSize.js";
import { nullColumn } from "./builder.js";
import type { Column, FixedArrays, FixedEncoding, Nulls } from "./column.js";
import { concatColumns } from "./concat.js";
import { allocateFixed, doublesOfLongs, fixedColumn, fixedEncodingOf, isLongLike } from "./encodings.js";
import { sqlTypeName, type DataType, type Schema, type StructType } from "./types.js";

/** How members of structs are found: those of no known name by their position, or by name alone, so that an unknown one is null. */
export type StructMembers = "byPosition" | "byName";

/**
 * An Arrow batch in buffers of our own (shared, so that any thread may read them).
 *
 * @param schema the types wanted, by position; integers and floats may be narrower in the batch. Default: the batch's own
 * @throws ARROW_TYPE_MISMATCH
 */
export function fromArrow(
  recordBatch: arrow.RecordBatch,
  schema: Schema = fromArrowSchema(recordBatch.schema),
  members: StructMembers = "byPosition",
): Batch {
  assert(
    recordBatch.data.children.length === schema.fields.length,
    `${recordBatch.data.children.length} columns for ${schema.fields.length} fields`,
  );
  const columns = schema.fields.map((field, i) => columnFromArrow(recordBatch.data.children[i]!, field.type, members));
  return batchOf(schema, columns, recordBatch.numRows);
}

/**
 * One column of Arrow data.
 *
 * @throws ARROW_TYPE_MISMATCH when it does not hold values of `type`, or of a narrower type
 */
export function columnFromArrow(data: arrow.Data, type: DataType, members: StructMembers = "byPosition"): Column {
  const { length } = data;
  const is = arrow.DataType;
  if (is.isNull(data.type)) return nullColumn(type, length);
  const nulls = unpackNulls(data);
  if (is.isDictionary(data.type)) return dictionaryColumn(data, type, nulls);
  switch (type.kind) {
    case "boolean":
      if (is.isBool(data.type))
        return fixedColumn(type, "u8", unpackBits(data.values as Uint8Array, data.offset, length, 1), length, nulls);
      break;
    case "string":
      if (is.isUtf8(data.type) || is.isLargeUtf8(data.type)) return bytesColumn(data, type, nulls);
      break;
    case "binary":
      if (is.isBinary(data.type) || is.isLargeBinary(data.type)) return bytesColumn(data, type, nulls);
      if (is.isFixedSizeBinary(data.type)) return fixedBytesColumn(data, data.type.byteWidth, type, nulls);
      break;
    case "decimal":
      return decimalColumn(data, type.precision, type.scale, type, nulls);
    case "struct": {
      if (!is.isStruct(data.type)) break;
      const children = structChildren(data, type, members);
      return { type, encoding: "struct", length, nulls, children };
    }
    case "array":
      if (!is.isList(data.type) && !is.isFixedSizeList(data.type)) break;
      return {
        type,
        encoding: "list",
        length,
        nulls,
        offsets: listOffsets(data),
        element: columnFromArrow(data.children[0]!, type.element, members),
      };
    case "map": {
      if (!is.isMap(data.type)) break;
      const [keys, values] = data.children[0]!.children as [arrow.Data, arrow.Data];
      return {
        type,
        encoding: "map",
        length,
        nulls,
        offsets: listOffsets(data),
        keys: columnFromArrow(keys, type.key, members),
        values: columnFromArrow(values, type.value, members),
      };
    }
    default:
      if (isLongLike(type)) return longColumn(data, type, nulls);
      return numberColumn(data, type, nulls);
  }
  throw mismatch(data, type);
}

/** The members by name; by position when no name is known and that is wanted. One that the data does not have is null. */
function structChildren(data: arrow.Data, type: StructType, members: StructMembers): Column[] {
  const names = (data.type as arrow.Struct).children.map((child) => child.name);
  const at = type.fields.map((field) => names.indexOf(field.name));
  const byPosition = members === "byPosition" && at.every((i) => i < 0);
  if (byPosition && names.length !== type.fields.length) throw mismatch(data, type);
  return type.fields.map((field, i) => {
    const child = data.children[byPosition ? i : at[i]!];
    return child ? columnFromArrow(child, field.type, members) : nullColumn(field.type, data.length);
  });
}

function mismatch(data: arrow.Data, type: DataType): StreamingError {
  return new StreamingError("ARROW_TYPE_MISMATCH", { expected: sqlTypeName(type), actual: arrowTypeName(data.type) });
}

function unpackNulls(data: arrow.Data): Nulls {
  const bitmap = data.nullBitmap as Uint8Array | undefined;
  if (!bitmap || bitmap.length === 0 || data.nullCount === 0) return null;
  return unpackBits(bitmap, data.offset, data.length, 0);
}

/** One byte a row: 1 where the bit is `one`. */
function unpackBits(bits: Uint8Array, offset: number, length: number, one: 0 | 1): Uint8Array {
  const bytes = buffers.bytes(length);
  for (let i = 0; i < length; i++) {
    const at = offset + i;
    bytes[i] = ((bits[at >> 3]! >> (at & 7)) & 1) === one ? 1 : 0;
  }
  return bytes;
}

function bytesColumn(data: arrow.Data, type: DataType, nulls: Nulls): Column {
  const { length } = data;
  const from = data.valueOffsets as Int32Array | BigInt64Array;
  const first = Number(from[0] ?? 0);
  const offsets = buffers.int32(length + 1);
  for (let i = 1; i <= length; i++) {
    offsets[i] = Number(from[i]) - first;
  }
  checkedPlaces(Number(from[length] ?? 0) - first);
  const bytes = buffers.bytes(offsets[length]!);
  bytes.set((data.values as Uint8Array).subarray(first, first + offsets[length]!));
  return { type, encoding: "utf8", length, nulls, data: bytes, offsets };
}

function fixedBytesColumn(data: arrow.Data, width: number, type: DataType, nulls: Nulls): Column {
  const { length } = data;
  const offsets = buffers.int32(length + 1);
  for (let i = 1; i <= length; i++) offsets[i] = i * width;
  const bytes = buffers.bytes(length * width);
  bytes.set((data.values as Uint8Array).subarray(0, length * width));
  return { type, encoding: "utf8", length, nulls, data: bytes, offsets };
}

/** Elements of lists keep their places: a list that was cut out of a larger one has offsets that do not start at 0. */
function listOffsets(data: arrow.Data): Int32Array {
  const offsets = buffers.int32(data.length + 1);
  if (arrow.DataType.isFixedSizeList(data.type)) for (let i = 0; i <= data.length; i++) offsets[i] = i * data.type.listSize;
  else offsets.set((data.valueOffsets as Int32Array).subarray(0, data.length + 1));
  return offsets;
}

function dictionaryColumn(data: arrow.Data, type: DataType, nulls: Nulls): Column {
  const { length } = data;
  const codes = buffers.int32(length);
  const indices = data.values as Int32Array | BigInt64Array;
  for (let i = 0; i < length; i++) codes[i] = Number(indices[i]);
  const chunks = (data.dictionary as arrow.Vector).data.map((chunk) => columnFromArrow(chunk, type));
  const dictionary = chunks.length === 1 ? chunks[0]! : concatColumns(type, chunks);
  return { type, encoding: "dictionary", length, nulls, codes, dictionary };
}

function numberColumn(data: arrow.Data, type: DataType, nulls: Nulls): Column {
  const { length } = data;
  const encoding = fixedEncodingOf(type);
  if (encoding === null || !holdsNumbersOf(type, data.type)) throw mismatch(data, type);
  const into = allocateFixed(encoding, length) as Exclude<FixedArrays[FixedEncoding], BigInt64Array>;
  if (arrow.DataType.isDate(data.type) && data.type.unit === arrow.DateUnit.MILLISECOND) {
    const values = data.values as BigInt64Array;
    for (let i = 0; i < length; i++) into[i] = Math.floor(Number(values[i]) / 86_400_000);
  } else if (arrow.DataType.isFloat(data.type) && data.type.precision === arrow.Precision.HALF) {
    const values = data.values as Uint16Array;
    for (let i = 0; i < length; i++) into[i] = halfToNumber(values[i]!);
  } else {
    into.set((data.values as Float64Array).subarray(0, length));
  }
  return fixedColumn(type, encoding, into as never, length, nulls);
}

/** Whether every value of the Arrow type is a value of `type`, one of the types of at most 32 bits or a float. */
function holdsNumbersOf(type: DataType, from: arrow.DataType): boolean {
  const is = arrow.DataType;
  const bits = { byte: 7, short: 15, int: 31, float: 24, double: 53 }[type.kind as string];
  if (is.isInt(from)) return bits !== undefined && from.bitWidth <= 32 && (from.isSigned ? from.bitWidth - 1 : from.bitWidth) <= bits;
  if (is.isFloat(from)) return type.kind === "double" || (type.kind === "float" && from.precision !== arrow.Precision.DOUBLE);
  if (is.isDate(from)) return type.kind === "date";
  return is.isInterval(from) && from.unit === arrow.IntervalUnit.YEAR_MONTH && type.kind === "interval_yearmonth";
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function longColumn(data: arrow.Data, type: DataType, nulls: Nulls): Column {
  const { length } = data;
  const scale = longScaleOf(type, data.type);
  if (scale === null) throw mismatch(data, type);
  if (!(data.values instanceof BigInt64Array)) {
    const doubles = buffers.float64(length);
    doubles.set((data.values as Int32Array).subarray(0, length));
    return fixedColumn(type, "f64", doubles, length, nulls);
  }
  const values = rescaled(data.values.subarray(0, length), scale, nulls);
  const doubles = doublesOfLongs(values, length, nulls);
  if (doubles) return fixedColumn(type, "f64", doubles, length, nulls);
  const longs = buffers.int64(length);
  longs.set(values);
  return fixedColumn(type, "i64", longs, length, nulls);
}

/** Microseconds per unit of the Arrow values; negative when there are several units in one; null when the types do not fit. */
function longScaleOf(type: DataType, from: arrow.DataType): number | null {
  const is = arrow.DataType;
  if (type.kind === "long") return is.isInt(from) && (from.isSigned || from.bitWidth < 64) ? 1 : null;
  const fits = type.kind === "interval_daytime" ? is.isDuration(from) : is.isTimestamp(from);
  return fits ? [1_000_000, 1000, 1, -1000][(from as arrow.Timestamp).unit]! : null;
}

function rescaled(values: BigInt64Array, scale: number, nulls: Nulls): BigInt64Array {
  if (scale === 1) return values;
  const factor = BigInt(Math.abs(scale));
  return values.map((value, i) => {
    if (nulls !== null && nulls[i] === 1) return 0n;
    if (scale < 0) return (value - (((value % factor) + factor) % factor)) / factor;
    assert(BigInt.asIntN(64, value * factor) === value * factor, "a timestamp beyond the range of microseconds");
    return value * factor;
  });
}

function decimalColumn(data: arrow.Data, precision: number, scale: number, type: DataType, nulls: Nulls): Column {
  const { length } = data;
  if (arrow.DataType.isInt(data.type) && data.values instanceof BigUint64Array && precision === 20 && scale === 0) {
    const wide = buffers.int64(length * 2);
    for (let i = 0; i < length; i++) wide[2 * i] = BigInt.asIntN(64, data.values[i]!);
    return { type, encoding: "i128", length, nulls, values: wide };
  }
  const fits =
    arrow.DataType.isDecimal(data.type) && data.type.bitWidth === 128 && data.type.scale === scale && data.type.precision <= precision;
  if (!fits) throw mismatch(data, type);
  const from = data.values as Uint32Array;
  const narrow = precision <= 18;
  const values = buffers.int64(narrow ? length : length * 2);
  const halves = new Uint32Array(values.buffer);
  if (!narrow) halves.set(from.subarray(0, length * 4));
  else {
    for (let i = 0; i < length; i++) {
      halves[2 * i] = from[4 * i]!;
      halves[2 * i + 1] = from[4 * i + 1]!;
    }
  }
  return narrow ? { type, encoding: "i64", length, nulls, values } : { type, encoding: "i128", length, nulls, values };
}
