import { field, types, type DataType, type StructType } from "../../arrow/types.js";

/** The narrowest type that holds values of both. */
export function mergeTypes(a: DataType, b: DataType): DataType {
  if (a.kind === "null") return b;
  if (b.kind === "null") return a;
  if (a.kind === "struct" && b.kind === "struct") return mergeStructs(a, b);
  if (a.kind === "array" && b.kind === "array") return types.array(mergeTypes(a.element, b.element));
  if (a.kind === b.kind && a.kind !== "decimal") return a;
  if (!isNumeric(a) || !isNumeric(b)) return types.string;
  if (a.kind === "double" || b.kind === "double") return types.double;
  return mergeDecimals(asDecimal(a), asDecimal(b));
}

function isNumeric(type: DataType): boolean {
  return type.kind === "long" || type.kind === "double" || type.kind === "decimal";
}

/** A long has up to 20 digits by Spark's count. */
function asDecimal(type: DataType): { precision: number; scale: number } {
  return type.kind === "decimal" ? type : { precision: 20, scale: 0 };
}

function mergeDecimals(a: { precision: number; scale: number }, b: { precision: number; scale: number }): DataType {
  const scale = Math.max(a.scale, b.scale);
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  return whole + scale > 38 ? types.double : types.decimal(whole + scale, scale);
}

function mergeStructs(a: StructType, b: StructType): StructType {
  const fields = new Map(a.fields.map((member) => [member.name, member.type]));
  for (const { name, type } of b.fields) {
    const known = fields.get(name);
    fields.set(name, known ? mergeTypes(known, type) : type);
  }
  return types.struct([...fields].map(([name, type]) => field(name, type)));
}
