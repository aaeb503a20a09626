import { factsOf, inputsOf, type PhysicalNode } from "./plan.js";

/** The operators that run, the last first: what `explain()` prints under `== Physical Plan ==`. */
export function explainPhysical(root: PhysicalNode): string {
  const text: string[] = [];
  const waiting = [{ node: root, first: "", rest: "" }];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const { node, first, rest } = branch;
    text.push(first + factsOf(node).explain(node));
    const inputs = inputsOf(node);
    for (let i = inputs.length - 1; i >= 0; i--) {
      waiting.push({ node: inputs[i]!, first: `${rest}+- `, rest: `${rest}${i === inputs.length - 1 ? "   " : "|  "}` });
    }
  }
  return text.join("\n");
}
