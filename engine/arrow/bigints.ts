import type { DataType } from "./types.js";

/** The type with every long in it read as bigint. */
export function withBigints(type: DataType): DataType {
  switch (type.kind) {
    case "long":
      return { ...type, asBigint: true };
    case "array":
      return { ...type, element: withBigints(type.element) };
    case "map":
      return { ...type, key: withBigints(type.key), value: withBigints(type.value) };
    case "struct":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: withBigints(field.type) })) };
    default:
      return type;
  }
}
