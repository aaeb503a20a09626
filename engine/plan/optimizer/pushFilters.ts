import type { Expression } from "../../expression/expression.js";
import { isDeterministic } from "../determinism.js";
import { conjunctionOf, conjunctsOf } from "../conjuncts.js";
import { expressionKey } from "../expressionKey.js";
import type { Aggregate, Filter, LogicalPlan, SetOperation, TimeWindow, WithWatermark } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { nodesOf, referencesOf, transformDown } from "../transform.js";
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
export function filtered(input: LogicalPlan, terms: readonly Expression[]): LogicalPlan {
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

function push(filter: Filter): LogicalPlan {
  const { input } = filter;
  const terms = conjunctsOf(filter.condition);
  const through = (goes: (term: Expression) => boolean, rebuild: (below: readonly Expression[]) => LogicalPlan): LogicalPlan => {
    const { below, above } = split(terms, goes);
    return below.length === 0 ? filter : filtered(rebuild(below), above);
  };
  switch (input.kind) {
    case "filter":
      return push({ kind: "filter", condition: conjunctionOf(distinct([...conjunctsOf(input.condition), ...terms]))!, input: input.input });
    case "project": {
      const definitions = definitionsOf(input.expressions);
      return through(
        (term) => canSubstitute(term, definitions),
        (below) => ({
          ...input,
          input: filtered(
            input.input,
            below.map((term) => substitute(term, definitions)),
          ),
        }),
      );
    }
    case "withWatermark":
      return through(passesWatermark(input), (below) => ({ ...input, input: filtered(input.input, below) }));
    case "timeWindow":
    case "sessionWindow":
      return through(passesWindow(input), (below) => ({ ...input, input: filtered(input.input, below) }));
    case "generate": {
      const generated = new Set(input.generated.map((a) => a.id));
      return through(
        (term) => avoids(term, generated),
        (below) => ({ ...input, input: filtered(input.input, below) }),
      );
    }
    case "sort":
    case "repartition":
      return through(
        () => true,
        (below) => ({ ...input, input: filtered(input.input, below) }),
      );
    case "aggregate": {
      const definitions = definitionsOf(input.grouping);
      return through(passesAggregate(input, definitions), (below) => ({
        ...input,
        input: filtered(
          input.input,
          below.map((term) => substitute(term, definitions)),
        ),
      }));
    }
    case "setOperation":
      return through(
        () => input.operation === "union",
        (below) => intoInputs(input, below),
      );
    case "join":
      return pushIntoJoin(input, terms, filter);
    default:
      return filter;
  }
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

function passesWatermark({ column }: WithWatermark): (term: Expression) => boolean {
  const ids = referencesOf(column);
  return (term) => avoids(term, ids);
}

function passesWindow({ window }: Pick<TimeWindow, "window">): (term: Expression) => boolean {
  const ids = new Set([window.id]);
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
