import { StreamingError } from "../../errors/streamingError.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { LogicalPlan, Sort } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { someExpression } from "../transform.js";
import { resolveExpression } from "./resolveExpression.js";
import { Scope } from "./scope.js";

/** ORDER BY over the columns of the input. */
export function resolveSort(plan: Sort, context: AnalysisContext): LogicalPlan {
  const scope = new Scope(outputOf(plan.input), context);
  const order = plan.order.map((item) => {
    const child = resolveExpression(item.child, scope);
    if (someExpression(child, (e) => e.kind === "aggregateCall")) {
      throw new StreamingError("AGGREGATE_OUT_OF_PLACE", { sqlExpr: `"${sqlText(child)}"`, clause: "a sort order" });
    }
    return { ...item, child };
  });
  return { ...plan, order };
}
