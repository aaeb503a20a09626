import { assert } from "../errors/assert.js";
import { batchOf, type Batch } from "./batch.js";
import { buffers } from "./buffers.js";
import { checkedPlaces } from "./batchSize.js";
import { columnFromValues } from "./builder.js";
import type { Column, DictionaryColumn, FixedArrays, FixedColumn, FixedEncoding, Nulls, Utf8Column, ViewColumn } from "./column.js";
import { allocateFixed, fixedColumn, longsOfDoubles } from "./encodings.js";
import { isOwned, markOwned } from "./ownership.js";
import { sliceColumn } from "./slice.js";
import { plainColumn, type PlainColumn } from "./take.js";
import { sameType, type DataType, type Schema } from "./types.js";

/** The batches one after the other, in buffers of their own. */
export function concatBatches(schema: Schema, batches: readonly Batch[]): Batch {
  const columns = schema.fields.map((field, i) => {
    const parts = batches.map((batch) => batch.columns[i]!);
    return markOwned(concatColumns(field.type, parts));
  });
  return batchOf(
    schema,
    columns,
    batches.reduce((length, batch) => length + batch.length, 0),
  );
}

/** The rows for as long as they are wanted: a deep copy, but of columns that nobody writes to again. */
export function retainBatch(batch: Batch): Batch {
  return batchOf(batch.schema, batch.columns.map(retainColumn), batch.length);
}

/** The same of one column. Views become utf8: of a large buffer only the bytes of the rows are kept. */
export function retainColumn(column: Column): Column {
  return isOwned(column) ? column : markOwned(concatColumns(column.type, [column]));
}

/** The columns, all of `type`, one after the other. Encodings may differ; what it gives owns its buffers. */
export function concatColumns(type: DataType, columns: readonly Column[]): Column {
  for (const column of columns) assert(sameType(column.type, type), `a column of type ${column.type.kind} among ${type.kind}s`);
  // An empty part has no rows to preserve, and its encoding must not decide that of the others.
  const parts = columns.filter((column) => column.length > 0);
  const first = parts[0];
  if (first === undefined) return columnFromValues(type, []);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (first.encoding === "constant" && parts.every((part) => part.encoding === "constant" && part.value === first.value)) {
    return { type, encoding: "constant", length, nulls: null, value: retainColumn(first.value) };
  }
  if (parts.every((part) => part.encoding === "dictionary")) {
    const dictionaries = [...new Set(parts.map((part) => part.dictionary))];
    if (dictionaries.reduce((sum, dictionary) => sum + dictionary.length, 0) <= length)
      return concatCoded(type, parts, dictionaries, length);
  }
  return concatPlain(type, parts.map(plainColumn), length);
}

/** The dictionaries one after the other, where there are several: entries may recur. */
function concatCoded(type: DataType, parts: readonly DictionaryColumn[], dictionaries: readonly Column[], length: number): Column {
  const codes = concatArrays(
    "i32",
    parts.map((part) => part.codes.subarray(0, part.length)),
  );
  const dictionary = dictionaries.length === 1 ? retainColumn(dictionaries[0]!) : markOwned(concatColumns(type, dictionaries));
  const firstEntries = new Map<Column, number>();
  let entries = 0;
  for (const one of dictionaries) {
    firstEntries.set(one, entries);
    entries += one.length;
  }
  let at = 0;
  for (const part of parts) {
    const shift = firstEntries.get(part.dictionary)!;
    if (shift > 0) for (let i = at; i < at + part.length; i++) codes[i]! += shift;
    at += part.length;
  }
  return { type, encoding: "dictionary", length, nulls: concatNulls(parts, length), codes, dictionary };
}

function concatPlain(type: DataType, parts: readonly PlainColumn[], length: number): Column {
  const nulls = concatNulls(parts, length);
  switch (type.kind) {
    case "null":
      return { type, encoding: "null", length, nulls: null };
    case "string":
    case "binary":
      return concatBytes(type, parts as readonly (ViewColumn | Utf8Column)[], length, nulls);
    case "struct": {
      const children = type.fields.map((field, f) =>
        concatColumns(
          field.type,
          parts.map((part) => childOf(part, f)),
        ),
      );
      return { type, encoding: "struct", length, nulls, children };
    }
    case "array": {
      const lists = parts.map((part) => (part.encoding === "list" ? part : wrongEncoding(part)));
      const { offsets, ranges } = concatOffsets(lists, length);
      const element = concatColumns(
        type.element,
        lists.map((list, i) => sliceColumn(list.element, ...ranges[i]!)),
      );
      return { type, encoding: "list", length, nulls, offsets, element };
    }
    case "map": {
      const maps = parts.map((part) => (part.encoding === "map" ? part : wrongEncoding(part)));
      const { offsets, ranges } = concatOffsets(maps, length);
      const keys = concatColumns(
        type.key,
        maps.map((map, i) => sliceColumn(map.keys, ...ranges[i]!)),
      );
      const values = concatColumns(
        type.value,
        maps.map((map, i) => sliceColumn(map.values, ...ranges[i]!)),
      );
      return { type, encoding: "map", length, nulls, offsets, keys, values };
    }
    default:
      return concatFixed(type, parts, length, nulls);
  }
}

function wrongEncoding(column: Column): never {
  assert(false, `a column of type ${column.type.kind} with the encoding ${column.encoding}`);
}

function concatNulls(parts: readonly Column[], length: number): Nulls {
  if (parts.every((part) => part.nulls === null)) return null;
  const nulls = buffers.bytes(length);
  let at = 0;
  for (const part of parts) {
    if (part.nulls !== null) nulls.set(part.nulls.subarray(0, part.length), at);
    at += part.length;
  }
  return nulls;
}

function concatArrays<E extends FixedEncoding>(encoding: E, arrays: readonly FixedArrays[E][]): FixedArrays[E] {
  const into: FixedArrays[FixedEncoding] = allocateFixed(
    encoding,
    arrays.reduce((length, array) => length + array.length, 0),
  );
  let at = 0;
  for (const array of arrays) {
    // The arrays are all of one kind, which the compiler cannot say of `set` over a union.
    (into as { set(values: FixedArrays[E], at: number): void }).set(array, at);
    at += array.length;
  }
  return into as FixedArrays[E];
}

function concatFixed(type: DataType, parts: readonly PlainColumn[], length: number, nulls: Nulls): Column {
  const first = parts[0]!;
  if (first.encoding === "i128") {
    const values = concatArrays(
      "i64",
      parts.map((part) => (part.encoding === "i128" ? part.values.subarray(0, 2 * part.length) : wrongEncoding(part))),
    );
    return { type, encoding: "i128", length, nulls, values };
  }
  const columns = parts as readonly FixedColumn[];
  const mixed = columns.some((part) => part.encoding !== first.encoding);
  const encoding = mixed ? "i64" : (first.encoding as FixedEncoding);
  const arrays = columns.map((part) =>
    mixed && part.encoding === "f64" ? longsOfDoubles(part.values, part.length, part.nulls) : part.values,
  );
  const trimmed = arrays.map((array, i) => array.subarray(0, parts[i]!.length));
  return fixedColumn(type, encoding, concatArrays(encoding, trimmed as never), length, nulls);
}

/** Short strings are copied byte by byte; a call for each would cost more. */
const SHORT_BYTES = 32;

function concatBytes(type: DataType, parts: readonly (ViewColumn | Utf8Column)[], length: number, nulls: Nulls): Utf8Column {
  const offsets = buffers.int32(length + 1);
  let row = 0;
  let total = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      if (part.encoding === "utf8") total += part.offsets[i + 1]! - part.offsets[i]!;
      else if (part.nulls === null || part.nulls[i] === 0) total += part.lengths[i]!;
      offsets[++row] = total;
    }
  }
  checkedPlaces(total);
  const data = buffers.bytes(total);
  row = 0;
  for (const part of parts) {
    if (part.encoding === "utf8") data.set(part.data.subarray(part.offsets[0], part.offsets[part.length]), offsets[row]);
    else copyViews(part, data, offsets, row);
    row += part.length;
  }
  return { type, encoding: "utf8", length, nulls, data, offsets };
}

function copyViews(part: ViewColumn, into: Uint8Array, offsets: Int32Array, row: number): void {
  for (let i = 0; i < part.length; i++) {
    const at = offsets[row + i]!;
    const length = offsets[row + i + 1]! - at;
    const start = part.starts[i]!;
    if (length > SHORT_BYTES) into.set(part.data.subarray(start, start + length), at);
    else for (let j = 0; j < length; j++) into[at + j] = part.data[start + j]!;
  }
}

/** Offsets of the lists one after the other, and the range of elements of each part. */
function concatOffsets(
  parts: readonly { readonly offsets: Int32Array; readonly length: number }[],
  length: number,
): { offsets: Int32Array; ranges: [start: number, end: number][] } {
  const offsets = buffers.int32(length + 1);
  const ranges: [number, number][] = [];
  let row = 0;
  let total = 0;
  for (const part of parts) {
    const start = part.offsets[0]!;
    const shift = total - start;
    for (let i = 1; i <= part.length; i++) offsets[++row] = part.offsets[i]! + shift;
    ranges.push([start, part.offsets[part.length]!]);
    total = checkedPlaces(total + part.offsets[part.length]! - start);
  }
  return { offsets, ranges };
}

/** A field of a struct column, null where the struct is: what lies there is undefined, and of a view not even safe to copy. */
function childOf(column: Column, field: number): Column {
  if (column.encoding !== "struct") return wrongEncoding(column);
  const child = plainColumn(column.children[field]!);
  if (column.nulls === null || child.encoding !== "view") return child;
  const nulls = new Uint8Array(column.length);
  for (let i = 0; i < column.length; i++) nulls[i] = column.nulls[i]! | (child.nulls === null ? 0 : child.nulls[i]!);
  return { ...child, nulls };
}
