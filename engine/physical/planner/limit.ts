import { notYetSupported } from "../../errors/streamingError.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import type { PlanContext } from "./context.js";

/** LIMIT, of a table or of what a batch gives in complete mode. */
export function planLimit(node: NodeOf<"limit">, context: PlanContext): PhysicalNode {
  if (context.outputMode !== null && context.outputMode !== "complete") throw notYetSupported("LIMIT over a stream");
  return { kind: "limit", count: node.count, input: context.plan(node.input), output: outputOf(node) };
}
