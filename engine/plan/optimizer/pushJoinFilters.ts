import type { Expression } from "../../expression/expression.js";
import { isDeterministic } from "../determinism.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import type { Filter, Join, JoinType, LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { isOver } from "../joinKeys.js";
import { transformDown } from "../transform.js";
import type { Rule } from "./rule.js";

/** Sides whose rows can be dropped before the join by a filter above it, and by a term of its own condition. */
const sides: Readonly<Record<JoinType, { readonly above: readonly Side[]; readonly condition: readonly Side[] }>> = {
  inner: { above: ["left", "right"], condition: ["left", "right"] },
  cross: { above: ["left", "right"], condition: ["left", "right"] },
  left: { above: ["left"], condition: ["right"] },
  right: { above: ["right"], condition: ["left"] },
  full: { above: [], condition: [] },
  leftSemi: { above: ["left"], condition: ["left", "right"] },
  leftAnti: { above: ["left"], condition: ["right"] },
};

type Side = "left" | "right";

/** Terms of a join condition that concern one side only become filters of that side. */
export const pushJoinConditions: Rule = {
  name: "pushJoinConditions",
  apply: (plan) =>
    transformDown(plan, (node) => {
      if (node.kind !== "join" || node.condition === null) return node;
      const terms = conjunctsOf(node.condition);
      const { join, rest } = distribute(node, terms, sides[node.joinType].condition);
      return rest.length === terms.length ? node : { ...join, condition: conjunctionOf(rest) };
    }),
};

/** A filter above a join: terms of one side go there, terms of both become part of an inner join's condition. */
export function pushIntoJoin(node: Join, terms: readonly Expression[], filter: Filter): LogicalPlan {
  const { join, rest } = distribute(node, terms, sides[node.joinType].above);
  const inner = node.joinType === "inner" || node.joinType === "cross";
  const joined = inner ? rest.filter((term) => isDeterministic(term)) : [];
  const above = rest.filter((term) => !joined.includes(term));
  if (above.length === terms.length) return filter;
  const condition = conjunctionOf([...conjunctsOf(join.condition), ...joined]);
  const rebuilt: LogicalPlan = { ...join, condition, joinType: node.joinType === "cross" && condition !== null ? "inner" : node.joinType };
  const left = conjunctionOf(above);
  return left === null ? rebuilt : { kind: "filter", condition: left, input: rebuilt };
}

/** Moves the terms that concern one of the allowed sides only into that side. */
function distribute(join: Join, terms: readonly Expression[], allowed: readonly Side[]): { join: Join; rest: readonly Expression[] } {
  let rest = terms;
  let result = join;
  for (const side of allowed) {
    const ids = new Set(outputOf(join[side]).map((a) => a.id));
    const mine = rest.filter((term) => isDeterministic(term) && isOver(term, ids));
    if (mine.length === 0) continue;
    rest = rest.filter((term) => !mine.includes(term));
    result = { ...result, [side]: { kind: "filter", condition: conjunctionOf(mine)!, input: join[side] } };
  }
  return { join: result, rest };
}
