import { factsOf, type LogicalPlan } from "./logicalPlan.js";
import { childrenOf } from "./transform.js";

interface Branch {
  readonly node: LogicalPlan;
  /** What stands before its line, and before those of its inputs. */
  readonly first: string;
  readonly rest: string;
}

/** A plan as a readable tree, the last step first, with what else there is to say of a node at the end of its line. */
export function explainPlan(plan: LogicalPlan, more: (node: LogicalPlan) => string = () => ""): string {
  const lines: string[] = [];
  const waiting: Branch[] = [{ node: plan, first: "", rest: "" }];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const { node, first, rest } = branch;
    lines.push(first + factsOf(node).explain(node) + more(node));
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) {
      waiting.push({ node: children[i]!, first: `${rest}+- `, rest: `${rest}${i === children.length - 1 ? "   " : "|  "}` });
    }
  }
  return lines.join("\n");
}
