import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import { select, withColumn } from "./columns.js";
import type { PlanContext } from "./context.js";

/** `session_window(…)`: the session of each row; an aggregation above merges them. */
export function planSessionWindow(node: NodeOf<"sessionWindow">, context: PlanContext): PhysicalNode {
  const time = withColumn(context.plan(node.input), node.time);
  const { input, index } = withColumn(time.input, node.end);
  const output = [...input.output, node.window];
  return select({ kind: "sessionWindow", timeColumn: time.index, endColumn: index, input, output }, outputOf(node));
}
