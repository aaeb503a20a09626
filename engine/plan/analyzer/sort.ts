import { sqlTypeName } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { SortOrder } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import { isOrderable, typeOf } from "../../expression/types/typeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { sqlText } from "../sqlText.js";
import { someExpression } from "../../expression/traverse.js";
import { withMissingColumns } from "./missingColumns.js";
import { resolveExpression } from "./resolveExpression.js";

/** ORDER BY over the columns of the input, or of the select's input. */
export function resolveSort(plan: NodeOf<"sort">, context: AnalysisContext): LogicalPlan {
  return withMissingColumns(
    plan.input,
    context,
    (scope) => plan.order.map((item) => withoutAggregates(checkSortOrder({ ...item, child: resolveExpression(item.child, scope) }))),
    (order, input) => ({ ...plan, order: order as readonly SortOrder[], input }),
  );
}

/** An item of an order, of a type that has one. */
export function checkSortOrder(item: SortOrder): SortOrder {
  const { child } = item;
  const type = typeOf(child);
  if (isOrderable(type)) return item;
  throw new StreamingError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", {
    sqlExpr: `"${sqlText(item)}"`,
    functionName: "`sortorder`",
    dataType: `"${sqlTypeName(type)}"`,
  });
}

function withoutAggregates(item: SortOrder): SortOrder {
  const { child } = item;
  if (someExpression(child, (e) => e.kind === "aggregateCall"))
    throw new StreamingError("UNSUPPORTED_EXPR_FOR_OPERATOR", { operator: "Sort", invalidExprSqls: `"${sqlText(child)}"` });
  return item;
}
