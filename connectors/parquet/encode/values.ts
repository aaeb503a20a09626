import type { Column } from "../../../engine/arrow/column.js";
import { isLongLike } from "../../../engine/arrow/encodings.js";
import type { Leaf } from "./leaves.js";
import type { PageMemory } from "./pageMemory.js";

/** Puts the values `from` to `to` of a plain column without nulls into the page. */
export function putValues(page: PageMemory, column: Column, from: number, to: number, { node }: Leaf): void {
  switch (column.encoding) {
    case "u8":
      return page.putBits(column.values, from, to);
    case "i8":
    case "i16":
    case "i32":
      return page.putInts(column.values.subarray(from, to));
    case "f64":
      if (isLongLike(column.type)) return page.putLongs(column.values.subarray(from, to));
      return page.put(bytesOf(column.values, from, to));
    case "f32":
      return page.put(bytesOf(column.values, from, to));
    case "i64":
      if (node.physical === "INT64") return page.put(bytesOf(column.values, from, to));
      return putLowHalves(page, column.values, from, to);
    case "i128":
      return putDecimals(page, column.values, from, to, node.byteLength);
    case "utf8":
      return page.putTexts(column.data, column.offsets, from, to);
    default:
      throw new Error(`values of encoding ${column.encoding} are not plain`);
  }
}

/** How many of the values from `from` on take at most `room` bytes. */
export function countWithin(column: Column, from: number, room: number, { node }: Leaf): number {
  const left = column.length - from;
  switch (node.physical) {
    case "BOOLEAN":
      return Math.min(left, room * 8);
    case "INT32":
    case "FLOAT":
      return Math.min(left, room >> 2);
    case "FIXED_LEN_BYTE_ARRAY":
      return Math.min(left, Math.floor(room / node.byteLength));
    case "BYTE_ARRAY": {
      if (column.encoding !== "utf8") throw new Error(`texts of encoding ${column.encoding} are not plain`);
      const { offsets } = column;
      let [low, high] = [0, left];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (offsets[from + middle]! - offsets[from]! + 4 * middle <= room) low = middle;
        else high = middle - 1;
      }
      return low;
    }
    default:
      return Math.min(left, room >> 3);
  }
}

function bytesOf(values: Float64Array | Float32Array | BigInt64Array, from: number, to: number): Uint8Array {
  const width = values.BYTES_PER_ELEMENT;
  return new Uint8Array(values.buffer, values.byteOffset + from * width, (to - from) * width);
}

function putLowHalves(page: PageMemory, values: BigInt64Array, from: number, to: number): void {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const low = new Int32Array(to - from);
  for (let i = from; i < to; i++) low[i - from] = halves[2 * i]!;
  page.putInts(low);
}

/** Two's complement, the highest byte first. */
function putDecimals(page: PageMemory, values: BigInt64Array, from: number, to: number, width: number): void {
  const source = new Uint8Array(values.buffer, values.byteOffset, values.length * 8);
  const bytes = page.take((to - from) * width);
  let at = 0;
  for (let i = from; i < to; i++) for (let k = width - 1; k >= 0; k--) bytes[at++] = source[16 * i + k]!;
}
