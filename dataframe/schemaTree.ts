import { typeName, type DataType, type Field, type Schema } from "../engine/arrow/types.js";

/** A schema as Spark's `printSchema` draws it. */
export function schemaTree(schema: Schema): string {
  return ["root", ...schema.fields.flatMap((field) => fieldLines(field, " |-- "))].join("\n");
}

function fieldLines({ name, type, nullable }: Field, prefix: string): string[] {
  return [`${prefix}${name}: ${shortName(type)} (nullable = ${nullable})`, ...childLines(type, `${prefix.slice(0, -4)}   `)];
}

function childLines(type: DataType, indent: string): string[] {
  const prefix = `${indent} |-- `;
  switch (type.kind) {
    case "struct":
      return type.fields.flatMap((field) => fieldLines(field, prefix));
    case "array":
      return [
        `${prefix}element: ${shortName(type.element)} (containsNull = ${type.containsNull})`,
        ...childLines(type.element, `${indent} |   `),
      ];
    case "map":
      return [
        `${prefix}key: ${shortName(type.key)}`,
        ...childLines(type.key, `${indent} |   `),
        `${prefix}value: ${shortName(type.value)} (valueContainsNull = ${type.valueContainsNull})`,
        ...childLines(type.value, `${indent} |   `),
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
