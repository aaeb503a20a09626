import { buffers } from "../arrow/buffers.js";
import type { Column, Nulls } from "../arrow/column.js";
import type { DecimalType } from "../arrow/types.js";
import { plainColumn } from "../arrow/columns.js";
import { assert } from "../errors/assert.js";
import { Lane } from "./lane.js";

const lowMask = 2n ** 64n - 1n;

/** Unscaled decimals of up to 38 digits: two 64-bit halves a slot, the low one first. */
export class DecimalLane extends Lane<"i64"> {
  constructor() {
    super("i64", 0n, 2);
  }

  get(slot: number): bigint {
    return (this.values[2 * slot + 1]! << 64n) | (this.values[2 * slot]! & lowMask);
  }

  set(slot: number, value: bigint): void {
    this.values[2 * slot] = BigInt.asIntN(64, value);
    this.values[2 * slot + 1] = value >> 64n;
  }
}

/** A decimal column of `count` rows, unscaled values given by row. */
export function decimalColumn(type: DecimalType, count: number, nulls: Nulls, valueAt: (row: number) => bigint): Column {
  if (type.precision <= 18) {
    const values = buffers.int64(count);
    for (let j = 0; j < count; j++) if (nulls === null || nulls[j] === 0) values[j] = valueAt(j);
    return { type, encoding: "i64", length: count, nulls, values };
  }
  const values = buffers.int64(2 * count);
  for (let j = 0; j < count; j++) {
    if (nulls !== null && nulls[j] !== 0) continue;
    const value = valueAt(j);
    values[2 * j] = BigInt.asIntN(64, value);
    values[2 * j + 1] = value >> 64n;
  }
  return { type, encoding: "i128", length: count, nulls, values };
}

/** Reads the unscaled values of a decimal column, row by row; null where a row is. */
export function decimalReader(column: Column): (row: number) => bigint | null {
  const plain = plainColumn(column);
  const { nulls } = plain;
  if (plain.encoding === "null") return () => null;
  assert(plain.encoding === "i64" || plain.encoding === "i128", `decimals of encoding ${plain.encoding}`);
  const { values } = plain;
  if (plain.encoding === "i64") return (row) => (nulls !== null && nulls[row] !== 0 ? null : values[row]!);
  return (row) => (nulls !== null && nulls[row] !== 0 ? null : (values[2 * row + 1]! << 64n) | (values[2 * row]! & lowMask));
}
