import { field, types, type DataType, type Schema } from "../../engine/arrow/types.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import type { ParquetMetadata, SchemaNode } from "./metadata.js";

/** The schema of a file as Spark infers it: by what the values are, whatever layout its writer had in memory; every column may be null. */
export function inferredSchema({ fields }: ParquetMetadata): Schema {
  return types.struct(fields.map((node) => field(node.name, typeOf(node))));
}

/** The type of a node's values; of a repeated one that belongs to no list, an array of them. */
export function typeOf(node: SchemaNode): DataType {
  return node.repetition === "repeated" ? types.array(valueType(node), false) : valueType(node);
}

function valueType(node: SchemaNode): DataType {
  if (node.physical !== null) return leafType(node);
  const list = listElement(node);
  if (list) return types.array(list.isInner ? valueType(list.node) : typeOf(list.node), list.node.repetition === "optional");
  const map = mapEntries(node);
  if (map) return types.map(typeOf(map.key), typeOf(map.value), map.value.repetition !== "required");
  return types.struct(node.children.map((child) => field(child.name, typeOf(child))));
}

/**
 * The element of a group that is a list. Old writers left out the group between: then the repeated node itself is the element (`isInner`).
 * The format's rules of backward compatibility.
 */
export function listElement(node: SchemaNode): { readonly node: SchemaNode; readonly isInner: boolean } | null {
  if (node.annotation?.kind !== "list") return null;
  const [repeated] = node.children;
  if (node.children.length !== 1 || repeated?.repetition !== "repeated") return null;
  const isInner =
    repeated.physical !== null || repeated.children.length > 1 || repeated.name === "array" || repeated.name === `${node.name}_tuple`;
  return isInner ? { node: repeated, isInner } : { node: repeated.children[0]!, isInner };
}

/** Key and value of a group that is a map. */
export function mapEntries(
  node: SchemaNode,
): { readonly key: SchemaNode; readonly value: SchemaNode; readonly entries: SchemaNode } | null {
  if (node.annotation?.kind !== "map") return null;
  const [entries] = node.children;
  if (node.children.length !== 1 || entries?.repetition !== "repeated" || entries.children.length !== 2) return null;
  return { entries, key: entries.children[0]!, value: entries.children[1]! };
}

function leafType(node: SchemaNode): DataType {
  const { annotation } = node;
  if (annotation?.kind === "unknown") return types.null;
  if (annotation?.kind === "decimal") return types.decimal(annotation.precision, annotation.scale);
  switch (node.physical!) {
    case "BOOLEAN":
      return types.boolean;
    case "INT32":
    case "INT64":
      return integerType(node);
    case "INT96":
      return types.timestamp;
    case "FLOAT":
      return types.float;
    case "DOUBLE":
      return types.double;
    case "BYTE_ARRAY":
      return annotation === null || annotation.kind === "bson" || annotation.kind === "other" ? types.binary : types.string;
    case "FIXED_LEN_BYTE_ARRAY":
    default:
      if (annotation?.kind === "interval") throw notYetSupported(`Reading the Parquet interval column ${node.name}`);
      return annotation?.kind === "float16" ? types.float : types.binary;
  }
}

function integerType({ name, annotation, physical }: SchemaNode): DataType {
  switch (annotation?.kind) {
    case "date":
      return types.date;
    case "timestamp":
      return annotation.utc ? types.timestamp : types.timestampNtz;
    case "time":
      throw new StreamingError("PARQUET_TYPE_ILLEGAL", {
        column: name,
        parquetType: `${physical} (TIME(${{ ms: "MILLIS", us: "MICROS", ns: "NANOS" }[annotation.unit]}))`,
      });
    case "integer":
      return integerOf(annotation.bits, annotation.signed);
    default:
      return physical === "INT32" ? types.int : types.long;
  }
}

function integerOf(bits: number, signed: boolean): DataType {
  const width = signed ? bits : bits * 2;
  return width <= 8 ? types.byte : width <= 16 ? types.short : width <= 32 ? types.int : width <= 64 ? types.long : types.decimal(20, 0);
}
