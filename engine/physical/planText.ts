import { typeName } from "../arrow/types.js";
import { mainOutput } from "../contract/sink.js";
import type { Attribute } from "../expression/expression.js";
import { treeText } from "../plan/treeText.js";
import { factsOf, inputsOf, nodesOf, type PhysicalNode, type PlanRoot } from "./plan.js";

/** The operators that run, the last first. What several read is shown where it is read first. */
export function planTree(roots: readonly PlanRoot[]): string {
  return trees(roots, (node) => factsOf(node).explain(node));
}

/** A tree of names with numbers, then each operator with what it reads and gives. */
export function numberedPlan(roots: readonly PlanRoot[]): string {
  const numbers = new Map(nodesOf(roots).map((node, i) => [node, i + 1]));
  const tree = trees(roots, (node) => `${lineOf(node).name} (${numbers.get(node)})`);
  const details = [...numbers].map(([node, number]) => {
    const { name, details: line } = lineOf(node);
    return [
      `(${number}) ${name}`,
      `Output [${node.output.length}]: ${columnsText(node.output)}`,
      ...inputsOf(node).map(({ output }) => `Input [${output.length}]: ${columnsText(output)}`),
      ...(line === "" ? [] : [`Arguments: ${line}`]),
    ].join("\n");
  });
  return [tree, "", "", details.join("\n\n")].join("\n");
}

/** The name that begins the line of a node, and what is said behind it. */
function lineOf(node: PhysicalNode): { readonly name: string; readonly details: string } {
  const line = factsOf(node).explain(node);
  const end = line.indexOf(" ");
  return end < 0 ? { name: line, details: "" } : { name: line.slice(0, end), details: line.slice(end + 1) };
}

function columnsText(columns: readonly Attribute[]): string {
  return `[${columns.map(({ name, type }) => `${name}: ${typeName(type)}`).join(", ")}]`;
}

function trees(roots: readonly PlanRoot[], textOf: (node: PhysicalNode) => string): string {
  const shown = new Set<PhysicalNode>();
  const show = (node: PhysicalNode): { readonly line: string; readonly inputs: readonly PhysicalNode[] } => {
    if (shown.has(node)) return { line: `${textOf(node)} (shown above)`, inputs: [] };
    shown.add(node);
    return { line: textOf(node), inputs: inputsOf(node) };
  };
  return roots.map(({ outputId, node }) => (outputId === mainOutput ? "" : `Output ${outputId}\n`) + treeText(node, show)).join("\n");
}
