import { assert } from "../errors/assert.js";
import { batchOf, type Batch } from "./batch.js";
import type { Column } from "./column.js";
import { plainColumn } from "./take.js";
import type { DataType, Schema, StructType } from "./types.js";

/** The columns of `schema`, a subset of the batch's own in its order, structs pruned as it says. Nothing is copied but constants that are pruned. */
export function projectBatch(batch: Batch, schema: Schema): Batch {
  if (schema === batch.schema) return batch;
  const columns = positionsOf(batch.schema, schema).map((at, i) => pruneColumn(batch.columns[at]!, schema.fields[i]!.type));
  return batchOf(schema, columns, batch.length);
}

/** Where the fields of `wanted` are in `from`. Names may repeat: each field is looked for behind the one before. */
function positionsOf(from: StructType, wanted: StructType): number[] {
  let at = -1;
  return wanted.fields.map(({ name }) => {
    do at++;
    while (at < from.fields.length && from.fields[at]!.name !== name);
    assert(at < from.fields.length, `the field ${name} is not in the schema, or not in its order`);
    return at;
  });
}

function pruneColumn(column: Column, type: DataType): Column {
  if (!isPruned(column.type, type)) return column;
  const plain = plainColumn(column);
  if (plain.encoding === "struct" && type.kind === "struct" && plain.type.kind === "struct") {
    const children = positionsOf(plain.type, type).map((at, i) => pruneColumn(plain.children[at]!, type.fields[i]!.type));
    return { ...plain, type, children };
  }
  if (plain.encoding === "list" && type.kind === "array") return { ...plain, type, element: pruneColumn(plain.element, type.element) };
  assert(plain.encoding === "map" && type.kind === "map", `a column of type ${plain.type.kind} pruned to ${type.kind}`);
  return { ...plain, type, keys: pruneColumn(plain.keys, type.key), values: pruneColumn(plain.values, type.value) };
}

function isPruned(from: DataType, to: DataType): boolean {
  switch (from.kind) {
    case "struct":
      return (
        to.kind === "struct" &&
        (from.fields.length !== to.fields.length || from.fields.some((f, i) => isPruned(f.type, to.fields[i]!.type)))
      );
    case "array":
      return to.kind === "array" && isPruned(from.element, to.element);
    case "map":
      return to.kind === "map" && (isPruned(from.key, to.key) || isPruned(from.value, to.value));
    default:
      return false;
  }
}
