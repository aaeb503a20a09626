import { factsOf, type LogicalPlan } from "./logicalPlan.js";
import { childrenOf } from "./transform.js";
import { treeText } from "./treeText.js";

/** A plan as a readable tree, the last step first, with what else there is to say of a node at the end of its line. */
export function explainPlan(plan: LogicalPlan, more: (node: LogicalPlan) => string = () => ""): string {
  return treeText(plan, (node) => ({ line: factsOf(node).explain(node) + more(node), inputs: childrenOf(node) }));
}
