import type { Expression } from "../../expression/expression.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { transformUp } from "../transform.js";

/** Applies `rewrite` to the expressions of every node that the optimizer may change without touching what names columns. */
export function mapPlanExpressions(plan: LogicalPlan, rewrite: (e: Expression) => Expression): LogicalPlan {
  return transformUp(plan, (node) => mapNodeExpressions(node, rewrite));
}

function mapNodeExpressions(node: LogicalPlan, rewrite: (e: Expression) => Expression): LogicalPlan {
  switch (node.kind) {
    case "project": {
      const expressions = mapAll(node.expressions, rewrite);
      return expressions === node.expressions ? node : { ...node, expressions };
    }
    case "filter": {
      const condition = rewrite(node.condition);
      return condition === node.condition ? node : { ...node, condition };
    }
    case "aggregate": {
      const grouping = mapAll(node.grouping, rewrite);
      const aggregates = mapAll(node.aggregates, rewrite);
      return grouping === node.grouping && aggregates === node.aggregates ? node : { ...node, grouping, aggregates };
    }
    case "join": {
      const condition = node.condition && rewrite(node.condition);
      return condition === node.condition ? node : { ...node, condition };
    }
    case "generate": {
      const generator = rewrite(node.generator);
      return generator === node.generator ? node : { ...node, generator };
    }
    default:
      return node;
  }
}

/** The items rewritten, but the same list when none changes. An item stays the column that it is. */
function mapAll(items: readonly Expression[], rewrite: (e: Expression) => Expression): readonly Expression[] {
  const mapped = items.map((item) => {
    if (item.kind !== "alias") return item.kind === "attribute" ? item : rewrite(item);
    const child = rewrite(item.child);
    return child === item.child ? item : { ...item, child };
  });
  return mapped.every((item, i) => item === items[i]) ? items : mapped;
}
