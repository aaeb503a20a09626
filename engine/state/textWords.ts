import { buffers } from "../arrow/buffers.js";
import { hashBytes, hashShort } from "../arrow/byteHash.js";
import type { Utf8Column } from "../arrow/column.js";
import { copyBytes, wordsOf } from "../arrow/byteHash.js";
import { inlineBytes, type KeyColumnLayout } from "./keyLayout.js";

/** By how many bytes of a word count: the bits that they are. */
const masks = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1);

/** Writes the four words of a text to `words` from `at` on, and gives its hash. */
export function packText(words: Int32Array, at: number, bytes: DataView, start: number, length: number): number {
  words[at] = length;
  if (length > inlineBytes) {
    words[at + 1] = bytes.getInt32(start, true);
    words[at + 2] = start;
    words[at + 3] = bytes.getInt32(start + 4, true);
    return hashBytes(bytes, start, length);
  }
  const isWithin = start + inlineBytes <= bytes.byteLength;
  const first = masks[Math.min(length, 4)]! & (isWithin ? bytes.getInt32(start, true) : lastWord(bytes, start));
  const second =
    length <= 4 ? 0 : masks[Math.min(length - 4, 4)]! & (isWithin ? bytes.getInt32(start + 4, true) : lastWord(bytes, start + 4));
  const third = length <= 8 ? 0 : masks[length - 8]! & (isWithin ? bytes.getInt32(start + 8, true) : lastWord(bytes, start + 8));
  words[at + 1] = first;
  words[at + 2] = second;
  words[at + 3] = third;
  return hashShort(length, first, second, third);
}

/** Four bytes, zeros behind the end. */
function lastWord(bytes: DataView, start: number): number {
  let word = 0;
  for (let k = 0; k < 4 && start + k < bytes.byteLength; k++) word |= bytes.getUint8(start + k) << (8 * k);
  return word;
}

/** A byte of a text that lies in its words, which begin at `at`. */
export function inlineByte(words: Int32Array, at: number, k: number): number {
  return (words[at + 1 + (k >> 2)]! >>> (8 * (k & 3))) & 255;
}

/** The texts of some slots. @param viewOf what the bytes of a slot's key lie in */
export function unpackTexts(
  { type, offset }: KeyColumnLayout,
  { words, stride }: { readonly words: Int32Array; readonly stride: number },
  slots: Int32Array,
  count: number,
  nulls: Utf8Column["nulls"],
  viewOf: (slot: number) => DataView,
): Utf8Column {
  const offsets = buffers.int32(count + 1);
  for (let j = 0; j < count; j++) offsets[j + 1] = offsets[j]! + words[slots[j]! * stride + offset]!;
  // A short text is written in whole words: what comes next writes over what is too much.
  const data = buffers.bytes(offsets[count]! + inlineBytes);
  const into = wordsOf(data);
  for (let j = 0; j < count; j++) {
    const at = slots[j]! * stride + offset;
    const to = offsets[j]!;
    const length = words[at]!;
    if (length > inlineBytes) {
      copyBytes(viewOf(slots[j]!), words[at + 2]!, into, to, length);
      continue;
    }
    into.setInt32(to, words[at + 1]!, true);
    if (length <= 4) continue;
    into.setInt32(to + 4, words[at + 2]!, true);
    if (length > 8) into.setInt32(to + 8, words[at + 3]!, true);
  }
  return { type, encoding: "utf8", length: count, nulls, data: data.subarray(0, offsets[count]), offsets };
}
