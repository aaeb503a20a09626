import type { Expression } from "../../expression/expression.js";
import { conjunctsOf, conjunctionOf, isNotNull } from "../../expression/conjuncts.js";
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
  const needed = new Set(conjunctsOf(join.condition).flatMap((term) => [...nullRejected(term)]));
  let result = join;
  for (const side of droppableSides[join.joinType]) {
    const missing = outputOf(join[side]).filter((a) => needed.has(a.id) && !holds(join[side], isNotNull(a)));
    if (missing.length > 0)
      result = { ...result, [side]: { kind: "filter", condition: conjunctionOf(missing.map(isNotNull))!, input: join[side] } };
  }
  return result;
}

const comparisons = new Set(["=", "<", "<=", ">", ">="]);
/** Functions of which Spark knows that they are null when an argument is (its `nullIntolerant`). */
const strict = new Set("+ - * / % div negative positive getField upper lower abs length year month day hour minute second".split(" "));

/** Columns that must not be null for the term to be true. */
export function* nullRejected(term: Expression): Generator<number> {
  if (term.kind === "attribute") yield term.id;
  if (term.kind !== "call") return;
  if (term.name === "not") yield* nullRejected(term.args[0]!);
  if (comparisons.has(term.name) || term.name === "between") for (const arg of term.args) yield* strictColumns(arg);
}

function* strictColumns(e: Expression): Generator<number> {
  if (e.kind === "attribute") yield e.id;
  else if (e.kind === "cast" && e.evalMode !== "try") yield* strictColumns(e.child);
  else if (e.kind === "call" && strict.has(e.name)) for (const arg of e.args) yield* strictColumns(arg);
}
