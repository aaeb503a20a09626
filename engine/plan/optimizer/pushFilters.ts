import type { Attribute, Expression } from "../../expression/expression.js";
import { isTimeless } from "../../expression/fold.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import { heightOf, referencesOf } from "../../expression/traverse.js";
import { isDeterministic } from "../../expression/determinism.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { factsOf, type LogicalPlan, type NodeOf } from "../logicalPlan.js";
import { inputsOf } from "../outputOf.js";
import { childrenOf, expressionsOf, transformDown, withChildren } from "../transform.js";
import type { Rule } from "./rule.js";
import { inTermsOf, isCheap } from "./substitution.js";

/**
 * Filters run as early as they can, term by term. A term goes below a node when the node lets it, says what its columns are there, and computes nothing
 * random, which would be asked less often.
 *
 * Below `withWatermark` this is semantics, not speed, as in Spark: a deterministic term that does not mention the event-time column goes below, and the
 * rows that it drops do not move the watermark; a term that does mention it stays above, and they do.
 */
export const pushFilters: Rule = {
  name: "pushFilters",
  apply: (plan) => transformDown(plan, (node) => (node.kind === "filter" ? pushFilter(node) : node)),
};

/** The filter's terms below its input, as far as they may go; the filter itself when none may. Filters over filters are one. */
export function pushFilter(filter: NodeOf<"filter">): LogicalPlan {
  const { terms, input } = collect(filter);
  // Terms are held against each other where they come to rest, not wherever they pass: that would be the square of a chain of filters.
  const atRest = (): LogicalPlan => (input === filter.input ? filter : filtered(input, distinct(terms)));
  if (!expressionsOf(input).every(isDeterministic)) return atRest();
  // A term after a random one stays: how often the random one is asked must not change.
  const random = terms.findIndex((term) => !isDeterministic(term));
  const moved = distribute(input, random < 0 ? terms : terms.slice(0, random));
  const staying = terms.filter((term) => !moved.terms.has(term));
  return staying.length === terms.length ? atRest() : filtered(moved.node, distinct(staying));
}

interface Collected {
  /** In the order in which rows meet them. */
  readonly terms: readonly Expression[];
  readonly input: LogicalPlan;
}

function collect(filter: NodeOf<"filter">): Collected {
  const conditions = [filter.condition];
  let { input } = filter;
  for (; input.kind === "filter"; input = input.input) conditions.push(input.condition);
  return { terms: conditions.toReversed().flatMap(conjunctsOf), input };
}

/** Each term once. */
function distinct(terms: readonly Expression[]): readonly Expression[] {
  const seen = new Set<string>();
  return terms.filter((term) => {
    const key = expressionKey(term);
    if (seen.has(key) && isDeterministic(term)) return false;
    seen.add(key);
    return true;
  });
}

/** Filters the input of a node: nothing to do without terms. */
function filtered(input: LogicalPlan, terms: readonly Expression[]): LogicalPlan {
  const condition = conjunctionOf(terms);
  return condition === null ? input : { kind: "filter", condition, input };
}

interface Moved {
  readonly node: LogicalPlan;
  /** The terms that the node over its new inputs takes care of. */
  readonly terms: ReadonlySet<Expression>;
}

/** The terms that may go into the inputs of a node; those over both sides of an inner join become part of its condition. */
function distribute(node: LogicalPlan, terms: readonly Expression[]): Moved {
  if (node.kind === "timeWindow" && terms.some((term) => isAbout(term, node.window))) return intoWindow(node, terms);
  const children = childrenOf(node);
  const below = children.map((): Expression[] => []);
  const gone = new Set<Expression>();
  const places = placesIn(node);
  for (const term of terms) {
    const there = places(term);
    if (there === null) continue;
    gone.add(term);
    there.forEach((e, i) => e !== null && below[i]!.push(e));
  }
  const over = withChildren(
    node,
    children.map((child, i) => filtered(child, below[i]!)),
  );
  return over.kind === "join" ? intoCondition(over, terms, gone) : { node: over, terms: gone };
}

/** What a term is in each input of the node; null when it has to stay above. */
function placesIn(node: LogicalPlan): (term: Expression) => readonly (Expression | null)[] | null {
  const facts = factsOf(node);
  const origins = facts.origins(node, inputsOf(node));
  const window = node.kind === "aggregate" ? windowBelow(node.input) : null;
  return (term) => {
    if (origins.length === 0 || !facts.letsFilterPass(node, referencesOf(term))) return null;
    const below = origins.map((origin) => inTermsOf(term, origin, isCheap));
    if (below.some((e) => e !== null && !mayGrow(term, e))) return null;
    const found = below.filter((e) => e !== null);
    const enough = facts.conditionsHoldIn === "each" ? found.length === below.length : found.length > 0;
    // The rows of a window are made right below the aggregation: nothing comes between the two.
    return enough && found.every((e) => window === null || !referencesOf(e).has(window.id) || isAbout(e, window)) ? below : null;
  };
}

/** By how much terms are higher than they were written, after all projections that they went through. */
const growths = new WeakMap<Expression, number>();

/**
 * A term that reads what projections compute grows by each of them: the terms of n projections would be n² expressions in the end. One projection may be as deep as it
 * likes; a term that has grown by this much already goes through no further one that lets it grow.
 */
const growthLimit = 16;

/** Whether the term may stand below a projection as what it is there. */
function mayGrow(term: Expression, below: Expression): boolean {
  if (below === term) return true;
  const [before, more] = [growths.get(term) ?? 0, heightOf(below) - heightOf(term)];
  if (more > 0 && before >= growthLimit) return false;
  growths.set(below, before + more);
  return true;
}

/** The window of rows that is put on right below. */
function windowBelow(plan: LogicalPlan): Attribute | null {
  if (plan.kind === "project") return windowBelow(plan.input);
  return plan.kind === "timeWindow" ? plan.window : null;
}

/** Whether the window alone decides, once and for all. */
function isAbout(term: Expression, { id }: Attribute): boolean {
  const references = referencesOf(term);
  return references.size === 1 && references.has(id) && isTimeless(term);
}

/** Terms about the window become its own; the others go below or stay. */
function intoWindow(node: NodeOf<"timeWindow">, terms: readonly Expression[]): Moved {
  const [own, others] = [terms.filter((term) => isAbout(term, node.window)), terms.filter((term) => !isAbout(term, node.window))];
  const keeps = conjunctionOf([...conjunctsOf(node.keeps ?? null), ...own])!;
  const below = distribute({ ...node, keeps }, others);
  return { node: below.node, terms: new Set([...own, ...below.terms]) };
}

function intoCondition(join: NodeOf<"join">, terms: readonly Expression[], gone: ReadonlySet<Expression>): Moved {
  if (join.joinType !== "inner" && join.joinType !== "cross") return { node: join, terms: gone };
  const joined = terms.filter((term) => !gone.has(term));
  const condition = conjunctionOf([...conjunctsOf(join.condition), ...joined]);
  if (joined.length === 0) return { node: join, terms: gone };
  return { node: { ...join, condition, joinType: "inner" }, terms: new Set(terms) };
}
