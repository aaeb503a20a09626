import { typeName, types, type DataType, type Schema } from "../../engine/arrow/types.js";
import { JsonFields, type Refuse } from "../../engine/contract/logText.js";

const simpleKinds: ReadonlySet<string> = new Set([
  "null",
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "string",
  "binary",
  "date",
  "timestamp",
  "timestamp_ntz",
  "interval_daytime",
  "interval_yearmonth",
  "interval",
]);

/** A schema as a checkpoint's file has it. @throws what `refuse` makes of anything else */
export function parseStoredSchema(stored: JsonFields, refuse: Refuse): Schema {
  const type = parseStoredType(stored, refuse);
  if (type.kind !== "struct") throw refuse(`a schema is a struct, no ${typeName(type)}`);
  return type;
}

function parseStoredType(stored: JsonFields, refuse: Refuse): DataType {
  const kind = stored.text("kind");
  const part = (name: string): DataType => parseStoredType(stored.object(name), refuse);
  switch (kind) {
    case "decimal":
      return types.decimal(stored.integer("precision"), stored.integer("scale"));
    case "array":
      return { kind, element: part("element"), containsNull: stored.boolean("containsNull") };
    case "map":
      return { kind, key: part("key"), value: part("value"), valueContainsNull: stored.boolean("valueContainsNull") };
    case "struct":
      return types.struct(
        stored.objects("fields").map((field) => ({
          name: field.text("name"),
          type: parseStoredType(field.object("type"), refuse),
          nullable: field.boolean("nullable"),
        })),
      );
    default:
      if (!simpleKinds.has(kind)) throw refuse(`${JSON.stringify(kind)} is no type`);
      return stored.members as unknown as DataType;
  }
}
