import type { LogicalPlan } from "./logicalPlan.js";
import { mapAttributes } from "./mapAttributes.js";
import { nodesOf, transformUp } from "./transform.js";

/** The plan of a stream as one of tables, of which nothing is late: without its watermarks, and without event times. */
export function withoutWatermarks(plan: LogicalPlan): LogicalPlan {
  const watermarked = [...nodesOf(plan)].some(({ kind }) => kind === "withWatermark");
  if (!watermarked) return plan;
  const mapping = { id: (id: number): number => id, eventTime: (): undefined => undefined };
  return transformUp(plan, (node) => (node.kind === "withWatermark" ? node.input : mapAttributes(node, mapping)));
}
