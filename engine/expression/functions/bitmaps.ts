import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { bitmapBits } from "../../values/bitmap.js";
import { typeOf } from "../types/typeOf.js";
import { castArgs, fixed, unexpectedType, type FunctionEntry } from "./entry.js";

/** Whole numbers as places in bitmaps of a fixed size, by which the different ones of many rows are counted. */

function place(name: string, doc: string, evaluate: (value: bigint) => bigint): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.long], types.long),
    eval: ([value]) => evaluate(value as bigint),
  };
}

const bitmapCount: FunctionEntry = {
  name: "bitmap_count",
  doc: "The number of bits that are set in a bitmap.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const { kind } = typeOf(args[0]!);
    if (kind !== "binary" && kind !== "null") throw unexpectedType(args, 0, '"BINARY"', resolving);
    return { args: castArgs(args, [types.binary], resolving), type: types.long };
  },
  eval: ([bitmap]): Value => {
    let count = 0;
    for (let rest of bitmap as Uint8Array) for (; rest !== 0; rest &= rest - 1) count++;
    return BigInt(count);
  },
};

export const bitmapFunctions: readonly FunctionEntry[] = [
  place("bitmap_bit_position", "The place of a whole number in its bitmap, from 0 to 32767.", (value) =>
    value > 0n ? (value - 1n) % bitmapBits : BigInt.asIntN(64, -value) % bitmapBits,
  ),
  place("bitmap_bucket_number", "The number of the bitmap that a whole number has its place in.", (value) =>
    value > 0n ? 1n + (value - 1n) / bitmapBits : value / bitmapBits,
  ),
  bitmapCount,
];
