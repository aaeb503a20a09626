import type { LogicalPlan } from "./logicalPlan.js";
import { childrenOf } from "./transform.js";

const known = new WeakMap<LogicalPlan, boolean>();

/** Whether some input of the plan never ends. */
export function isStreaming(plan: LogicalPlan): boolean {
  let streaming = known.get(plan);
  if (streaming === undefined) {
    streaming = plan.kind === "read" ? plan.streaming : childrenOf(plan).some(isStreaming);
    known.set(plan, streaming);
  }
  return streaming;
}
