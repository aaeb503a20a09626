import type { Expression } from "../../expression/expression.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { mapExpressions, transformUp } from "../transform.js";

/** Applies `rewrite` to the expressions of every node, not to what names its columns: an item of an output list stays the column that it is. */
export function mapPlanExpressions(plan: LogicalPlan, rewrite: (e: Expression) => Expression): LogicalPlan {
  return transformUp(plan, (node) => mapExpressions(node, (item) => rewriteItem(item, rewrite)));
}

function rewriteItem(item: Expression, rewrite: (e: Expression) => Expression): Expression {
  if (item.kind === "attribute") return item;
  if (item.kind !== "alias") return rewrite(item);
  const child = rewrite(item.child);
  return child === item.child ? item : { ...item, child };
}
