import type { LogicalPlan } from "./logicalPlan.js";
import { childrenOf, foldUp } from "./transform.js";

const known = new WeakMap<LogicalPlan, boolean>();

/** Whether some input of the plan never ends. */
export function isStreaming(plan: LogicalPlan): boolean {
  return known.get(plan) ?? foldUp(plan, known, streams);
}

function streams(node: LogicalPlan, inputs: readonly boolean[]): boolean {
  return node.kind === "read" ? node.streaming : node.kind === "sideRows" || inputs.includes(true);
}

/** Of each input of a node, whether it never ends. */
export function streamsOf(plan: LogicalPlan): readonly boolean[] {
  return childrenOf(plan).map(isStreaming);
}
