import { displayPath } from "../../connectors/files/uri.js";
import { field, sameType, types, typeName, type DataType, type Schema, type StructType } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** The schema of a file. */
export interface FileSchema {
  readonly path: string;
  readonly schema: Schema;
}

/**
 * One schema of those of several files (`mergeSchema`): columns of one name, whatever its letters, are one; structs have the fields of all of them, decimals of
 * one scale the largest precision. As in Spark nothing else is brought together.
 *
 * @throws CANNOT_MERGE_SCHEMAS
 */
export function mergeSchemas([first, ...others]: readonly [FileSchema, ...FileSchema[]]): Schema {
  let merged: StructType = first.schema;
  for (const { path, schema } of others) {
    const next = merge(merged, schema);
    if (next?.kind !== "struct") {
      throw new StreamingError("CANNOT_MERGE_SCHEMAS", { left: typeName(merged), right: typeName(schema), path: displayPath(path) });
    }
    merged = next;
  }
  return merged;
}

/** Null where no type holds values of both. */
function merge(a: DataType, b: DataType): DataType | null {
  if (sameType(a, b)) return a;
  if (a.kind === "struct" && b.kind === "struct") return mergeStructs(a, b);
  if (a.kind === "array" && b.kind === "array") {
    const element = merge(a.element, b.element);
    return element && types.array(element, a.containsNull || b.containsNull);
  }
  if (a.kind === "map" && b.kind === "map") {
    const [key, value] = [merge(a.key, b.key), merge(a.value, b.value)];
    return key && value && types.map(key, value, a.valueContainsNull || b.valueContainsNull);
  }
  if (a.kind === "decimal" && b.kind === "decimal" && a.scale === b.scale)
    return types.decimal(Math.max(a.precision, b.precision), a.scale);
  return null;
}

function mergeStructs(a: StructType, b: StructType): StructType | null {
  const others = new Map(b.fields.map((member) => [member.name.toLowerCase(), member]));
  const fields = [...a.fields];
  for (const [i, member] of fields.entries()) {
    const other = others.get(member.name.toLowerCase());
    if (other === undefined) continue;
    others.delete(member.name.toLowerCase());
    const type = merge(member.type, other.type);
    if (type === null) return null;
    fields[i] = field(member.name, type, member.nullable || other.nullable);
  }
  return types.struct([...fields, ...others.values()]);
}
