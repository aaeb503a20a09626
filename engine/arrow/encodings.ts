import { compileFunction } from "../codegen/compileFunction.js";
import { buffers } from "./buffers.js";
import type { FixedArrays, FixedColumn, FixedEncoding, Nulls } from "./column.js";
import type { DataType } from "./types.js";

/**
 * The fixed-width encoding of a type, or null when it has another layout. Of the two that a 64-bit integer can have this is the narrow one (f64);
 * i64 is for columns with a value beyond the safe integers.
 */
export function fixedEncodingOf(type: DataType): FixedEncoding | null {
  switch (type.kind) {
    case "boolean":
      return "u8";
    case "byte":
      return "i8";
    case "short":
      return "i16";
    case "int":
    case "date":
    case "interval_yearmonth":
      return "i32";
    case "float":
      return "f32";
    case "double":
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return "f64";
    case "decimal":
      return type.precision <= 18 ? "i64" : null;
    default:
      return null;
  }
}

/** Whether values of the type are 64-bit integers, which have two encodings: f64 and i64. */
export function isLongLike(type: DataType): boolean {
  return type.kind === "long" || type.kind === "timestamp" || type.kind === "timestamp_ntz" || type.kind === "interval_daytime";
}

const allocators: { readonly [E in FixedEncoding]: (length: number) => FixedArrays[E] } = {
  u8: (length) => buffers.bytes(length),
  i8: (length) => buffers.int8(length),
  i16: (length) => buffers.int16(length),
  i32: (length) => buffers.int32(length),
  f32: (length) => buffers.float32(length),
  f64: (length) => buffers.float64(length),
  i64: (length) => buffers.int64(length),
};

/** A fresh, zeroed array of the encoding. */
export function allocateFixed<E extends FixedEncoding>(encoding: E, length: number): FixedArrays[E] {
  return allocators[encoding](length);
}

/** A fixed-width column; the one place where an encoding and its array are put together without the compiler seeing that they match. */
export function fixedColumn<E extends FixedEncoding>(
  type: DataType,
  encoding: E,
  values: FixedArrays[E],
  length: number,
  nulls: Nulls,
): FixedColumn {
  return { type, encoding, values, length, nulls } as unknown as FixedColumn;
}

/** The same loop compiled once an encoding: a loop that sees one kind of typed array only is several times faster than one that sees seven. */
export function loopPerEncoding<F>(name: string, parameters: readonly string[], body: string): Readonly<Record<FixedEncoding, F>> {
  const compile = (encoding: string): F => compileFunction({ name: `${name}_${encoding}`, parameters, body }) as F;
  return {
    u8: compile("u8"),
    i8: compile("i8"),
    i16: compile("i16"),
    i32: compile("i32"),
    f32: compile("f32"),
    f64: compile("f64"),
    i64: compile("i64"),
  };
}

/** A BigInt64Array of f64-encoded longs. Null rows become 0: what lies under a null may be no integer. */
export function longsOfDoubles(values: Float64Array, length: number, nulls: Nulls): BigInt64Array {
  const longs = buffers.int64(length);
  // Two 32-bit halves are written instead of a BigInt a row, which would be allocated.
  const halves = new Int32Array(longs.buffer, longs.byteOffset, length * 2);
  for (let i = 0; i < length; i++) {
    if (nulls !== null && nulls[i] === 1) continue;
    const value = values[i]!;
    halves[2 * i] = value | 0;
    halves[2 * i + 1] = Math.floor(value / 4294967296);
  }
  return longs;
}

/** The values as doubles when all of them are safe integers, else null. Null rows become 0. */
export function doublesOfLongs(values: BigInt64Array, length: number, nulls: Nulls): Float64Array | null {
  const doubles = buffers.float64(length);
  const halves = new Int32Array(values.buffer, values.byteOffset, length * 2);
  for (let i = 0; i < length; i++) {
    if (nulls !== null && nulls[i] === 1) continue;
    const value = halves[2 * i + 1]! * 4294967296 + (halves[2 * i]! >>> 0);
    // Rounding can only move an unsafe value up to 2^53 itself, never below it.
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) return null;
    doubles[i] = value;
  }
  return doubles;
}
