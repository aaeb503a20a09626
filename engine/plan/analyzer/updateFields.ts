import { types, sqlTypeName, type Field } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { literal, type Expression, type UpdateFields } from "../../expression/expression.js";
import { resolveFunction } from "../../expression/resolve.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { fieldOf } from "./extract.js";

/** A field of the struct that is made: one that it had, or a new value. */
interface Made extends Field {
  readonly value: Expression | null;
}

/**
 * A struct with fields put in and left out, as a struct made anew; null where the given one is.
 *
 * @param child the struct, resolved
 * @param values those of the fields that are put in, resolved, in order
 * @param text the text of an expression as it was written, between quotes
 * @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE, DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS
 */
export function resolveUpdateFields(
  e: UpdateFields,
  child: Expression,
  values: readonly Expression[],
  { context, text }: { readonly context: AnalysisContext; readonly text: (e: Expression) => string },
): Expression {
  const type = typeOf(child);
  if (type.kind !== "struct") {
    throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
      sqlExpr: text(e),
      paramIndex: "first",
      inputSql: text(e.child),
      inputType: `"${sqlTypeName(type)}"`,
      requiredType: '"STRUCT"',
    });
  }
  let fields: readonly Made[] = type.fields.map((field) => ({ ...field, value: null }));
  let next = 0;
  for (const { name, value } of e.updates) fields = value === null ? without(fields, name) : having(fields, name, values[next++]!);
  if (fields.length === 0) throw new StreamingError("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS", { sqlExpr: text(e) });
  const call = (name: string, args: readonly Expression[]): Expression =>
    resolveFunction({ name, args, distinct: false, filter: null }, context);
  const parts = fields.flatMap(({ name, value }) => [literal(name, types.string), value ?? fieldOf(child, name, context)]);
  const made = {
    ...call("named_struct", parts),
    type: types.struct(fields.map(({ name, type: own, nullable }) => ({ name, type: own, nullable }))),
  } as Expression;
  if (!nullableOf(child)) return made;
  return call("case", [call("isnull", [child]), literal(null, typeOf(made)), made]);
}

function without(fields: readonly Made[], name: string): readonly Made[] {
  return fields.filter((field) => field.name.toLowerCase() !== name.toLowerCase());
}

/** In the place of the fields of that name; behind the others where there is none. */
function having(fields: readonly Made[], name: string, value: Expression): readonly Made[] {
  const made: Made = { name, type: typeOf(value), nullable: nullableOf(value), value };
  const isThere = without(fields, name).length < fields.length;
  return isThere ? fields.map((field) => (field.name.toLowerCase() === name.toLowerCase() ? made : field)) : [...fields, made];
}
