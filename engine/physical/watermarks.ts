import type { OperatorWatermarks } from "./operator.js";
import { factsOf, streamInputsOf, type PhysicalNode } from "./plan.js";

/**
 * The watermarks that reach each stateful operator of a plan, given those of the query for the batch before (N−1: late rows) and this one (N: eviction).
 * A node with several inputs has the smallest of theirs; how far what it emits may lie behind that is a fact of the node. By operator id.
 */
export function watermarksOf(root: PhysicalNode, query: OperatorWatermarks): Readonly<Record<string, OperatorWatermarks>> {
  const reaching: Record<string, OperatorWatermarks> = {};
  passed(root, query, reaching);
  return reaching;
}

/** The watermarks that hold for what a node emits; notes those of the stateful operators below it and of itself. */
function passed(node: PhysicalNode, query: OperatorWatermarks, reaching: Record<string, OperatorWatermarks>): OperatorWatermarks {
  const inputs = streamInputsOf(node).map((input) => passed(input, query, reaching));
  const lateMs = inputs.reduce((least, input) => Math.min(least, input.lateMs), query.lateMs);
  const evictMs = inputs.reduce((least, input) => Math.min(least, input.evictMs), query.evictMs);
  const facts = factsOf(node);
  const operatorId = facts.operatorId(node);
  if (operatorId !== null) reaching[operatorId] = { lateMs, evictMs };
  const delayMs = facts.delayMs(node);
  return { lateMs: lateMs - delayMs, evictMs: evictMs - delayMs };
}
