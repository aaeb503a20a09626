import { sqlTypeName } from "../../../arrow/types.js";
import { StreamingError } from "../../../errors/streamingError.js";
import type { Expression, SortOrder } from "../../../expression/expression.js";
import { fold } from "../../../expression/fold.js";
import { typeOf } from "../../../expression/types/typeOf.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import { sqlText } from "../../sqlText.js";
import type { LimitBy, OrderBy } from "../../unresolved.js";
import { analyze } from "../analyze.js";
import { resolveExpression } from "../resolveExpression.js";
import { Scope } from "../scope.js";
import type { Environment } from "./environment.js";
import { orderedSelect, type Ordering } from "./selects.js";

/** ORDER BY: names and expressions over the select list or what is below it, positions in the list, or ALL of it. */
export function resolveOrderBy({ order, all, global, input }: OrderBy, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const items: Ordering = (columns) =>
    order === null ? columns.map((child) => ({ kind: "sortOrder", child, ...all! })) : order.map((item) => withPosition(item, columns));
  if (input.kind === "select") return orderedSelect(input, items, global, environment);
  const below = environment.analyze(input, environment);
  return analyze({ kind: "sort", order: items(outputOf(below)), global, input: below }, context);
}

/** `ORDER BY 1` is the first column. @throws ORDER_BY_POS_OUT_OF_RANGE */
function withPosition(item: SortOrder, columns: readonly Expression[]): SortOrder {
  const { child } = item;
  if (child.kind !== "literal" || child.type.kind !== "int" || typeof child.value !== "number") return item;
  const column = columns[child.value - 1];
  if (column === undefined) {
    throw new StreamingError("ORDER_BY_POS_OUT_OF_RANGE", { index: String(child.value), size: String(columns.length) });
  }
  return { ...item, child: column };
}

/** LIMIT and OFFSET. @throws INVALID_LIMIT_LIKE_EXPRESSION.* */
export function resolveLimit({ limit, offset, input }: LimitBy, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  let plan = environment.analyze(input, environment);
  const scope = new Scope(outputOf(plan), context);
  const counts = { offset: offset && countOf(offset, "offset", scope), limit: limit && countOf(limit, "limit", scope) };
  if (counts.offset !== null) plan = analyze({ kind: "offset", count: counts.offset, input: plan }, context);
  if (counts.limit !== null) plan = analyze({ kind: "limit", count: counts.limit, input: plan }, context);
  return plan;
}

function countOf(given: Expression, name: string, scope: Scope): number {
  const e = fold(resolveExpression(given, scope));
  const expr = `"${sqlText(e)}"`;
  if (e.kind !== "literal") throw new StreamingError("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", { name, expr });
  const type = typeOf(e);
  if (!["byte", "short", "int"].includes(type.kind)) {
    throw new StreamingError("INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", { name, expr, dataType: `"${sqlTypeName(type)}"` });
  }
  if (e.value === null) throw new StreamingError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", { name, expr });
  const count = e.value as number;
  if (count < 0) throw new StreamingError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", { name, expr, v: String(count) });
  return count;
}
