import type { Expression } from "../../expression/expression.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import { isDeterministic } from "../../expression/determinism.js";
import { isOver } from "../joinKeys.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { transformDown } from "../transform.js";
import { droppableSides } from "./droppableSides.js";
import type { Rule } from "./rule.js";

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
  for (const side of droppableSides[join.joinType]) {
    const ids = new Set(outputOf(join[side]).map(({ id }) => id));
    const mine = new Set<Expression>(rest.filter((term) => isOver(term, ids)));
    if (mine.size === 0) continue;
    rest = rest.filter((term) => !mine.has(term));
    result = { ...result, [side]: { kind: "filter", condition: conjunctionOf([...mine])!, input: join[side] } };
  }
  return result === join ? join : { ...result, condition: conjunctionOf(rest) };
}
