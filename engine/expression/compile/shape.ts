import type { Column } from "../../arrow/column.js";
import type { DataType } from "../../arrow/types.js";

/** What generated code depends on of a column: its encoding, and whether it has nulls. */
export interface Shape {
  readonly encoding: Column["encoding"];
  readonly type: DataType;
  readonly nulls: boolean;
  /** Of a dictionary or constant: the column of its values. */
  readonly inner: Shape | null;
  /** Of a struct. */
  readonly children: readonly Shape[];
}

export function shapeOf(column: Column): Shape {
  return {
    encoding: column.encoding,
    type: column.type,
    nulls: column.nulls !== null,
    inner: column.encoding === "dictionary" ? shapeOf(column.dictionary) : column.encoding === "constant" ? shapeOf(column.value) : null,
    children: column.encoding === "struct" ? column.children.map(shapeOf) : [],
  };
}

/** A text that is equal for columns that the same generated code can read. Types are those of the plan. */
export function shapeKey(column: Column): string {
  const nulls = column.nulls === null ? "" : "?";
  switch (column.encoding) {
    case "dictionary":
      return `d${nulls}(${shapeKey(column.dictionary)})`;
    case "constant":
      return `c(${shapeKey(column.value)})`;
    case "struct":
      return `s${nulls}(${column.children.map(shapeKey).join(",")})`;
    default:
      return `${column.encoding}${nulls}`;
  }
}

/** Whether generated code over this column must hold longs as BigInts. */
export function needsExact(shape: Shape): boolean {
  if (shape.inner !== null) return needsExact(shape.inner);
  return (shape.encoding === "i64" && shape.type.kind !== "decimal") || shape.children.some(needsExact);
}
