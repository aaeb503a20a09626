import { buffers } from "../arrow/buffers.js";
import type { FixedColumn, Nulls } from "../arrow/column.js";
import type { DataType } from "../arrow/types.js";

/** A column of doubles out of a lane, by slot. */
export function gatherF64(type: DataType, values: Float64Array, slots: Int32Array, count: number, nulls: Nulls): FixedColumn {
  const out = buffers.float64(count);
  for (let j = 0; j < count; j++) out[j] = values[slots[j]!]!;
  return { type, encoding: "f64", length: count, nulls, values: out };
}

/** A column of 64-bit integers out of a lane, by slot. */
export function gatherI64(type: DataType, values: BigInt64Array, slots: Int32Array, count: number, nulls: Nulls): FixedColumn {
  const out = buffers.int64(count);
  for (let j = 0; j < count; j++) out[j] = values[slots[j]!]!;
  return { type, encoding: "i64", length: count, nulls, values: out };
}

/** A boolean column out of a lane, by slot. */
export function gatherU8(type: DataType, values: Uint8Array, slots: Int32Array, count: number, nulls: Nulls): FixedColumn {
  const out = buffers.bytes(count);
  for (let j = 0; j < count; j++) out[j] = values[slots[j]!]!;
  return { type, encoding: "u8", length: count, nulls, values: out };
}
