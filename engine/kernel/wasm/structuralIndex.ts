import { structuralIndexWasm } from "./structuralIndex.generated.js";
import { instantiate, type SharedMemory } from "./webAssembly.js";

/**
 * The first pass over JSON text: where lines end, and where the quotes of each record are. All positions are byte addresses in one memory; tables are
 * 4-byte aligned addresses of 32-bit integers in it.
 *
 * Two implementations that write the same bytes: WebAssembly (`structuralIndex.as.ts`) and the plain one below.
 */
export interface StructuralIndex {
  /**
   * Finds the lines of [from, to) that end there, in LF, CR or CRLF; empty lines count for nothing.
   *
   * @returns how many were written to `starts` and `ends`, at most `limit`; the start of the first line that was not is stored at `next`
   */
  splitLines(from: number, to: number, starts: number, ends: number, limit: number, next: number): number;
  /**
   * Lists the quotes of `count` records: those of record i are `index[quoteStarts[i] .. quoteStarts[i + 1])`. `flags` gets a byte a record: 0, or
   * `recordFlags`. In a record with escapes only quotes that are not escaped are listed.
   *
   * @returns how many quotes were listed
   */
  indexRecords(count: number, starts: number, ends: number, quoteStarts: number, flags: number, index: number): number;
}

/** What the index pass says of a record that is not plain ASCII. */
export const recordFlags = {
  /** It has escapes, all of them valid. */
  escaped: 1,
  /** It is not well-formed text: raw control characters or broken escapes in a string, broken UTF-8, anything but ASCII outside of strings. */
  irregular: 2,
} as const;

/** The WebAssembly implementation. */
export function wasmIndex(memory: SharedMemory): StructuralIndex {
  return instantiate(structuralIndexWasm, memory) as StructuralIndex;
}

/** The same in plain TypeScript: what the WebAssembly must agree with, and what runs where there is no SIMD. */
export function plainIndex(memory: SharedMemory): StructuralIndex {
  return {
    splitLines(from, to, starts, ends, limit, next) {
      const bytes = new Uint8Array(memory.buffer);
      const words = new Int32Array(memory.buffer);
      let lineStart = from;
      let count = 0;
      for (let at = from; at < to; at++) {
        if (bytes[at] !== 10 && bytes[at] !== 13) continue;
        if (at > lineStart) {
          if (count === limit) break;
          words[(starts >> 2) + count] = lineStart;
          words[(ends >> 2) + count] = at;
          count++;
        }
        lineStart = at + 1;
      }
      words[next >> 2] = lineStart;
      return count;
    },
    indexRecords(count, starts, ends, quoteStarts, flags, index) {
      const bytes = new Uint8Array(memory.buffer);
      const words = new Int32Array(memory.buffer);
      let quotes = 0;
      for (let record = 0; record < count; record++) {
        words[(quoteStarts >> 2) + record] = quotes;
        const end = words[(ends >> 2) + record]!;
        let flag = 0;
        let inString = false;
        let at = words[(starts >> 2) + record]!;
        while (at < end) {
          const byte = bytes[at]!;
          let length = 1;
          if (byte === 34) {
            words[(index >> 2) + quotes++] = at;
            inString = !inString;
          } else if (byte === 92) {
            length = inString ? escapeLength(bytes, at, end) : 0;
            flag |= recordFlags.escaped;
          } else if (byte < 32) {
            if (inString || (byte !== 9 && byte !== 10 && byte !== 13)) length = 0;
          } else if (byte >= 128) {
            length = inString ? sequenceLength(bytes, at, end) : 0;
          }
          if (length === 0) flag |= recordFlags.irregular;
          at += Math.max(length, 1);
        }
        bytes[flags + record] = flag;
      }
      words[(quoteStarts >> 2) + count] = quotes;
      return quotes;
    },
  };
}

/** Bytes of the escape at `at`; 0 when it is none. */
export function escapeLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0;
  const byte = bytes[at + 1]!;
  if (byte === 117) {
    if (at + 6 > end) return 0;
    for (let i = 2; i < 6; i++) if (hexValue(bytes[at + i]!) < 0) return 0;
    return 6;
  }
  return byte === 34 || byte === 92 || byte === 47 || byte === 98 || byte === 102 || byte === 110 || byte === 114 || byte === 116 ? 2 : 0;
}

/** Bytes of the well-formed UTF-8 sequence of two to four bytes at `at`; 0 when it is none. */
export function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  const second = bytes[at + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** The value of a hexadecimal digit; -1 when it is none. */
export function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
