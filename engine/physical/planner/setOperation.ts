import { notYetSupported } from "../../errors/streamingError.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import type { PlanContext } from "./context.js";

/** UNION. */
export function planSetOperation(node: NodeOf<"setOperation">, context: PlanContext): PhysicalNode {
  if (node.operation !== "union") throw notYetSupported(node.operation.toUpperCase());
  return { kind: "union", inputs: node.inputs.map(context.plan), output: outputOf(node) };
}
