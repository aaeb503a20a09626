import { conjunctsOf } from "../../expression/conjuncts.js";
import type { Expression } from "../../expression/expression.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { referencesOf } from "../../expression/traverse.js";
import { nullableOf } from "../../expression/types/typeOf.js";
import type { JoinType } from "../joinType.js";
import { factsOf, type LogicalPlan } from "../logicalPlan.js";
import { inputsOf } from "../outputOf.js";
import { childrenOf } from "../transform.js";
import { inTermsOf } from "./substitution.js";

/** Joins that put out only rows for which the condition held. */
const keepsPairsOnly: ReadonlySet<JoinType> = new Set(["inner", "cross", "leftSemi"]);

interface Claim {
  readonly plan: LogicalPlan;
  readonly term: Expression;
}

/** Whether a filter below, or a type, already sees to it that the term is true of every row that comes out. */
export function holds(plan: LogicalPlan, term: Expression): boolean {
  const claims: Claim[] = [{ plan, term }];
  for (let claim = claims.pop(); claim !== undefined; claim = claims.pop()) {
    if (holdsHere(claim)) continue;
    const below = claimsBelow(claim);
    if (below === null) return false;
    claims.push(...below);
  }
  return true;
}

function holdsHere({ plan, term }: Claim): boolean {
  if (term.kind === "call" && term.name === "isnotnull" && !nullableOf(term.args[0]!)) return true;
  const condition = conditionOfAllRows(plan);
  const key = expressionKey(term);
  // Of no rows everything holds.
  const decides = (known: Expression): boolean => (known.kind === "literal" ? known.value !== true : expressionKey(known) === key);
  return condition !== null && conjunctsOf(condition).some(decides);
}

/** What is true of every row that comes out; null when nothing is known. A filter on columns of both sides is part of the join's condition. */
function conditionOfAllRows(plan: LogicalPlan): Expression | null {
  if (plan.kind === "filter") return plan.condition;
  return plan.kind === "join" && keepsPairsOnly.has(plan.joinType) ? plan.condition : null;
}

/** What must hold of the inputs; null when nothing there helps. */
function claimsBelow({ plan, term }: Claim): readonly Claim[] | null {
  const facts = factsOf(plan);
  const children = childrenOf(plan);
  const reads = referencesOf(term).size > 0;
  const claims = facts.origins(plan, inputsOf(plan)).map((origin, i) => {
    const below = reads ? inTermsOf(term, origin) : null;
    return below === null ? null : { plan: children[i]!, term: below };
  });
  const found = claims.filter((claim) => claim !== null);
  const enough = facts.conditionsHoldIn === "each" ? found.length === claims.length : found.length > 0;
  return enough && found.length > 0 ? found : null;
}
