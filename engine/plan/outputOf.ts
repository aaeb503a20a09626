import { factsOf, type LogicalPlan } from "./logicalPlan.js";
import type { Columns } from "./nodes/facts.js";
import { childrenOf, foldUp } from "./transform.js";

// Plans are immutable, and every verb asks again for the output of the plan below it.
const known = new WeakMap<LogicalPlan, Columns>();

/** The columns that an analyzed plan gives. */
export function outputOf(plan: LogicalPlan): Columns {
  return known.get(plan) ?? foldUp(plan, known, (node, inputs) => factsOf(node).output(node, inputs));
}

/** The columns that the inputs of an analyzed node give. */
export function inputsOf(plan: LogicalPlan): readonly Columns[] {
  return childrenOf(plan).map(outputOf);
}
