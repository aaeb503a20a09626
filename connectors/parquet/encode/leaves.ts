import { assert } from "../../../engine/errors/assert.js";
import type { Batch } from "../../../engine/arrow/batch.js";
import type { Column, Nulls } from "../../../engine/arrow/column.js";
import { retainColumn } from "../../../engine/arrow/concat.js";
import { isLongLike, longsOfDoubles } from "../../../engine/arrow/encodings.js";
import { plainColumn, takeColumn } from "../../../engine/arrow/take.js";
import type { DataType, Field, Schema } from "../../../engine/arrow/types.js";
import type { Annotation } from "../annotation.js";
import type { PhysicalType, SchemaNode } from "../metadata.js";

/** A column of a file: what is not itself a struct of columns. */
export interface Leaf {
  readonly node: SchemaNode & { readonly physical: PhysicalType };
  readonly type: DataType;
  readonly path: readonly string[];
  /** The definition level of a value: how many of the fields on the way to it may be null. */
  readonly present: number;
}

/** The values of a leaf in some rows, without the nulls among them. */
export interface LeafPart {
  /** Plain, or with a dictionary that holds no null; texts one after the other. */
  readonly values: Column;
  readonly rows: number;
  /** A level a row; null when each row has a value. */
  readonly levels: Uint8Array | null;
}

/** Whether all columns are of values and structs of them, which are written here. */
export function isFlat(type: DataType): boolean {
  if (type.kind === "struct") return type.fields.every((field) => isFlat(field.type));
  return type.kind !== "array" && type.kind !== "map";
}

export function schemaNodes(schema: Schema): SchemaNode[] {
  let leaf = 0;
  const nodeOf = ({ name, type, nullable }: Field): SchemaNode => {
    const repetition = nullable ? "optional" : "required";
    const base = { name, repetition, physical: null, byteLength: 0, annotation: null, children: [], leaf: -1 } as const;
    return type.kind === "struct" ? { ...base, children: type.fields.map(nodeOf) } : { ...base, ...formOf(type), leaf: leaf++ };
  };
  return schema.fields.map(nodeOf);
}

export function leavesOf(schema: Schema, nodes: readonly SchemaNode[]): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (field: Field, node: SchemaNode, above: readonly string[], level: number): void => {
    const path = [...above, node.name];
    const present = field.nullable ? level + 1 : level;
    if (node.physical !== null) leaves.push({ node: { ...node, physical: node.physical }, type: field.type, path, present });
    else if (field.type.kind === "struct") field.type.fields.forEach((child, i) => visit(child, node.children[i]!, path, present));
  };
  schema.fields.forEach((field, i) => visit(field, nodes[i]!, [], 0));
  return leaves;
}

/** How the values of a type lie in a file. */
function formOf(type: DataType): { readonly physical: PhysicalType; readonly byteLength?: number; readonly annotation?: Annotation } {
  switch (type.kind) {
    case "boolean":
      return { physical: "BOOLEAN" };
    case "byte":
      return { physical: "INT32", annotation: { kind: "integer", bits: 8, signed: true } };
    case "short":
      return { physical: "INT32", annotation: { kind: "integer", bits: 16, signed: true } };
    case "int":
      return { physical: "INT32" };
    case "date":
      return { physical: "INT32", annotation: { kind: "date" } };
    case "long":
      return { physical: "INT64" };
    case "timestamp":
    case "timestamp_ntz":
      return { physical: "INT64", annotation: { kind: "timestamp", unit: "us", utc: type.kind === "timestamp" } };
    case "float":
      return { physical: "FLOAT" };
    case "double":
      return { physical: "DOUBLE" };
    case "string":
      return { physical: "BYTE_ARRAY", annotation: { kind: "string" } };
    case "binary":
      return { physical: "BYTE_ARRAY" };
    case "decimal": {
      const { precision, scale } = type;
      const annotation: Annotation = { kind: "decimal", precision, scale };
      if (precision <= 18) return { physical: precision <= 9 ? "INT32" : "INT64", annotation };
      return { physical: "FIXED_LEN_BYTE_ARRAY", byteLength: bytesOfDecimal(precision), annotation };
    }
    default:
      throw new Error(`a column of ${type.kind} is not written here`);
  }
}

/** The fewest bytes in which each number of so many digits has room, with its sign. */
function bytesOfDecimal(precision: number): number {
  let bytes = 1;
  while (10n ** BigInt(precision) > 1n << BigInt(8 * bytes - 1)) bytes++;
  return bytes;
}

/**
 * The parts of each leaf, in the order of `leavesOf`.
 *
 * @param schema that of the file: a batch may promise more, that a column has no nulls
 */
export function partsOf(batches: readonly Batch[], schema: Schema, leaves: readonly Leaf[]): LeafPart[][] {
  const parts: LeafPart[][] = leaves.map(() => []);
  for (const { columns, length } of batches) {
    let leaf = 0;
    const visit = (column: Column, { type, nullable }: Field, above: Levels): void => {
      const isStruct = type.kind === "struct";
      const plain = isStruct ? plainColumn(column) : withoutNullEntries(column);
      const levels = nullable ? deeper(above, plain.nulls, length) : above;
      if (isStruct) {
        assert(plain.encoding === "struct", `a struct of encoding ${plain.encoding}`);
        type.fields.forEach((child, i) => visit(plain.children[i]!, child, levels));
      } else parts[leaf++]!.push(partOf(plain, levels, length));
    };
    schema.fields.forEach((field, i) => visit(columns[i]!, field, { level: 0, rows: null }));
  }
  return parts.map(inOneEncoding);
}

/** Levels of rows: all of them `level`, or those of `rows`. */
interface Levels {
  readonly level: number;
  readonly rows: Uint8Array | null;
}

function deeper({ level, rows }: Levels, nulls: Nulls, length: number): Levels {
  if (rows === null && nulls === null) return { level: level + 1, rows };
  const levels = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const above = rows === null ? level : rows[i]!;
    levels[i] = above === level && (nulls === null || nulls[i] === 0) ? level + 1 : above;
  }
  return { level: level + 1, rows: levels };
}

function withoutNullEntries(column: Column): Column {
  return column.encoding === "dictionary" && column.dictionary.nulls === null && column.dictionary.encoding === "utf8"
    ? column
    : plainColumn(column);
}

function partOf(column: Column, { level, rows: levels }: Levels, rows: number): LeafPart {
  if (levels === null) {
    assert(column.nulls === null || !column.nulls.includes(1), "a column without nulls has none");
    return { values: oneAfterTheOther(column), rows, levels };
  }
  const places = new Int32Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    places[count] = i;
    if (levels[i] === level) count++;
  }
  if (count === rows) return { values: oneAfterTheOther(column), rows, levels: null };
  return { values: oneAfterTheOther(withoutNullEntries(takeColumn(column, places, count))), rows, levels };
}

/** The same without a dictionary. */
export function plainPart(part: LeafPart): LeafPart {
  return part.values.encoding === "dictionary" ? { ...part, values: oneAfterTheOther(plainColumn(part.values)) } : part;
}

function oneAfterTheOther(column: Column): Column {
  return column.encoding === "view" ? retainColumn(column) : column;
}

/** Numbers of 64 bits come in two encodings: where parts differ, all are in the wide one. */
function inOneEncoding(parts: LeafPart[]): LeafPart[] {
  if (!parts.some(({ values }) => values.encoding === "i64")) return parts;
  return parts.map((part) => {
    const { values } = part;
    if (values.encoding !== "f64" || !isLongLike(values.type)) return part;
    const { type, length } = values;
    return { ...part, values: { type, encoding: "i64", values: longsOfDoubles(values.values, length, null), length, nulls: null } };
  });
}
