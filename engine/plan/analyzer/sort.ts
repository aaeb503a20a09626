import { StreamingError } from "../../errors/streamingError.js";
import type { Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
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
    (scope) => plan.order.map(({ child }) => checked(resolveExpression(child, scope))),
    (keys, input) => ({ ...plan, order: plan.order.map((item, i) => ({ ...item, child: keys[i]! })), input }),
  );
}

function checked(key: Expression): Expression {
  if (!someExpression(key, (e) => e.kind === "aggregateCall")) return key;
  throw new StreamingError("AGGREGATE_OUT_OF_PLACE", { sqlExpr: `"${sqlText(key)}"`, clause: "a sort order" });
}
