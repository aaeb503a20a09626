const first = 0x9e3779b1 | 0;
const second = 0x85ebca6b | 0;

/** A view that reads 32-bit words anywhere in `data`. */
export function wordsOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** 32-bit hash of `length` bytes at `start`, eight a step. Part of the checkpoint's format (group hashes): never change it. */
export function hashBytes(words: DataView, start: number, length: number): number {
  let hash = length;
  let at = start;
  const end = start + length;
  for (; at + 8 <= end; at += 8) {
    hash = (Math.imul(hash ^ words.getInt32(at, true), first) + Math.imul(words.getInt32(at + 4, true), second)) | 0;
    hash ^= hash >>> 15;
  }
  if (at + 4 <= end) {
    hash = Math.imul(hash ^ words.getInt32(at, true), first);
    hash ^= hash >>> 15;
    at += 4;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ words.getUint8(at), first);
  return finalise(hash);
}

/** The same of at most twelve bytes that come as words, the first in the lowest bits, zeros behind the last. */
export function hashShort(length: number, first4: number, second4: number, third4: number): number {
  let hash = length;
  let left = length;
  let tail = first4;
  if (length >= 8) {
    hash = (Math.imul(hash ^ first4, first) + Math.imul(second4, second)) | 0;
    hash ^= hash >>> 15;
    left -= 8;
    tail = third4;
  }
  if (left >= 4) {
    hash = Math.imul(hash ^ tail, first);
    hash ^= hash >>> 15;
    left -= 4;
    tail = second4;
  }
  for (; left > 0; left--, tail >>>= 8) hash = Math.imul(hash ^ (tail & 255), first);
  return finalise(hash);
}

/** Whether two byte ranges of the same length hold the same bytes. */
export function sameBytes(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  let k = 0;
  for (; k + 4 <= length; k += 4) if (a.getInt32(aStart + k, true) !== b.getInt32(bStart + k, true)) return false;
  for (; k < length; k++) if (a.getUint8(aStart + k) !== b.getUint8(bStart + k)) return false;
  return true;
}

/** Copies a few bytes from one place to another, a word at a time: for keys this is faster than a call for each of them. */
export function copyBytes(from: DataView, start: number, into: DataView, at: number, length: number): void {
  let k = 0;
  for (; k + 4 <= length; k += 4) into.setInt32(at + k, from.getInt32(start + k, true), true);
  for (; k < length; k++) into.setUint8(at + k, from.getUint8(start + k));
}

/** One step of the hash of a packed key: `hash` so far and one more word. */
export function hashWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, first);
  return mixed ^ (mixed >>> 15);
}

/** Spreads the bits, so that the low ones can choose a bucket and the high ones a key group. */
export function finalise(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), second);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35 | 0);
  return h ^ (h >>> 16);
}
