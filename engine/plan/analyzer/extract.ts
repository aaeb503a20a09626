import { types } from "../../arrow/types.js";
import { literal, type Expression } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";

/** `e.name`: a field of a struct, the fields of an array of structs, or the value of a key of a map. */
export function fieldOf(e: Expression, name: string, context: AnalysisContext): Expression {
  return extract(e, literal(name, types.string), context);
}

/**
 * `e[key]`: a field by its name, an element, or the value of a key.
 *
 * @throws FIELD_NOT_FOUND, INVALID_EXTRACT_BASE_FIELD_TYPE …
 */
export function extract(child: Expression, key: Expression, context: AnalysisContext): Expression {
  const type = typeOf(child);
  const holdsFields = type.kind === "struct" || (type.kind === "array" && type.element.kind === "struct");
  const byName = key.kind === "literal" && key.type.kind === "string";
  // What is neither has no fields either: its refusal names the column.
  const name = (holdsFields && byName) || (type.kind !== "array" && type.kind !== "map") ? "getField" : "getItem";
  return resolveFunction({ name, args: [child, key], distinct: false, filter: null }, context);
}
