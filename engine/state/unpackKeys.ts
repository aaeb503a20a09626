import { buffers } from "../arrow/buffers.js";
import { columnFromValues, doublesOfLongs } from "../arrow/columns.js";
import type { Column, Nulls } from "../arrow/column.js";
import { allocateFixed, fixedColumn, fixedEncodingOf, isLongLike } from "../arrow/encodings.js";
import { keyGroupOf } from "../contract/state.js";
import { assert } from "../errors/assert.js";
import { readCell } from "./cellCodec.js";
import { isLongStruct, unpackLongStructs } from "./longStructs.js";
import type { KeyColumnLayout, KeyLayout } from "./keyLayout.js";
import { unpackTexts } from "./textWords.js";

/** What the bytes of keys lie in: by key group, which the hash of a slot's key says. */
export interface BytePlaces {
  readonly hashes: Int32Array;
  readonly bytes: readonly Uint8Array[];
  readonly words: readonly DataView[];
}

/** Columns out of packed keys, by slot. */
export function unpackKeys(
  { columns, stride }: KeyLayout,
  keys: Int32Array,
  places: BytePlaces,
  slots: Int32Array,
  count: number,
): Column[] {
  return columns.map((layout) => {
    const nulls = nullsOf(layout, stride, keys, slots, count);
    switch (layout.kind) {
      case "word":
        return unpackWords(layout, stride, keys, slots, count, nulls);
      case "text": {
        const { hashes, words } = places;
        return unpackTexts(layout, { words: keys, stride }, slots, count, nulls, (slot) => words[keyGroupOf(hashes[slot]!)]!);
      }
      case "bytes":
        return unpackCells(layout, stride, keys, places, slots, count, nulls);
      default:
        return unpackHalves(layout, stride, keys, slots, count, nulls);
    }
  });
}

function nullsOf({ nullWord, nullBit }: KeyColumnLayout, stride: number, keys: Int32Array, slots: Int32Array, count: number): Nulls {
  let nulls: Uint8Array | null = null;
  for (let j = 0; j < count; j++) {
    if ((keys[slots[j]! * stride + nullWord]! & nullBit) !== 0) (nulls ??= buffers.bytes(count))[j] = 1;
  }
  return nulls;
}

function unpackWords(
  { type, offset }: KeyColumnLayout,
  stride: number,
  keys: Int32Array,
  slots: Int32Array,
  count: number,
  nulls: Nulls,
): Column {
  if (type.kind === "null") return { type, encoding: "null", length: count, nulls: null };
  if (type.kind === "float") {
    const values = buffers.float32(count);
    const bits = new Int32Array(values.buffer);
    for (let j = 0; j < count; j++) bits[j] = keys[slots[j]! * stride + offset]!;
    return { type, encoding: "f32", length: count, nulls, values };
  }
  const encoding = fixedEncodingOf(type);
  assert(encoding !== null && encoding !== "i64", "a key of one word has a narrow encoding");
  const values = allocateFixed(encoding, count);
  for (let j = 0; j < count; j++) values[j] = keys[slots[j]! * stride + offset]!;
  return fixedColumn(type, encoding, values, count, nulls);
}

function unpackHalves(
  { type, kind, offset }: KeyColumnLayout,
  stride: number,
  keys: Int32Array,
  slots: Int32Array,
  count: number,
  nulls: Nulls,
): Column {
  const width = kind === "quad" ? 4 : 2;
  const values = buffers.int64((count * width) / 2);
  const halves = new Int32Array(values.buffer);
  for (let j = 0; j < count; j++) {
    const at = slots[j]! * stride + offset;
    for (let w = 0; w < width; w++) halves[j * width + w] = keys[at + w]!;
  }
  if (kind === "quad") return { type, encoding: "i128", length: count, nulls, values };
  if (type.kind === "double") return { type, encoding: "f64", length: count, nulls, values: new Float64Array(values.buffer) };
  const narrow = isLongLike(type) ? doublesOfLongs(values, count, nulls) : null;
  return narrow === null
    ? { type, encoding: "i64", length: count, nulls, values }
    : { type, encoding: "f64", length: count, nulls, values: narrow };
}

function unpackCells(
  { type, offset }: KeyColumnLayout,
  stride: number,
  keys: Int32Array,
  { hashes, bytes: bytesOfGroup, words: wordsOfGroup }: BytePlaces,
  slots: Int32Array,
  count: number,
  nulls: Nulls,
): Column {
  if (isLongStruct(type)) {
    const wordAt = (j: number): number => keys[slots[j]! * stride + offset]!;
    return unpackLongStructs(type, nulls, count, (j) => wordsOfGroup[keyGroupOf(hashes[slots[j]!]!)]!, wordAt);
  }
  return columnFromValues(
    type,
    Array.from({ length: count }, (_, j) => {
      const at = slots[j]! * stride + offset;
      return nulls !== null && nulls[j] !== 0
        ? null
        : readCell(type, bytesOfGroup[keyGroupOf(hashes[slots[j]!]!)]!, keys[at]!, keys[at + 1]!);
    }),
  );
}
