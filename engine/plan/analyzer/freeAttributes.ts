import type { Attribute, Expression } from "../../expression/expression.js";
import { expressionNodes } from "../../expression/traverse.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { inputsOf } from "../outputOf.js";
import { expressionsOf, nodesOf } from "../transform.js";

/** The columns that a node reads and none of its inputs gives: those of a query around it. */
export function freeAttributesOf(node: LogicalPlan): readonly Attribute[] {
  const given = new Set(inputsOf(node).flatMap((columns) => columns.map(({ id }) => id)));
  const found = new Map<number, Attribute>();
  for (const e of expressionsOf(node)) collect(e, given, found);
  return [...found.values()];
}

function collect(e: Expression, given: ReadonlySet<number>, found: Map<number, Attribute>): void {
  for (const part of expressionNodes(e)) if (part.kind === "attribute" && !given.has(part.id)) found.set(part.id, part);
}

// Plans are immutable, and a correlated query is asked again for each of its nodes.
const known = new WeakMap<LogicalPlan, readonly Attribute[]>();

/** The columns that a plan reads and does not give itself: those of the query around it. */
export function freeAttributes(plan: LogicalPlan): readonly Attribute[] {
  let free = known.get(plan);
  if (free !== undefined) return free;
  const found = new Map<number, Attribute>();
  for (const node of nodesOf(plan)) for (const attribute of freeAttributesOf(node)) found.set(attribute.id, attribute);
  free = [...found.values()];
  known.set(plan, free);
  return free;
}

/** Whether a plan reads columns of a query around it. */
export function isCorrelated(plan: LogicalPlan): boolean {
  return freeAttributes(plan).length > 0;
}
