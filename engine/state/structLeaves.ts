import { buffers } from "../arrow/buffers.js";
import type { Column } from "../arrow/column.js";
import { plainColumn, type PlainColumn } from "../arrow/columns.js";
import { types, type DataType } from "../arrow/types.js";
import { assert } from "../errors/assert.js";

/** The types of the columns that a column is taken apart into: a struct into whether it is null and its fields, all else is one. */
export function leafTypes(type: DataType): DataType[] {
  return type.kind === "struct" ? [types.boolean, ...type.fields.flatMap((field) => leafTypes(field.type))] : [type];
}

/** The columns themselves. Borrowed. */
export function leavesOf(column: Column): PlainColumn[] {
  const plain = plainColumn(column);
  if (plain.type.kind !== "struct") return [plain];
  const { length } = plain;
  if (plain.encoding === "null")
    return leafTypes(plain.type).map((type, leaf) => (leaf === 0 ? flags(null, length, 1) : nulls(type, length)));
  assert(plain.encoding === "struct", `a struct of encoding ${plain.encoding}`);
  return [flags(plain.nulls, length, 0), ...plain.children.flatMap(leavesOf)];
}

/** Puts a column together from what `next` gives one by one. */
export function fromLeaves(type: DataType, next: () => Column): Column {
  const first = next();
  if (type.kind !== "struct") return first;
  assert(first.encoding === "u8", "a struct begins with whether it is null");
  const { values, length } = first;
  const isNull = values.subarray(0, length);
  const children = type.fields.map((field) => fromLeaves(field.type, next));
  return { type, encoding: "struct", length, nulls: isNull.includes(1) ? isNull : null, children };
}

function flags(values: Uint8Array | null, length: number, otherwise: number): PlainColumn {
  return { type: types.boolean, encoding: "u8", length, nulls: null, values: values ?? buffers.bytes(length).fill(otherwise) };
}

function nulls(type: DataType, length: number): PlainColumn {
  return { type, encoding: "null", length, nulls: null };
}
