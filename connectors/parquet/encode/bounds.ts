import type { Column, Decimal128Column, FixedArrays, FixedColumn, FixedEncoding, Utf8Column } from "../../../engine/arrow/column.js";
import { isLongLike, loopPerEncoding } from "../../../engine/arrow/encodings.js";
import type { DataType } from "../../../engine/arrow/types.js";
import type { Leaf } from "./leaves.js";

/** The least and the greatest value of a chunk, as the format writes them plainly. */
export interface Bounds {
  readonly least: Uint8Array;
  readonly greatest: Uint8Array;
  /** False of a text of which only the beginning is kept: then the bounds hold, and are no values. */
  readonly isLeastExact: boolean;
  readonly isGreatestExact: boolean;
}

/** Of a longer text only so much is kept. */
const longestBytes = 64;

/** Null where nothing can be said: no values, or nothing but NaN. */
export function boundsOf({ type, node }: Leaf, columns: readonly Column[]): Bounds | null {
  switch (columns[0]?.encoding) {
    case undefined:
      return null;
    case "utf8":
      return textBounds(type.kind === "string", columns as readonly Utf8Column[]);
    case "i64":
      return longBounds(columns as readonly FixedColumn[], node.physical === "INT32" ? 4 : 8);
    case "i128":
      return decimalBounds(columns as readonly Decimal128Column[], node.byteLength);
    default:
      return numberBounds(type, columns as readonly FixedColumn[]);
  }
}

type BoundsLoop = (values: FixedArrays[FixedEncoding], length: number, into: Float64Array) => void;

const boundsLoops = loopPerEncoding<BoundsLoop>(
  "bounds",
  ["values", "length", "into"],
  `let least = into[0], greatest = into[1];
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  into[0] = least;
  into[1] = greatest;`,
);

function numberBounds(type: DataType, columns: readonly FixedColumn[]): Bounds | null {
  const both = Float64Array.of(Infinity, -Infinity);
  for (const { encoding, values, length } of columns) boundsLoops[encoding](values, length, both);
  let [least, greatest] = both as unknown as [number, number];
  if (least > greatest) return null;
  // No reader need tell the two zeros apart.
  if (type.kind === "float" || type.kind === "double") [least, greatest] = [least === 0 ? -0 : least, greatest === 0 ? 0 : greatest];
  return exact(plainNumber(type, least), plainNumber(type, greatest));
}

function plainNumber(type: DataType, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  if (isLongLike(type)) {
    bytes.setBigInt64(0, BigInt(value), true);
    return new Uint8Array(bytes.buffer);
  }
  if (type.kind === "boolean") return Uint8Array.of(value);
  if (type.kind === "double") {
    bytes.setFloat64(0, value, true);
    return new Uint8Array(bytes.buffer);
  }
  if (type.kind === "float") bytes.setFloat32(0, value, true);
  else bytes.setInt32(0, value, true);
  return new Uint8Array(bytes.buffer, 0, 4);
}

/** Numbers of 64 bits, compared by halves: a BigInt a row would be allocated. */
function longBounds(columns: readonly FixedColumn[], width: 4 | 8): Bounds | null {
  let isNone = true;
  let [leastHigh, leastLow, greatestHigh, greatestLow] = [0, 0, 0, 0];
  for (const { values, length } of columns) {
    const halves = new Int32Array(values.buffer, values.byteOffset, length * 2);
    for (let i = 0; i < length; i++) {
      const low = halves[2 * i]! >>> 0;
      const high = halves[2 * i + 1]!;
      if (isNone || high < leastHigh || (high === leastHigh && low < leastLow)) [leastHigh, leastLow] = [high, low];
      if (isNone || high > greatestHigh || (high === greatestHigh && low > greatestLow)) [greatestHigh, greatestLow] = [high, low];
      isNone = false;
    }
  }
  const plain = (high: number, low: number): Uint8Array => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setUint32(0, low, true);
    bytes.setInt32(4, high, true);
    return new Uint8Array(bytes.buffer, 0, width);
  };
  return isNone ? null : exact(plain(leastHigh, leastLow), plain(greatestHigh, greatestLow));
}

/** Numbers of 128 bits. */
function decimalBounds(columns: readonly Decimal128Column[], width: number): Bounds | null {
  let least: bigint | null = null;
  let greatest: bigint | null = null;
  for (const { values, length } of columns) {
    for (let i = 0; i < length; i++) {
      const value = (values[2 * i + 1]! << 64n) | BigInt.asUintN(64, values[2 * i]!);
      if (least === null || value < least) least = value;
      if (greatest === null || value > greatest) greatest = value;
    }
  }
  return least === null || greatest === null ? null : exact(plainDecimal(least, width), plainDecimal(greatest, width));
}

/** The highest byte first. */
function plainDecimal(value: bigint, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  for (let i = width - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

function exact(least: Uint8Array, greatest: Uint8Array): Bounds {
  return { least, greatest, isLeastExact: true, isGreatestExact: true };
}

/** Texts in the order of their bytes. */
function textBounds(isText: boolean, columns: readonly Utf8Column[]): Bounds | null {
  let least: Uint8Array | null = null;
  let greatest: Uint8Array | null = null;
  let [leastStart, greatestStart] = [0, 0];
  for (const { data, offsets, length } of columns) {
    for (let i = 0; i < length; i++) {
      const [start, end] = [offsets[i]!, offsets[i + 1]!];
      const beginning = firstBytes(data, start, end);
      if (least === null || beginning < leastStart || (beginning === leastStart && isBefore(data, start, end, least))) {
        [least, leastStart] = [data.subarray(start, end), beginning];
      }
      if (greatest === null || beginning > greatestStart || (beginning === greatestStart && isBehind(data, start, end, greatest))) {
        [greatest, greatestStart] = [data.subarray(start, end), beginning];
      }
    }
  }
  return least === null || greatest === null ? null : shortened(isText, least, greatest);
}

/** The first four bytes as one number, zeros behind the end. */
function firstBytes(data: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let i = 0; i < 4; i++) number = number * 256 + (start + i < end ? data[start + i]! : 0);
  return number;
}

function isBefore(data: Uint8Array, start: number, end: number, other: Uint8Array): boolean {
  return compare(data, start, end, other) < 0;
}

function isBehind(data: Uint8Array, start: number, end: number, other: Uint8Array): boolean {
  return compare(data, start, end, other) > 0;
}

function compare(data: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const shared = Math.min(end - start, other.length);
  for (let i = 0; i < shared; i++) if (data[start + i] !== other[i]) return data[start + i]! - other[i]!;
  return end - start - other.length;
}

function shortened(isText: boolean, least: Uint8Array, greatest: Uint8Array): Bounds | null {
  const isLeastExact = least.length <= longestBytes;
  const isGreatestExact = greatest.length <= longestBytes;
  const above = isGreatestExact ? greatest.slice() : bytesAbove(isText, greatest);
  if (above === null) return null;
  return { least: isLeastExact ? least.slice() : beginningOf(isText, least), greatest: above, isLeastExact, isGreatestExact };
}

/** Of a text whole characters. */
function beginningOf(isText: boolean, bytes: Uint8Array): Uint8Array {
  let length = longestBytes;
  if (isText) while (length > 0 && (bytes[length]! & 0xc0) === 0x80) length--;
  return bytes.slice(0, length);
}

/** A short text behind a long one: its beginning up to a character that has a next one in the same place, which is put there. */
function bytesAbove(isText: boolean, bytes: Uint8Array): Uint8Array | null {
  const last = isText ? 0x7e : 0xfe;
  for (let i = longestBytes - 1; i >= 0; i--) {
    if (bytes[i]! > last) continue;
    const above = bytes.slice(0, i + 1);
    above[i]!++;
    return above;
  }
  return null;
}
