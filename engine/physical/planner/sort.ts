import { notYetSupported } from "../../errors/streamingError.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import { select, withColumn } from "./columns.js";
import type { PlanContext } from "./context.js";

/** ORDER BY, of a table or of what a batch gives in complete mode. */
export function planSort(node: NodeOf<"sort">, context: PlanContext): PhysicalNode {
  if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("sorting a stream");
  let input = context.plan(node.input);
  const keys = node.order.map(({ child, descending, nullsFirst }) => {
    const added = withColumn(input, child);
    input = added.input;
    return { column: added.index, descending, nullsFirst };
  });
  return select({ kind: "sort", keys, input, output: input.output }, outputOf(node));
}
