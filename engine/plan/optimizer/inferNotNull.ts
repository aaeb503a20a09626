import type { Expression } from "../../expression/expression.js";
import { conjunctsOf, conjunctionOf, isNotNull } from "../../expression/conjuncts.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { referencesOf } from "../../expression/traverse.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { transformUp } from "../transform.js";
import { droppableSides } from "./droppableSides.js";
import { holds } from "./holds.js";
import type { Rule } from "./rule.js";

/**
 * Rows whose key is null can find no partner: where they would not come out either, they are filtered before the join. As in Spark the filter also goes
 * below `withWatermark`, where such rows then do not move the watermark.
 */
export const inferNotNull: Rule = {
  name: "inferNotNull",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "join" && node.condition !== null ? filterSides(node) : node)),
};

function filterSides(join: NodeOf<"join">): LogicalPlan {
  // A random term is asked once for each pair that there is.
  if (join.condition === null || !isDeterministic(join.condition)) return join;
  const needed = conjunctsOf(join.condition).flatMap((term) => [...nullRejected(term)]);
  let result = join;
  for (const side of droppableSides[join.joinType]) {
    const ids = new Set(outputOf(join[side]).map(({ id }) => id));
    const terms = needed.filter((e) => [...referencesOf(e)].every((id) => ids.has(id))).map(isNotNull);
    const missing = distinctTerms(terms).filter((term) => !holds(join[side], term));
    const condition = conjunctionOf(missing);
    if (condition !== null) result = { ...result, [side]: { kind: "filter", condition, input: join[side] } };
  }
  return result;
}

function distinctTerms(terms: readonly Expression[]): readonly Expression[] {
  return [...new Map(terms.map((term) => [expressionKey(term), term])).values()];
}

/** Functions of which Spark knows that they are null when an argument is (its `nullIntolerant`). */
const strict = new Set(
  (
    "= < <= > >= between not + - * / % div pmod negative positive abs upper lower length trim ltrim rtrim reverse substring like ilike rlike contains startswith endswith " +
    "year quarter month day hour minute second dayofweek dayofyear weekofyear date_add date_sub datediff sqrt exp ln log10 sin cos tan floor ceil"
  ).split(" "),
);

/** Columns, and fields of such, that must not be null for the term to be true. */
export function* nullRejected(term: Expression): Generator<Expression> {
  if (term.kind === "attribute" || isField(term)) yield term;
  else if (term.kind === "cast" && term.evalMode !== "try") yield* nullRejected(term.child);
  else if (term.kind === "call" && strict.has(term.name)) for (const arg of term.args) yield* nullRejected(arg);
}

function isField(e: Expression): boolean {
  if (e.kind !== "call" || e.name !== "getField") return false;
  return e.args[0]!.kind === "attribute" || isField(e.args[0]!);
}
