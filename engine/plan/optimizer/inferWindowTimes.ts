import { isNotNull } from "../../expression/conjuncts.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { nodesOf, transformUp } from "../transform.js";
import { holds } from "./holds.js";
import type { Rule } from "./rule.js";

/**
 * Rows without a time belong to no window: where a join or a deduplication stands below, they are filtered before it, as in Spark, so that it need not keep them.
 */
export const inferWindowTimes: Rule = {
  name: "inferWindowTimes",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "timeWindow" || node.kind === "sessionWindow" ? filterInput(node) : node)),
};

function filterInput(node: NodeOf<"timeWindow" | "sessionWindow">): LogicalPlan {
  const keeps = [...nodesOf(node.input)].some(({ kind }) => kind === "join" || kind === "deduplicate");
  const condition = isNotNull(node.time);
  if (!keeps || !isDeterministic(node.time) || holds(node.input, condition)) return node;
  return { ...node, input: { kind: "filter", condition, input: node.input } };
}
