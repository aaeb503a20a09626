import { inputsOf, type PhysicalNode } from "./plan.js";
import type { OperatorWatermarks } from "./operator.js";

/**
 * How far the event times that a node emits may lie behind the watermark that reaches it, ms. Most nodes pass the watermark on as it is (SEMANTICS 3): the
 * time of a group that a window closes is not before the watermark that closed it. A node that emits rows later than that (a join by a range of times) says by
 * how much.
 */
const delayMs: { readonly [K in PhysicalNode["kind"]]: number } = {
  scan: 0,
  local: 0,
  project: 0,
  decodeJson: 0,
  encodeJson: 0,
  union: 0,
  watermark: 0,
  timeWindow: 0,
  staticJoin: 0,
  aggregate: 0,
  deduplicate: 0,
  sort: 0,
  limit: 0,
};

/**
 * The watermarks that reach each stateful operator of a plan, given those of the query for the batch before (N−1: late rows) and this one (N: eviction).
 * A node with several inputs has the smallest of theirs. By operator id.
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
  if (node.kind === "aggregate" || node.kind === "deduplicate") reaching[node.spec.operatorId] = { lateMs, evictMs };
  const delay = delayMs[node.kind];
  return { lateMs: lateMs - delay, evictMs: evictMs - delay };
}

/** A table that a join probes is complete: it holds no watermark back. */
function streamInputsOf(node: PhysicalNode): readonly PhysicalNode[] {
  return node.kind === "staticJoin" ? [node.stream] : inputsOf(node);
}
