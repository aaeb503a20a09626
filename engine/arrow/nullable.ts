import type { DataType, Field, Schema } from "./types.js";

/** The same columns, where any value within may be null: files hold what they hold, whatever a schema says of them. */
export function nullableSchema({ fields }: Schema): Schema {
  return { kind: "struct", fields: fields.map(nullableField) };
}

function nullableField(field: Field): Field {
  return { ...field, type: nullableType(field.type), nullable: true };
}

/** The same type, where any value within may be null. */
export function nullableType(type: DataType): DataType {
  switch (type.kind) {
    case "struct":
      return { ...type, fields: type.fields.map(nullableField) };
    case "array":
      return { ...type, element: nullableType(type.element), containsNull: true };
    case "map":
      return { ...type, key: nullableType(type.key), value: nullableType(type.value), valueContainsNull: true };
    default:
      return type;
  }
}
