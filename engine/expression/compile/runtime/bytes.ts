import { isLongPart, placeOfUnits } from "../../../values/textSearch.js";

/** What generated loops call on ranges of bytes. Plain functions over numbers and arrays: no objects a row. */

export function byteEqual(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): boolean {
  if (aLength !== bLength) return false;
  for (let i = 0; i < aLength; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Negative, zero or positive, by unsigned bytes: code point order of UTF-8. */
export function byteCompare(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): number {
  const length = aLength < bLength ? aLength : bLength;
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Doubles in Spark's order: NaN is the largest and equals itself. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  const aNaN = a !== a;
  return aNaN === (b !== b) ? 0 : aNaN ? 1 : -1;
}

export function bytesStartWith(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): boolean {
  return bLength <= aLength && byteEqual(a, aStart, bLength, b, bStart, bLength);
}

export function bytesEndWith(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): boolean {
  return bLength <= aLength && byteEqual(a, aStart + aLength - bLength, bLength, b, bStart, bLength);
}

/** Offset of the first `b` in `a` at or after `from`, −1 when there is none. */
export function bytesIndexOf(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
  from = 0,
): number {
  if (bLength === 0) return from;
  if (isLongPart(bLength)) return placeOfUnits(a, aStart, aLength, b, bStart, bLength, from);
  const first = b[bStart];
  const last = aLength - bLength;
  for (let i = from; i <= last; i++) {
    if (a[aStart + i] === first && byteEqual(a, aStart + i, bLength, b, bStart, bLength)) return i;
  }
  return -1;
}

/** Number of code points: every byte that does not continue one. */
export function countCharacters(data: Uint8Array, start: number, length: number): number {
  let count = 0;
  const end = start + length;
  for (let i = start; i < end; i++) if ((data[i]! & 0xc0) !== 0x80) count++;
  return count;
}

/** Offset (from `start`) of the code point with that index; `length` when there are fewer. */
export function offsetOfCharacter(data: Uint8Array, start: number, length: number, index: number): number {
  let left = index;
  for (let i = 0; i < length; i++) {
    if ((data[start + i]! & 0xc0) !== 0x80 && left-- === 0) return i;
  }
  return length;
}

export function isAscii(data: Uint8Array, start: number, length: number): boolean {
  let all = 0;
  const end = start + length;
  for (let i = start; i < end; i++) all |= data[i]!;
  return all < 128;
}

export function copyBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, length: number): void {
  if (length > 48) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}
