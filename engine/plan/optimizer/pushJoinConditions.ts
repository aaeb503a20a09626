import type { Expression } from "../../expression/expression.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import { isDeterministic } from "../../expression/determinism.js";
import { isOver } from "../joinKeys.js";
import type { JoinType } from "../joinType.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { transformDown } from "../transform.js";
import type { Rule } from "./rule.js";

type Side = "left" | "right";

/** Sides whose rows can be dropped before the join by a term of its own condition: those that the join does not keep anyway. */
const sides: Readonly<Record<JoinType, readonly Side[]>> = {
  inner: ["left", "right"],
  cross: ["left", "right"],
  left: ["right"],
  right: ["left"],
  full: [],
  leftSemi: ["left", "right"],
  leftAnti: ["right"],
  mark: ["right"],
  single: ["right"],
};

/** Terms of a join condition that concern one side only become filters of that side. */
export const pushJoinConditions: Rule = {
  name: "pushJoinConditions",
  apply: (plan) => transformDown(plan, (node) => (node.kind === "join" ? distribute(node) : node)),
};

function distribute(join: NodeOf<"join">): LogicalPlan {
  // A random term is asked once for each pair that there is.
  if (join.condition === null || !isDeterministic(join.condition)) return join;
  let rest = conjunctsOf(join.condition);
  let result = join;
  for (const side of sides[join.joinType]) {
    const ids = new Set(outputOf(join[side]).map(({ id }) => id));
    const mine = new Set<Expression>(rest.filter((term) => isOver(term, ids)));
    if (mine.size === 0) continue;
    rest = rest.filter((term) => !mine.has(term));
    result = { ...result, [side]: { kind: "filter", condition: conjunctionOf([...mine])!, input: join[side] } };
  }
  return result === join ? join : { ...result, condition: conjunctionOf(rest) };
}
