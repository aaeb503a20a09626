import { batchFromRows } from "../../../arrow/columns.js";
import { types, type Field } from "../../../arrow/types.js";
import type { Value } from "../../../arrow/value.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Attribute, type Expression } from "../../../expression/expression.js";
import { fold } from "../../../expression/fold.js";
import { coerceAll, coerceTo } from "../../../expression/types/coerce.js";
import { nullableOf, typeOf } from "../../../expression/types/typeOf.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { sqlText } from "../../sqlText.js";
import type { InlineTable } from "../../unresolved.js";
import { analyze } from "../analyze.js";
import { prettyText, resolveExpression } from "../resolveExpression.js";
import { Scope } from "../scope.js";
import type { Environment } from "./environment.js";

/**
 * VALUES: rows of constants, each column of one type.
 *
 * @throws INVALID_INLINE_TABLE.*
 */
export function resolveInlineTable({ rows }: InlineTable, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const width = rows[0]!.length;
  const scope = new Scope([], context);
  const resolved = rows.map((row) => {
    if (row.length !== width) {
      throw new StreamingError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", {
        expectedNumCols: String(width),
        actualNumCols: String(row.length),
        rowIndex: String(rows.indexOf(row)),
      });
    }
    return row.map((e) => constant(e, scope));
  });
  const columns = Array.from({ length: width }, (_, c) => column(resolved, c, environment));
  const fields = columns.map(({ field }) => field);
  const values = rows.map((_, r) => columns.map(({ values: of }) => of[r]!));
  const output = fields.map(({ name, type, nullable }): Attribute => ({
    kind: "attribute",
    id: freshId(),
    name,
    type,
    nullable,
    qualifier: [],
  }));
  return analyze({ kind: "localRelation", batch: batchFromRows(types.struct(fields), values), output }, context);
}

function constant(e: Expression, scope: Scope): Expression {
  try {
    return resolveExpression(e, scope);
  } catch (error) {
    if (!(error instanceof StreamingError) || !error.condition.startsWith("UNRESOLVED_COLUMN")) throw error;
    throw new StreamingError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", { expr: `"${prettyText(e, scope)}"` });
  }
}

function valueOf(e: Expression): Value {
  if (e.kind === "literal") return e.value;
  throw new StreamingError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", { expr: `"${sqlText(e)}"` });
}

/** The values of one column, brought to one type. */
function column(
  rows: readonly (readonly Expression[])[],
  index: number,
  { context }: Environment,
): { readonly field: Field; readonly values: readonly Value[] } {
  const given = rows.map((row) => row[index]!);
  const name = `col${index + 1}`;
  const coerced = given.length === 1 ? { args: given, type: typeOf(given[0]!) } : coerceAll(given, context);
  if (coerced === null) throw new StreamingError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", { colName: `\`${name}\`` });
  const { args, type } = coerced;
  const values = args.map((e) => valueOf(fold(coerceTo(e, type, context))));
  return { field: { name, type, nullable: args.some(nullableOf) }, values };
}
