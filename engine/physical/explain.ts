import { mainOutput } from "../contract/sink.js";
import { factsOf, inputsOf, type PhysicalNode, type PlanRoot } from "./plan.js";

/** The operators that run, the last first: what `explain()` prints under `== Physical Plan ==`. What several read is shown where it is read first. */
export function explainPhysical(roots: readonly PlanRoot[]): string {
  const shown = new Set<PhysicalNode>();
  return roots.map(({ outputId, node }) => (outputId === mainOutput ? "" : `Output ${outputId}\n`) + treeText(node, shown)).join("\n");
}

function treeText(root: PhysicalNode, shown: Set<PhysicalNode>): string {
  const text: string[] = [];
  const waiting = [{ node: root, first: "", rest: "" }];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const { node, first, rest } = branch;
    const line = first + factsOf(node).explain(node);
    if (shown.has(node)) {
      text.push(`${line} (shown above)`);
      continue;
    }
    shown.add(node);
    text.push(line);
    const inputs = inputsOf(node);
    for (let i = inputs.length - 1; i >= 0; i--) {
      waiting.push({ node: inputs[i]!, first: `${rest}+- `, rest: `${rest}${i === inputs.length - 1 ? "   " : "|  "}` });
    }
  }
  return text.join("\n");
}
