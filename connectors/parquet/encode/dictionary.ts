import type { Column, DictionaryColumn } from "../../../engine/arrow/column.js";
import { fixedColumn } from "../../../engine/arrow/encodings.js";
import { takeColumn } from "../../../engine/arrow/take.js";
import type { DataType } from "../../../engine/arrow/types.js";
import { NumberInterner, TextInterner } from "./interner.js";
import type { LeafPart } from "./leaves.js";

/** A dictionary that is larger than this is given up. */
const largestBytes = 1024 * 1024;

/** The values of a column chunk by number. */
export interface ChunkDictionary {
  readonly entries: Column;
  /** Of each value. */
  readonly codes: Int32Array;
}

/** Null for types that have none, and where it would be too large. */
export function dictionaryOf(type: DataType, parts: readonly LeafPart[]): ChunkDictionary | null {
  const codes = new Int32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
  if (codes.length === 0) return null;
  return type.kind === "string" || type.kind === "binary" ? textDictionary(type, parts, codes) : numberDictionary(type, parts, codes);
}

function numberDictionary(type: DataType, parts: readonly LeafPart[], codes: Int32Array): ChunkDictionary | null {
  const { encoding } = parts[0]!.values;
  if (encoding !== "i32" && encoding !== "f32" && encoding !== "f64" && encoding !== "i64") return null;
  const words = encoding === "i32" || encoding === "f32" ? 1 : 2;
  const interner = new NumberInterner(words, largestBytes);
  let at = 0;
  for (const { values: column } of parts) {
    if (!("values" in column) || column.encoding !== encoding) throw new Error("the parts of a chunk are of one encoding");
    interner.source = new Int32Array(column.values.buffer, column.values.byteOffset, column.length * words);
    if (!interner.add(0, column.length, codes, at)) return null;
    at += column.length;
  }
  const bytes = interner.entries.slice().buffer;
  switch (encoding) {
    case "i32":
      return { codes, entries: fixedColumn(type, encoding, new Int32Array(bytes), interner.size, null) };
    case "f32":
      return { codes, entries: fixedColumn(type, encoding, new Float32Array(bytes), interner.size, null) };
    case "f64":
      return { codes, entries: fixedColumn(type, encoding, new Float64Array(bytes), interner.size, null) };
    default:
      return { codes, entries: fixedColumn(type, encoding, new BigInt64Array(bytes), interner.size, null) };
  }
}

function textDictionary(type: DataType, parts: readonly LeafPart[], codes: Int32Array): ChunkDictionary | null {
  const interner = new TextInterner(largestBytes);
  let at = 0;
  for (const { values: column } of parts) {
    if (column.encoding === "dictionary") {
      if (!addCoded(interner, column, codes, at)) return null;
    } else {
      if (column.encoding !== "utf8") throw new Error(`texts of encoding ${column.encoding} are not plain`);
      interner.source = column;
      if (!interner.add(0, column.length, codes, at)) return null;
    }
    at += column.length;
  }
  const { data, offsets, size } = interner;
  return { codes, entries: { type, encoding: "utf8", data, offsets, length: size, nulls: null } };
}

/** The entries that rows have are numbered anew, each once. */
function addCoded(interner: TextInterner, { codes: own, dictionary, length }: DictionaryColumn, codes: Int32Array, at: number): boolean {
  const places = new Int32Array(dictionary.length).fill(-1);
  const used = new Int32Array(Math.min(dictionary.length, length));
  let count = 0;
  for (let i = 0; i < length; i++) {
    const entry = own[i]!;
    if (places[entry]! < 0) {
      places[entry] = count;
      used[count++] = entry;
    }
  }
  const entries = takeColumn(dictionary, used, count);
  if (entries.encoding !== "utf8") throw new Error(`entries of encoding ${entries.encoding} are not plain`);
  const renumbered = new Int32Array(count);
  interner.source = entries;
  if (!interner.add(0, count, renumbered, 0)) return false;
  for (let i = 0; i < length; i++) codes[at + i] = renumbered[places[own[i]!]!]!;
  return true;
}
