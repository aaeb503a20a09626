import { types, type DataType } from "../../arrow/types.js";
import { unreachable } from "../../errors/assert.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { freshId, type Attribute, type Expression, type Subquery, type UnresolvedSubquery } from "../../expression/expression.js";
import { coerceAll, coerceTo } from "../../expression/types/coerce.js";
import { nullableOf, typeOf } from "../../expression/types/typeOf.js";
import { sqlTypeName } from "../../arrow/types.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { withOwnColumns } from "./ownColumns.js";
import { noteOuterNames } from "../subqueryNames.js";
import { freeAttributes } from "./freeAttributes.js";
import type { Scope } from "./scope.js";

/** A subquery in an expression, resolved with the columns around it in sight; the values that IN looks for have the types of what it looks among. */
export function resolveSubquery(e: UnresolvedSubquery, scope: Scope, resolve: (e: Expression, scope: Scope) => Expression): Subquery {
  const { subquery } = scope.context;
  if (subquery === undefined) throw notYetSupported("A subquery in the expressions of a stream that runs under another configuration");
  const asked = subquery(e.query, scope);
  const values = e.values.map((value) => resolve(value, scope));
  const outer = freeAttributes(asked);
  const query = withOwnColumns(asked, new Set(outer.map(({ id }) => id)));
  noteOuterNames(
    e.query,
    outer.map(({ name }) => name),
  );
  const base = { kind: "subquery", form: e.form, query, values, outer, given: outer } as const;
  const output = outputOf(query);
  switch (e.form) {
    case "exists":
      return { ...base, type: types.boolean, nullable: false };
    case "scalar":
      if (output.length !== 1) {
        throw new StreamingError("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", {
          number: String(output.length),
        });
      }
      return { ...base, type: output[0]!.type, nullable: true };
    case "in":
      return inQuery(base, rowOf(values, output), output, scope);
    default:
      return unreachable(e.form);
  }
}

/** `(a, b) IN (SELECT x, y)`: a struct of as many fields is a row too. */
function rowOf(values: readonly Expression[], output: readonly Attribute[]): readonly Expression[] {
  const [only] = values;
  if (values.length !== 1 || output.length === 1 || only?.kind !== "call" || only.name !== "named_struct") return values;
  return only.args.filter((_, i) => i % 2 === 1);
}

function inQuery(
  base: Omit<Subquery, "type" | "nullable">,
  values: readonly Expression[],
  output: readonly Attribute[],
  { context }: Scope,
): Subquery {
  if (values.length !== output.length) {
    throw new StreamingError("DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH", {
      sqlExpr: `"(${values.map((v) => sqlText(v)).join(", ")} IN (listquery()))"`,
      leftLength: String(values.length),
      rightLength: String(output.length),
      leftColumns: values.map((v) => `"${sqlText(v)}"`).join(", "),
      rightColumns: output.map(({ name }) => `"${name}"`).join(", "),
    });
  }
  const pairs = values.map((value, i) => {
    const both = coerceAll([value, output[i]!], context);
    if (both === null) throw mismatch(values, output);
    return both;
  });
  const wanted = pairs.map(({ type }) => type);
  const query = withTypes(base.query as LogicalPlan, wanted, (e, type) => coerceTo(e, type, context));
  const coerced = values.map((value, i) => coerceTo(value, wanted[i]!, context));
  return { ...base, query, values: coerced, type: types.boolean, nullable: [...values, ...output].some(nullableOf) };
}

function withTypes(query: LogicalPlan, wanted: readonly DataType[], coerce: (e: Expression, type: DataType) => Expression): LogicalPlan {
  const output = outputOf(query);
  const columns = output.map((column, i) => coerce(column, wanted[i]!));
  if (columns.every((e, i) => e === output[i])) return query;
  const expressions = columns.map((child, i): Expression => (child === output[i] ? child : named(child, output[i]!)));
  return { kind: "project", expressions, input: query };
}

function named(child: Expression, { name }: Attribute): Expression {
  return { kind: "alias", child, name, id: freshId() };
}

function mismatch(values: readonly Expression[], output: readonly Attribute[]): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH", {
    sqlExpr: `"(${values.map((v) => sqlText(v)).join(", ")} IN (listquery()))"`,
    mismatchedColumns: `(${values.map((v) => sqlText(v)).join(", ")})`,
    leftType: typesOf(values),
    rightType: typesOf(output),
  });
}

function typesOf(list: readonly Expression[]): string {
  return list.map((e) => `"${sqlTypeName(typeOf(e))}"`).join(", ");
}
