import { notYetSupported } from "../../errors/streamingError.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { select, withColumns } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";

/** ORDER BY, of a table or of what a batch gives in complete mode. */
export function* planSort(node: NodeOf<"sort">, context: PlanContext): Planning {
  if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("sorting a stream");
  const { input, indexes } = withColumns(
    yield node.input,
    node.order.map(({ child }) => child),
  );
  const keys = node.order.map(({ descending, nullsFirst }, k) => ({ column: indexes[k]!, descending, nullsFirst }));
  return select({ kind: "sort", keys, first: null, input, output: input.output }, outputOf(node));
}
