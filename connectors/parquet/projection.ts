import { sameType, types, type DataType, type Field, type Schema } from "../../engine/arrow/types.js";
import type { Annotation } from "./annotation.js";
import type { SchemaNode } from "./metadata.js";
import { listElement, mapEntries } from "./sparkTypes.js";

/** A wanted column of a file: the part of the file's schema that is read for it, and the type in which its values are read before they are widened. */
export interface ProjectedColumn {
  readonly node: SchemaNode;
  readonly readType: DataType;
}

/** A column that has not the type that is wanted of it. */
export class TypeMismatch extends Error {
  constructor(
    readonly path: readonly string[],
    readonly expected: DataType,
    readonly actual: string,
  ) {
    super(`${path.join(".")} is ${actual}`);
  }
}

/**
 * For each wanted field what is read for it; null where the file has no such column. Names are found without regard to case, as Spark does.
 *
 * The nodes carry the wanted names, so that nothing below must look for names again, and the annotations under which a native reader gives values that
 * are only widened here: a date that is wanted as a number is read as one.
 *
 * @throws TypeMismatch
 */
export function project(fields: readonly SchemaNode[], wanted: Schema): (ProjectedColumn | null)[] {
  return wanted.fields.map((member) => {
    const node = matching(fields, member.name);
    return node === null ? null : renamed(projectNode(node, member.type, [node.name]), member.name);
  });
}

/** @throws Error when several have the name, which Spark tells no apart */
function matching(nodes: readonly SchemaNode[], name: string): SchemaNode | null {
  const found = nodes.filter((node) => node.name.toLowerCase() === name.toLowerCase());
  if (found.length <= 1) return found[0] ?? null;
  throw new Error(
    `it has several columns of the name "${name}", but for the case of letters: ${found.map((node) => node.name).join(", ")}`,
  );
}

function renamed(column: ProjectedColumn, name: string): ProjectedColumn {
  return { ...column, node: { ...column.node, name } };
}

/** A repeated node that belongs to no list is one. */
function projectNode(node: SchemaNode, wanted: DataType, path: readonly string[]): ProjectedColumn {
  if (node.repetition !== "repeated") return projectValue(node, wanted, path);
  if (wanted.kind !== "array") throw mismatch(node, wanted, path);
  const element = projectValue(node, wanted.element, path);
  return { node: element.node, readType: types.array(element.readType, wanted.containsNull) };
}

function projectValue(node: SchemaNode, wanted: DataType, path: readonly string[]): ProjectedColumn {
  if (node.physical !== null) return projectLeaf(node, wanted, path);
  switch (wanted.kind) {
    case "struct":
      // What says of itself that it is a list or a map is no struct.
      if (listElement(node) || mapEntries(node)) throw mismatch(node, wanted, path);
      return projectStruct(node, wanted.fields, path);
    case "array": {
      const list = listElement(node);
      if (!list) throw mismatch(node, wanted, path);
      return projectList(node, list, wanted, path);
    }
    case "map": {
      const map = mapEntries(node);
      if (!map) throw mismatch(node, wanted, path);
      const key = renamed(projectNode(map.key, wanted.key, [...path, map.key.name]), "key");
      const value = renamed(projectNode(map.value, wanted.value, [...path, map.value.name]), "value");
      const entries = { ...map.entries, name: "key_value", annotation: null, children: [key.node, value.node] };
      return { node: { ...node, children: [entries] }, readType: types.map(key.readType, value.readType, wanted.valueContainsNull) };
    }
    default:
      throw mismatch(node, wanted, path);
  }
}

function projectList(
  node: SchemaNode,
  list: NonNullable<ReturnType<typeof listElement>>,
  wanted: DataType & { kind: "array" },
  path: readonly string[],
): ProjectedColumn {
  const inner = [...path, list.node.name];
  const read = list.isInner ? projectValue : projectNode;
  const element = renamed(read(list.node, wanted.element, inner), list.isInner ? "array" : "element");
  const repeated: SchemaNode = list.isInner
    ? element.node
    : { ...node.children[0]!, name: "list", annotation: null, children: [element.node] };
  return { node: { ...node, children: [repeated] }, readType: types.array(element.readType, wanted.containsNull) };
}

function projectStruct(node: SchemaNode, fields: readonly Field[], path: readonly string[]): ProjectedColumn {
  const children: SchemaNode[] = [];
  const readTypes = fields.map((member) => {
    const child = matching(node.children, member.name);
    if (child === null) return member;
    const column = renamed(projectNode(child, member.type, [...path, child.name]), member.name);
    children.push(column.node);
    return { ...member, type: column.readType };
  });
  // Something must be read to know which structs are null.
  if (children.length === 0) children.push({ ...smallest(node), name: "" });
  return { node: { ...node, annotation: null, children }, readType: types.struct(readTypes) };
}

/** The member that is likely to be read fastest, with what is needed of it. */
function smallest(group: SchemaNode): SchemaNode {
  const child = group.children.find(({ physical }) => physical !== null && physical !== "BYTE_ARRAY") ?? group.children[0]!;
  if (child.physical !== null) return child;
  return { ...child, annotation: null, children: [smallest(child)] };
}

function projectLeaf(node: SchemaNode, wanted: DataType, path: readonly string[]): ProjectedColumn {
  // What is always null is null in every type.
  if (node.annotation?.kind === "unknown") return { node, readType: wanted };
  const read = leafReading(node, wanted);
  if (read === null) throw mismatch(node, wanted, path);
  const { readType, ...reading } = read;
  return { node: { ...node, ...reading }, readType: sameType(readType, wanted) ? wanted : readType };
}

interface LeafReading {
  readonly annotation: Annotation | null;
  readonly readType: DataType;
  readonly physical?: SchemaNode["physical"];
  readonly byteLength?: number;
}

function raw(readType: DataType): LeafReading {
  return { annotation: null, readType };
}

/** How the values of a column are read as the wanted type, by the rules of Spark's vectorized reader; null when it refuses. */
function leafReading(node: SchemaNode, wanted: DataType): LeafReading | null {
  const { annotation } = node;
  const asIs = (readType: DataType): LeafReading => ({ annotation, readType });
  switch (node.physical!) {
    case "BOOLEAN":
      return wanted.kind === "boolean" ? raw(types.boolean) : null;
    case "INT32":
      return intReading(node, wanted);
    case "INT64":
      return longReading(node, wanted);
    case "INT96":
      // The same twelve bytes, which are converted here: a native reader's nanoseconds end in the year 2262.
      if (wanted.kind !== "timestamp" && wanted.kind !== "timestamp_ntz") return null;
      return { annotation: null, readType: types.binary, physical: "FIXED_LEN_BYTE_ARRAY", byteLength: 12 };
    case "FLOAT":
      return wanted.kind === "float" || wanted.kind === "double" ? raw(types.float) : null;
    case "DOUBLE":
      return wanted.kind === "double" ? raw(types.double) : null;
    case "BYTE_ARRAY":
      // What does not say that it is text need not be: its bytes are taken as they are.
      if (wanted.kind === "string")
        return annotation === null ? raw(types.binary) : { annotation: { kind: "string" }, readType: types.string };
      if (wanted.kind === "binary") return raw(types.binary);
      return decimalReading(annotation, wanted);
    case "FIXED_LEN_BYTE_ARRAY":
    default:
      if (wanted.kind === "binary") return raw(types.binary);
      if (annotation?.kind === "float16") return wanted.kind === "float" || wanted.kind === "double" ? asIs(types.float) : null;
      return decimalReading(annotation, wanted);
  }
}

function intReading({ annotation }: SchemaNode, wanted: DataType): LeafReading | null {
  const isUnsigned = annotation?.kind === "integer" && !annotation.signed;
  // Its upper half has no place in these: the bits would be negative numbers.
  const isWide = isUnsigned && annotation.bits > 16;
  switch (wanted.kind) {
    case "byte":
    case "short":
    case "int":
      return isWide ? null : { annotation: null, readType: types.int };
    case "date":
      if (isWide) return null;
      return { annotation: { kind: "date" }, readType: types.date };
    case "long":
    case "double":
      return isUnsigned ? { annotation, readType: types.long } : { annotation: null, readType: types.int };
    case "timestamp_ntz":
      return annotation?.kind === "date" ? { annotation, readType: types.date } : null;
    case "decimal":
      return annotation?.kind === "decimal" ? decimalReading(annotation, wanted) : wholeReading(annotation, wanted, types.int, 10);
    default:
      return null;
  }
}

function longReading({ annotation }: SchemaNode, wanted: DataType): LeafReading | null {
  const isUnsigned = annotation?.kind === "integer" && !annotation.signed;
  switch (wanted.kind) {
    case "long":
      return isUnsigned ? null : { annotation: null, readType: types.long };
    case "timestamp":
    case "timestamp_ntz":
      return annotation?.kind === "timestamp" ? { annotation, readType: wanted } : null;
    case "decimal":
      if (isUnsigned) return wanted.precision === 20 && wanted.scale === 0 ? { annotation, readType: wanted } : null;
      return annotation?.kind === "decimal" ? decimalReading(annotation, wanted) : wholeReading(annotation, wanted, types.long, 20);
    default:
      return null;
  }
}

/** A whole number as a decimal that has room for all of its type. */
function wholeReading(annotation: Annotation | null, wanted: DataType, from: DataType, digits: number): LeafReading | null {
  const isWhole = annotation === null || (annotation.kind === "integer" && annotation.signed);
  return isWhole && wanted.kind === "decimal" && wanted.precision - wanted.scale >= digits ? { annotation: null, readType: from } : null;
}

/** A decimal as one with at least as many digits before and after the point. */
function decimalReading(annotation: Annotation | null, wanted: DataType): LeafReading | null {
  if (annotation?.kind !== "decimal" || wanted.kind !== "decimal") return null;
  const { precision, scale } = annotation;
  const moreScale = wanted.scale - scale;
  return moreScale >= 0 && wanted.precision - precision >= moreScale ? { annotation, readType: types.decimal(precision, scale) } : null;
}

function mismatch(node: SchemaNode, wanted: DataType, path: readonly string[]): TypeMismatch {
  return new TypeMismatch(
    path,
    wanted,
    node.physical ?? (node.annotation?.kind === "list" ? "LIST" : node.annotation?.kind === "map" ? "MAP" : "group"),
  );
}
