import { hexValue } from "../wasm/structuralIndex.js";

/** Strings of JSON text: taking escapes out, and base64. What they write is never longer than what they read. */

const simpleEscapes = new Uint8Array(128);
for (const [letter, byte] of [
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
] as const)
  simpleEscapes[letter.charCodeAt(0)] = byte;

/** Writes the string [start, stop) without its escapes at `out`; returns the end. Half a surrogate pair becomes `?`, as Java writes it. */
export function unescapeInto(bytes: Uint8Array, start: number, stop: number, out: number): number {
  let to = out;
  for (let p = start; p < stop;) {
    const byte = bytes[p]!;
    if (byte !== 92) {
      bytes[to++] = byte;
      p++;
      continue;
    }
    const letter = bytes[p + 1]!;
    if (letter !== 117) {
      bytes[to++] = simpleEscapes[letter]! || letter;
      p += 2;
      continue;
    }
    let code = hexAt(bytes, p + 2);
    p += 6;
    if (code >= 0xd800 && code < 0xe000) {
      const low = code < 0xdc00 && p + 6 <= stop && bytes[p] === 92 && bytes[p + 1] === 117 ? hexAt(bytes, p + 2) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        p += 6;
      } else {
        code = 63;
      }
    }
    to = writeCodePoint(bytes, to, code);
  }
  return to;
}

function hexAt(bytes: Uint8Array, at: number): number {
  return (hexValue(bytes[at]!) << 12) | (hexValue(bytes[at + 1]!) << 8) | (hexValue(bytes[at + 2]!) << 4) | hexValue(bytes[at + 3]!);
}

function writeCodePoint(bytes: Uint8Array, at: number, code: number): number {
  let to = at;
  if (code < 0x80) {
    bytes[to++] = code;
  } else if (code < 0x800) {
    bytes[to++] = 0xc0 | (code >> 6);
    bytes[to++] = 0x80 | (code & 63);
  } else if (code < 0x10000) {
    bytes[to++] = 0xe0 | (code >> 12);
    bytes[to++] = 0x80 | ((code >> 6) & 63);
    bytes[to++] = 0x80 | (code & 63);
  } else {
    bytes[to++] = 0xf0 | (code >> 18);
    bytes[to++] = 0x80 | ((code >> 12) & 63);
    bytes[to++] = 0x80 | ((code >> 6) & 63);
    bytes[to++] = 0x80 | (code & 63);
  }
  return to;
}

const base64Values = new Int8Array(256).fill(-1);
for (const [i, letter] of Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").entries()) {
  base64Values[letter.charCodeAt(0)] = i;
}

/** Writes the bytes of base64 text at `out`; returns the end, or -1 when the text is not base64 with its padding. Spaces count for nothing. */
export function decodeBase64Into(bytes: Uint8Array, start: number, stop: number, out: number): number {
  let to = out;
  let group = 0;
  let size = 0;
  let padding = 0;
  for (let p = start; p < stop; p++) {
    const byte = bytes[p]!;
    if (byte <= 32 && (size === 0 || padding > 0)) continue;
    if (byte === 61) {
      padding++;
    } else {
      const value = base64Values[byte]!;
      if (value < 0 || padding > 0) return -1;
      group = (group << 6) | value;
    }
    if (++size < 4) continue;
    if (padding > 2) return -1;
    group <<= 6 * padding;
    bytes[to++] = (group >> 16) & 255;
    if (padding < 2) bytes[to++] = (group >> 8) & 255;
    if (padding < 1) bytes[to++] = group & 255;
    size = group = 0;
    if (padding > 0) {
      for (let q = p + 1; q < stop; q++) if (bytes[q]! > 32) return -1;
      return to;
    }
  }
  return size === 0 ? to : -1;
}
