import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { expressionNodes } from "../../expression/traverse.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { isCorrelated } from "./freeAttributes.js";

/** A query without its correlated filters, and what they say. */
export interface PulledUp {
  readonly plan: LogicalPlan;
  readonly condition: Expression;
}

/**
 * The correlated terms of filters, for a join condition: where nothing but filters and projections stands above them, and nothing else is correlated. Only
 * for queries that are asked whether they have such a row. Null where it cannot be done; the general way is `decorrelate`.
 */
export function pullUpConditions(query: LogicalPlan): PulledUp | null {
  const found = pull(query);
  if (found === null || isCorrelated(found.plan)) return null;
  const condition = conjunctionOf(found.terms);
  return condition === null ? null : { plan: found.plan, condition };
}

interface Pulled {
  readonly plan: LogicalPlan;
  readonly terms: readonly Expression[];
}

function pull(plan: LogicalPlan): Pulled | null {
  if (!isCorrelated(plan)) return { plan, terms: [] };
  switch (plan.kind) {
    case "subqueryAlias":
      return pull(plan.input);
    case "filter": {
      const below = pull(plan.input);
      if (below === null) return null;
      const own = new Set(outputOf(plan.input).map(({ id }) => id));
      const terms = conjunctsOf(plan.condition);
      const correlated = terms.filter((term) => !attributesOf(term).every(({ id }) => own.has(id)));
      const condition = conjunctionOf(terms.filter((term) => !correlated.includes(term)));
      const kept: LogicalPlan = condition === null ? below.plan : { ...plan, condition, input: below.plan };
      return { plan: kept, terms: [...below.terms, ...correlated] };
    }
    case "project": {
      const below = pull(plan.input);
      if (below === null) return null;
      const given = new Map(outputOf(below.plan).map((column) => [column.id, column]));
      const needed = below.terms.flatMap(attributesOf).filter(({ id }) => given.has(id));
      const present = new Set(outputOf(plan).map(({ id }) => id));
      const carried = [...new Map(needed.filter(({ id }) => !present.has(id)).map((a) => [a.id, given.get(a.id)!])).values()];
      return { plan: { ...plan, expressions: [...plan.expressions, ...carried], input: below.plan }, terms: below.terms };
    }
    default:
      return null;
  }
}

function attributesOf(e: Expression): readonly Attribute[] {
  return [...expressionNodes(e)].filter((part) => part.kind === "attribute");
}
