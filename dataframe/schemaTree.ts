import { typeName, type DataType, type Field, type Schema } from "../engine/arrow/types.js";

/** A schema as Spark's `printSchema` draws it. */
export function schemaTree(schema: Schema): string {
  return ["root", ...schema.fields.flatMap((field) => fieldLines(field, " |"))].join("\n");
}

function fieldLines({ name, type, nullable }: Field, prefix: string): string[] {
  return [`${prefix}-- ${name}: ${shortName(type)} (nullable = ${nullable})`, ...memberLines(type, `${prefix}    |`)];
}

function memberLines(type: DataType, prefix: string): string[] {
  const inner = `${prefix}    |`;
  switch (type.kind) {
    case "struct":
      return type.fields.flatMap((field) => fieldLines(field, prefix));
    case "array":
      return [`${prefix}-- element: ${shortName(type.element)} (containsNull = ${type.containsNull})`, ...memberLines(type.element, inner)];
    case "map":
      return [
        `${prefix}-- key: ${shortName(type.key)}`,
        ...memberLines(type.key, inner),
        `${prefix}-- value: ${shortName(type.value)} (valueContainsNull = ${type.valueContainsNull})`,
        ...memberLines(type.value, inner),
      ];
    default:
      return [];
  }
}

/** Spark's `typeName`: a nested type is named by its kind only, and long by its older name. */
function shortName(type: DataType): string {
  switch (type.kind) {
    case "struct":
    case "array":
    case "map":
    case "byte":
    case "short":
    case "int":
    case "long":
      return type.kind === "int" ? "integer" : type.kind;
    default:
      return typeName(type);
  }
}
