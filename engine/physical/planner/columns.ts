import type { Attribute, Expression } from "../../expression/expression.js";
import type { PhysicalNode } from "../plan.js";
import { planProject } from "./project.js";

/** The place of a column. */
export function indexOf(output: readonly Attribute[], { id }: Attribute): number {
  return output.findIndex((attribute) => attribute.id === id);
}

/** The first place of each column. */
function placesOf(output: readonly Attribute[]): ReadonlyMap<number, number> {
  return new Map(output.map(({ id }, place): [number, number] => [id, place]).toReversed());
}

/** A node that has the expression as a column, and where: added at the end if it was not there. */
export function withColumn(input: PhysicalNode, e: Expression): { readonly input: PhysicalNode; readonly index: number } {
  const { input: node, indexes } = withColumns(input, [e]);
  return { input: node, index: indexes[0]! };
}

/** The same of several, by one projection: one for each would cost the square of their number. */
export function withColumns(
  input: PhysicalNode,
  expressions: readonly Expression[],
): { readonly input: PhysicalNode; readonly indexes: readonly number[] } {
  const added: Expression[] = [];
  const places = placesOf(input.output);
  const indexes = expressions.map(
    (e) => (e.kind === "attribute" ? places.get(e.id) : undefined) ?? input.output.length + added.push(e) - 1,
  );
  return { input: added.length === 0 ? input : planProject(null, [...input.output, ...added], input, null), indexes };
}

/** The node with only these columns, in this order. */
export function select(input: PhysicalNode, output: readonly Attribute[]): PhysicalNode {
  const same = output.length === input.output.length && output.every((attribute, i) => attribute.id === input.output[i]!.id);
  return same ? input : planProject(null, output, input, output);
}
