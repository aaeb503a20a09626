import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { select, withColumn } from "./columns.js";
import type { Planning } from "./context.js";

/** `window(…)` that no aggregation takes over. */
export function* planTimeWindow(node: NodeOf<"timeWindow">): Planning {
  const { input, index } = withColumn(yield node.input, node.time);
  const { durationUs, slideUs, startUs } = node;
  const output = [...input.output, node.window];
  return select({ kind: "timeWindow", timeColumn: index, durationUs, slideUs, startUs, input, output }, outputOf(node));
}
