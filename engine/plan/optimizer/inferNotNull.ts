import type { Expression } from "../../expression/expression.js";
import { nullableOf } from "../../expression/types/typeOf.js";
import { conjunctsOf, conjunctionOf, isNotNull } from "../../expression/conjuncts.js";
import { referencesOf } from "../../expression/traverse.js";
import { isDeterministic } from "../../expression/determinism.js";
import { expressionKey } from "../../expression/expressionKey.js";
import type { JoinType } from "../joinType.js";
import { factsOf, type LogicalPlan, type NodeOf } from "../logicalPlan.js";
import { inputsOf, outputOf } from "../outputOf.js";
import { childrenOf, transformUp } from "../transform.js";
import { droppableSides } from "./droppableSides.js";
import type { Rule } from "./rule.js";
import { inTermsOf } from "./substitution.js";

/** Joins that put out only rows for which the condition held. */
const keepsPairsOnly: ReadonlySet<JoinType> = new Set(["inner", "cross", "leftSemi"]);

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
    const missing = outputOf(join[side]).filter((a) => needed.has(a.id) && !neverNull(join[side], a));
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
  if (term.kind === "call" && comparisons.has(term.name)) for (const arg of term.args) yield* strictColumns(arg);
  if (term.kind === "call" && term.name === "between") for (const arg of term.args) yield* strictColumns(arg);
}

function* strictColumns(e: Expression): Generator<number> {
  if (e.kind === "attribute") yield e.id;
  else if (e.kind === "cast" && e.evalMode !== "try") yield* strictColumns(e.child);
  else if (e.kind === "call" && strict.has(e.name)) for (const arg of e.args) yield* strictColumns(arg);
}

interface Claim {
  readonly plan: LogicalPlan;
  readonly e: Expression;
}

/** Whether a filter below, or the type, already keeps nulls of the expression out. */
function neverNull(plan: LogicalPlan, e: Expression): boolean {
  const claims: Claim[] = [{ plan, e }];
  for (let claim = claims.pop(); claim !== undefined; claim = claims.pop()) {
    if (holdsHere(claim)) continue;
    const below = claimsBelow(claim);
    if (below === null) return false;
    claims.push(...below);
  }
  return true;
}

function holdsHere({ plan, e }: Claim): boolean {
  if (!nullableOf(e)) return true;
  const condition = conditionOfAllRows(plan);
  return condition !== null && conjunctsOf(condition).some((term) => tests(term, e));
}

/** What is true of every row that comes out; null when nothing is known. A filter on columns of both sides is part of the join's condition. */
function conditionOfAllRows(plan: LogicalPlan): Expression | null {
  if (plan.kind === "filter") return plan.condition;
  return plan.kind === "join" && keepsPairsOnly.has(plan.joinType) ? plan.condition : null;
}

/** What must hold of the inputs; null when nothing there helps. */
function claimsBelow({ plan, e }: Claim): readonly Claim[] | null {
  const facts = factsOf(plan);
  const children = childrenOf(plan);
  const reads = referencesOf(e).size > 0;
  const claims = facts.origins(plan, inputsOf(plan)).map((origin, i) => {
    const below = reads ? inTermsOf(e, origin) : null;
    return below === null ? null : { plan: children[i]!, e: below };
  });
  const found = claims.filter((claim) => claim !== null);
  const enough = facts.conditionsHoldIn === "each" ? found.length === claims.length : found.length > 0;
  return enough && found.length > 0 ? found : null;
}

/** Whether a row for which the term is true has no null there. Of no rows everything holds. */
function tests(term: Expression, e: Expression): boolean {
  if (term.kind === "literal") return term.value !== true;
  return term.kind === "call" && term.name === "isnotnull" && expressionKey(term.args[0]!) === expressionKey(e);
}
