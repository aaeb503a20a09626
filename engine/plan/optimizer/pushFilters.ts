import type { Expression } from "../../expression/expression.js";
import { isDeterministic } from "../determinism.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import { expressionKey } from "../expressionKey.js";
import type { Aggregate, Filter, LogicalPlan, SetOperation } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { referencesOf } from "../../expression/traverse.js";
import { nodesOf, transformDown } from "../transform.js";
import { pushIntoJoin } from "./pushJoinFilters.js";
import type { Rule } from "./rule.js";
import { canSubstitute, definitionsOf, substitute } from "./substitution.js";

/**
 * Filters run as early as they can, term by term.
 *
 * Below `withWatermark` this is semantics, not speed, as in Spark: a deterministic term that does not mention the event-time column goes below, and the
 * rows that it drops do not move the watermark; a term that does mention it stays above, and they do.
 */
export const pushFilters: Rule = {
  name: "pushFilters",
  apply: (plan) => transformDown(plan, (node) => (node.kind === "filter" ? push(node) : node)),
};

/** Filters the input of a node: nothing to do without terms. */
function filtered(input: LogicalPlan, terms: readonly Expression[]): LogicalPlan {
  const condition = conjunctionOf(terms);
  return condition === null ? input : { kind: "filter", condition, input };
}

/** Which terms go below a node, and which stay above it. */
function split(terms: readonly Expression[], goes: (term: Expression) => boolean): { below: Expression[]; above: Expression[] } {
  // A term after a random one stays: how often the random one is asked must not change.
  const random = terms.findIndex((term) => !isDeterministic(term));
  const movable = random < 0 ? terms : terms.slice(0, random);
  const below = movable.filter(goes);
  return { below, above: terms.filter((term) => !below.includes(term)) };
}

/** The filter's terms below its input, as far as they may go; the filter itself when none may. */
function push(filter: Filter): LogicalPlan {
  const { input } = filter;
  const terms = conjunctsOf(filter.condition);
  if (input.kind === "filter") {
    return push({ kind: "filter", condition: conjunctionOf(distinct([...conjunctsOf(input.condition), ...terms]))!, input: input.input });
  }
  if (input.kind === "join") return pushIntoJoin(input, terms, filter);
  const passage = passageOf(input);
  if (passage === null) return filter;
  const { below, above } = split(terms, passage.goes);
  return below.length === 0 ? filter : filtered(passage.over(below), above);
}

/** Which terms may go below a node, and the node over an input that they have filtered. */
interface Passage {
  readonly goes: (term: Expression) => boolean;
  readonly over: (below: readonly Expression[]) => LogicalPlan;
}

function passageOf(node: LogicalPlan): Passage | null {
  switch (node.kind) {
    case "project": {
      const definitions = definitionsOf(node.expressions);
      return { goes: (term) => canSubstitute(term, definitions), over: overSubstituted(node, definitions) };
    }
    case "aggregate": {
      const definitions = definitionsOf(node.grouping);
      return { goes: passesAggregate(node, definitions), over: overSubstituted(node, definitions) };
    }
    case "withWatermark":
      return { goes: avoiding(referencesOf(node.column)), over: overFiltered(node) };
    case "timeWindow":
    case "sessionWindow":
      return { goes: avoiding(new Set([node.window.id])), over: overFiltered(node) };
    case "generate":
      return { goes: avoiding(new Set(node.generated.map((a) => a.id))), over: overFiltered(node) };
    case "sort":
    case "repartition":
      return { goes: () => true, over: overFiltered(node) };
    case "setOperation":
      return { goes: () => node.operation === "union", over: (below) => intoInputs(node, below) };
    default:
      return null;
  }
}

type WithInput = Extract<LogicalPlan, { readonly input: LogicalPlan }>;

function overFiltered(node: WithInput): Passage["over"] {
  return (below) => ({ ...node, input: filtered(node.input, below) });
}

/** The terms say what they mean of the columns below the node. */
function overSubstituted(node: WithInput, definitions: ReadonlyMap<number, Expression>): Passage["over"] {
  return (below) => overFiltered(node)(below.map((term) => substitute(term, definitions)));
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

function avoids(term: Expression, ids: ReadonlySet<number>): boolean {
  return [...referencesOf(term)].every((id) => !ids.has(id));
}

function avoiding(ids: ReadonlySet<number>): (term: Expression) => boolean {
  return (term) => avoids(term, ids);
}

/** Terms over the grouping alone; not over a window, whose rows are made right below the aggregation. */
function passesAggregate({ grouping, input }: Aggregate, definitions: ReadonlyMap<number, Expression>): (term: Expression) => boolean {
  const windows = new Set([...nodesOf(input)].flatMap((n) => (n.kind === "timeWindow" || n.kind === "sessionWindow" ? [n.window.id] : [])));
  const keys = new Set(grouping.flatMap((e) => (e.kind === "attribute" || e.kind === "alias" ? [e.id] : [])));
  return (term) => {
    const references = [...referencesOf(term)];
    if (references.length === 0 || !references.every((id) => keys.has(id)) || !canSubstitute(term, definitions)) return false;
    return avoids(substitute(term, definitions), windows);
  };
}

function intoInputs(union: SetOperation, below: readonly Expression[]): LogicalPlan {
  const output = outputOf(union);
  const inputs = union.inputs.map((input) => {
    const columns = new Map(output.map((a, i) => [a.id, outputOf(input)[i]!]));
    return filtered(
      input,
      below.map((term) => substitute(term, columns)),
    );
  });
  return { ...union, inputs };
}
