import { sameType, sqlTypeName, types, type DataType, type Field, type Schema } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId, literal, type Attribute, type Expression } from "../engine/expression/expression.js";
import { canStore } from "../engine/expression/types/storeAssignment.js";
import { sameName } from "../engine/plan/verbs.js";
import { call, Column } from "./column.js";
import { transform } from "./functions/higherOrder.js";

/** A value that is to be of another type: its expression, what it is called in messages, and whether it may be null. */
interface Given {
  readonly e: Expression;
  readonly path: readonly string[];
  readonly type: DataType;
  readonly nullable: boolean;
}

/**
 * The columns of a schema, made of those of a table that have their names: in its order and types, null where the table has none that may be missing.
 *
 * @throws UNRESOLVED_COLUMN.WITH_SUGGESTION, AMBIGUOUS_COLUMN_OR_FIELD, NULLABLE_COLUMN_OR_FIELD, INVALID_COLUMN_OR_FIELD_DATA_TYPE
 */
export function matchedColumns(output: readonly Attribute[], schema: Schema): Expression[] {
  return schema.fields.map((field): Expression => {
    const found = memberOf(output, field, []);
    const e = found === null ? literal(null, field.type) : matched({ ...found, e: found, path: [found.name] }, field);
    return { kind: "alias", child: e, name: field.name, id: freshId() };
  });
}

/** The column or field of that name; null when there is none, and none is needed. */
function memberOf<F extends Field>(fields: readonly F[], { name, nullable }: Field, path: readonly string[]): F | null {
  const found = fields.filter((field) => sameName(field.name, name));
  if (found.length === 1) return found[0]!;
  const shown = quoted([...path, name]);
  if (found.length > 1) throw new StreamingError("AMBIGUOUS_COLUMN_OR_FIELD", { name: shown, n: String(found.length) });
  if (nullable) return null;
  throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
    objectName: shown,
    proposal: fields.map((field) => `\`${field.name}\``).join(", "),
  });
}

function matched(given: Given, { type, nullable }: Pick<Field, "type" | "nullable">): Expression {
  if (given.nullable && !nullable) throw new StreamingError("NULLABLE_COLUMN_OR_FIELD", { name: quoted(given.path) });
  const from = given.type;
  if (sameType(from, type) && !isNested(from)) return given.e;
  if (from.kind === "struct" && type.kind === "struct") return matchedStruct(given, from.fields, type.fields);
  if (from.kind === "array" && type.kind === "array") {
    const to = { type: type.element, nullable: type.containsNull };
    return matchedElements(given.e, { ...given, path: [...given.path, "element"], type: from.element, nullable: from.containsNull }, to);
  }
  if (from.kind === "map" && type.kind === "map") {
    const keys = matchedElements(
      call("map_keys", [given.e]),
      { ...given, path: [...given.path, "key"], type: from.key, nullable: false },
      { type: type.key, nullable: false },
    );
    const values = matchedElements(
      call("map_values", [given.e]),
      { ...given, path: [...given.path, "value"], type: from.value, nullable: from.valueContainsNull },
      { type: type.value, nullable: type.valueContainsNull },
    );
    return call("map_from_arrays", [keys, values]);
  }
  if (isNested(from) || isNested(type) || !canStore(from, type)) {
    throw new StreamingError("INVALID_COLUMN_OR_FIELD_DATA_TYPE", {
      name: quoted(given.path),
      type: `"${sqlTypeName(from)}"`,
      expectedType: `"${sqlTypeName(type)}"`,
    });
  }
  return { kind: "unresolvedCast", child: given.e, type, isTry: false };
}

function matchedStruct(given: Given, from: readonly Field[], to: readonly Field[]): Expression {
  const parts = to.flatMap((field): Expression[] => {
    const found = memberOf(from, field, given.path);
    const name = literal(field.name, types.string);
    if (found === null) return [name, literal(null, field.type)];
    const e: Expression = { kind: "unresolvedExtract", child: given.e, key: literal(found.name, types.string) };
    return [name, matched({ e, path: [...given.path, found.name], type: found.type, nullable: found.nullable }, field)];
  });
  const made = call("named_struct", parts);
  return given.nullable ? call("case", [call("isnull", [given.e]), literal(null, types.null), made]) : made;
}

function matchedElements(list: Expression, element: Given, to: Pick<Field, "type" | "nullable">): Expression {
  if (sameType(element.type, to.type) && (to.nullable || !element.nullable)) return list;
  return transform(new Column(list), (each) => new Column(matched({ ...element, e: each.expression }, to))).expression;
}

function isNested({ kind }: DataType): boolean {
  return kind === "struct" || kind === "array" || kind === "map";
}

function quoted(path: readonly string[]): string {
  return path.map((part) => `\`${part}\``).join(".");
}
