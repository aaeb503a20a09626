import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { select, withColumn } from "./columns.js";
import { planProject } from "./project.js";
import type { Planning } from "./context.js";

/** `window(…)` that no aggregation takes over. */
export function* planTimeWindow(node: NodeOf<"timeWindow">): Planning {
  const { input, index } = withColumn(yield node.input, node.time);
  const { durationUs, slideUs, startUs } = node;
  const output = [...input.output, node.window];
  const windows = { kind: "timeWindow", timeColumn: index, durationUs, slideUs, startUs, input, output } as const;
  return node.keeps === undefined ? select(windows, outputOf(node)) : planProject(node.keeps, outputOf(node), windows, outputOf(node));
}
