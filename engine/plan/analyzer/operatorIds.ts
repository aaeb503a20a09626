import { factsOf, type LogicalPlan } from "../logicalPlan.js";
import { streamsOf } from "../streamingPlan.js";
import { childrenOf, foldUp, nodesUp, transformUp, withChildren } from "../transform.js";

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
 * they depend on the shape of the analyzed plan alone, or are what the query says (`.id(…)`): optimization comes after. An operator with such an id counts as well, so that
 * giving it one changes no other.
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
  const operatorId = ownIdOf(node) ?? `${kind}-${count}`;
  return "operatorId" in node && node.operatorId === operatorId ? node : ({ ...node, operatorId } as LogicalPlan);
}

function ownIdOf(node: LogicalPlan): string | undefined {
  return "ownId" in node ? node.ownId : undefined;
}

/**
 * The plan with an id of the query's own for the stateful operator that gives its rows: that of the plan itself, or the next one below, as far as rows only pass. Null where
 * there is none, or it has such an id already.
 */
export function withOwnId(plan: LogicalPlan, ownId: string): LogicalPlan | null {
  const above: LogicalPlan[] = [];
  let node = plan;
  while (!("operatorId" in node) || node.operatorId === undefined) {
    const below = rowsFrom(node);
    if (below === null) return null;
    above.push(node);
    node = below;
  }
  if (ownIdOf(node) !== undefined) return null;
  const named = { ...node, ownId } as LogicalPlan;
  return above.reduceRight(
    (below, over) =>
      withChildren(
        over,
        childrenOf(over).map((child) => (child === rowsFrom(over) ? below : child)),
      ),
    named,
  );
}

/** The one input whose rows pass through a node: of several that which never ends. */
function rowsFrom(node: LogicalPlan): LogicalPlan | null {
  const inputs = childrenOf(node);
  if (inputs.length === 1) return inputs[0]!;
  const streams = inputs.filter((_, i) => streamsOf(node)[i]);
  return streams.length === 1 ? streams[0]! : null;
}

/** Of each operator with an id of the query's own, the id that its place gives it. */
export function idsByPlace(plan: LogicalPlan): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const places = new Map<string, string>();
  for (const node of nodesUp(plan)) {
    const kind = factsOf(node).operatorKind(node, streamsOf(node));
    if (kind === null) continue;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const own = ownIdOf(node);
    if (own !== undefined) places.set(own, `${kind}-${count}`);
  }
  return places;
}

/** The first id that two operators of a plan have; null when each has its own. */
export function sharedId(plan: LogicalPlan): string | null {
  const ids = nodesUp(plan).flatMap((node) => ("operatorId" in node && node.operatorId !== undefined ? [node.operatorId] : []));
  return ids.find((id, i) => ids.indexOf(id) < i) ?? null;
}
