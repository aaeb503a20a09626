import type { OperatorWatermarks } from "./operator.js";
import { factsOf, nodesOf, streamInputsOf, type PhysicalNode, type PlanRoot } from "./plan.js";

/**
 * The watermarks that reach each stateful operator of a plan, given those of the query for the batch before (N−1: late rows) and this one (N: eviction).
 * A node with several inputs has the smallest of theirs; how far what it emits may lie behind that is a fact of the node. By operator id.
 */
export function watermarksOf(roots: readonly PlanRoot[], query: OperatorWatermarks): Readonly<Record<string, OperatorWatermarks>> {
  const reaching: Record<string, OperatorWatermarks> = {};
  /** The watermarks that hold for what a node emits. */
  const passed = new Map<PhysicalNode, OperatorWatermarks>();
  for (const node of nodesOf(roots)) {
    const facts = factsOf(node);
    const inputs = streamInputsOf(node).map((input) => passed.get(input)!);
    const lateMs = inputs.reduce((least, input) => Math.min(least, input.lateMs), query.lateMs);
    const evictMs = inputs.reduce((least, input) => Math.min(least, input.evictMs), query.evictMs);
    const operatorId = facts.operatorId(node);
    if (operatorId !== null) reaching[operatorId] = { lateMs, evictMs };
    const delayMs = facts.delayMs(node);
    passed.set(node, { lateMs: lateMs - delayMs, evictMs: evictMs - delayMs });
  }
  return reaching;
}
