import { factsOf, type LogicalPlan } from "../logicalPlan.js";
import { streamsOf } from "../streamingPlan.js";
import { foldUp, transformUp, withChildren } from "../transform.js";

/** How many operators of each kind there are in a plan. */
type Counts = ReadonlyMap<string, number>;

interface Numbered {
  readonly plan: LogicalPlan;
  readonly counts: Counts;
}

// Every verb numbers one node over a plan whose operators have their numbers.
const known = new WeakMap<LogicalPlan, Numbered>();

/**
 * Gives stateful operators their ids: by kind and place, counted from the most upstream one, left before right. They name state in the checkpoint, so
 * they depend on the shape of the analyzed plan alone: optimization comes after.
 */
export function assignOperatorIds(plan: LogicalPlan): LogicalPlan {
  return foldUp(plan, known, (node, inputs) => {
    const numbered = numberNode(node, inputs);
    known.set(numbered.plan, numbered);
    return numbered;
  }).plan;
}

/** A node over inputs of which each is numbered by itself: all but the first count on from those before them. */
function numberNode(node: LogicalPlan, inputs: readonly Numbered[]): Numbered {
  const counts = new Map<string, number>();
  const children = inputs.map((input) => {
    const child = counts.size === 0 || input.counts.size === 0 ? input.plan : renumber(input.plan, new Map(counts));
    for (const [kind, count] of input.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
    return child;
  });
  return { plan: numberOne(withChildren(node, children), counts), counts };
}

/** @param counts of the operators before; counted on */
function renumber(plan: LogicalPlan, counts: Map<string, number>): LogicalPlan {
  return transformUp(plan, (node) => numberOne(node, counts));
}

function numberOne(node: LogicalPlan, counts: Map<string, number>): LogicalPlan {
  const kind = factsOf(node).operatorKind(node, streamsOf(node));
  if (kind === null) return node;
  const count = counts.get(kind) ?? 0;
  counts.set(kind, count + 1);
  const operatorId = `${kind}-${count}`;
  return "operatorId" in node && node.operatorId === operatorId ? node : ({ ...node, operatorId } as LogicalPlan);
}
