import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { transformDown } from "../transform.js";
import type { Rule } from "./rule.js";

/** A union of unions is one, as in Spark (CombineUnions): a row of the innermost would pass through all of them. Columns meet by position, their types are the same. */
export const flattenUnions: Rule = {
  name: "flattenUnions",
  apply: (plan) => transformDown(plan, (node) => (isUnion(node) && node.inputs.some(isUnion) ? { ...node, inputs: partsOf(node) } : node)),
};

function partsOf(union: NodeOf<"setOperation">): readonly LogicalPlan[] {
  const parts: LogicalPlan[] = [];
  const waiting = union.inputs.toReversed();
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (isUnion(part)) waiting.push(...part.inputs.toReversed());
    else parts.push(part);
  }
  return parts;
}

function isUnion(node: LogicalPlan): node is NodeOf<"setOperation"> {
  return node.kind === "setOperation" && node.operation === "union";
}
