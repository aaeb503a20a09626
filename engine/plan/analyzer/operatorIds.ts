import type { LogicalPlan } from "../logicalPlan.js";
import { isStreaming } from "../streamingPlan.js";
import { childrenOf, transformUp } from "../transform.js";

/**
 * Gives stateful operators their ids: by kind and place, counted from the most upstream one, left before right. They name state in the checkpoint, so
 * they depend on the shape of the analyzed plan alone: optimization comes after.
 */
export function assignOperatorIds(plan: LogicalPlan): LogicalPlan {
  const counts = new Map<string, number>();
  return transformUp(plan, (node) => {
    const kind = statefulKind(node);
    if (kind === null) return node;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const operatorId = `${kind}-${count}`;
    return "operatorId" in node && node.operatorId === operatorId ? node : { ...node, operatorId };
  });
}

function statefulKind(node: LogicalPlan): string | null {
  switch (node.kind) {
    case "aggregate":
    case "deduplicate":
      return isStreaming(node) ? node.kind : `batch-${node.kind}`;
    case "join":
      return childrenOf(node).every(isStreaming) ? "join" : null;
    case "limit":
      return isStreaming(node) ? "limit" : null;
    default:
      return null;
  }
}
