import type { Arena } from "./arena.js";
import { isAscii } from "./bytes.js";

/** Whole strings in generated loops. */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** In upper case, into the arena; returns the length. */
export function upperBytes(arena: Arena, data: Uint8Array, start: number, length: number): number {
  if (!isAscii(data, start, length)) return arena.putText(decoder.decode(data.subarray(start, start + length)).toUpperCase());
  const at = arena.claim(length);
  const to = arena.data;
  for (let i = 0; i < length; i++) {
    const byte = data[start + i]!;
    to[at + i] = byte >= 97 && byte <= 122 ? byte - 32 : byte;
  }
  return length;
}

/** In lower case, into the arena; returns the length. */
export function lowerBytes(arena: Arena, data: Uint8Array, start: number, length: number): number {
  if (!isAscii(data, start, length)) return arena.putText(decoder.decode(data.subarray(start, start + length)).toLowerCase());
  const at = arena.claim(length);
  const to = arena.data;
  for (let i = 0; i < length; i++) {
    const byte = data[start + i]!;
    to[at + i] = byte >= 65 && byte <= 90 ? byte + 32 : byte;
  }
  return length;
}

/** Where the range starts without its leading spaces. */
export function trimStart(data: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let i = start;
  while (i < end && data[i] === 32) i++;
  return i;
}

/** The length of the range without its trailing spaces. */
export function trimEnd(data: Uint8Array, start: number, length: number): number {
  let end = start + length;
  while (end > start && data[end - 1] === 32) end--;
  return end - start;
}
