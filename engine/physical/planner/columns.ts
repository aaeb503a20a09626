import type { Attribute, Expression } from "../../expression/expression.js";
import type { PhysicalNode } from "../plan.js";
import { planProject } from "./project.js";

/** The place of a column. */
export function indexOf(output: readonly Attribute[], { id }: Attribute): number {
  return output.findIndex((attribute) => attribute.id === id);
}

/** A node that has the expression as a column, and where: added at the end if it was not there. */
export function withColumn(input: PhysicalNode, e: Expression): { readonly input: PhysicalNode; readonly index: number } {
  if (e.kind === "attribute") {
    const index = indexOf(input.output, e);
    if (index >= 0) return { input, index };
  }
  const { node, attributes } = addColumns(input, [e]);
  return { input: node, index: indexOf(node.output, attributes[0]!) };
}

/** A node that has the expressions as further columns at its end. */
function addColumns(
  input: PhysicalNode,
  expressions: readonly Expression[],
): { readonly node: PhysicalNode; readonly attributes: readonly Attribute[] } {
  const node = planProject(null, [...input.output, ...expressions], input, null);
  return { node, attributes: node.output.slice(input.output.length) };
}

/** The node with only these columns, in this order. */
export function select(input: PhysicalNode, output: readonly Attribute[]): PhysicalNode {
  const same = output.length === input.output.length && output.every((attribute, i) => attribute.id === input.output[i]!.id);
  return same ? input : planProject(null, output, input, output);
}
