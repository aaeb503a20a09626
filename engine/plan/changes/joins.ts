import { assert } from "../../errors/assert.js";
import { splitJoinCondition } from "../joinKeys.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import type { ChangeJoinType } from "../nodes/changeJoin.js";
import { outputOf } from "../outputOf.js";
import { newChangeColumn } from "./changeColumn.js";
import type { ChangingPlan } from "./changingPlan.js";

/** The type of a join of two streams whose rows may be taken back; null for those that only subqueries make. */
export function changeJoinType({ joinType }: NodeOf<"join">): ChangeJoinType | null {
  if (joinType === "mark" || joinType === "single") return null;
  return joinType === "cross" ? "inner" : joinType;
}

/** Two streams joined so that what is not so any more is taken back. */
export function changingJoin(node: NodeOf<"join">, joinType: ChangeJoinType, [left, right]: readonly ChangingPlan[]): ChangingPlan {
  assert(left !== undefined && right !== undefined && node.operatorId !== undefined, "a join of two streams has an id");
  const change = newChangeColumn();
  const plan: LogicalPlan = {
    kind: "changeJoin",
    operatorId: node.operatorId,
    joinType,
    condition: node.condition,
    taken: [left.change, right.change],
    change,
    left: left.plan,
    right: right.plan,
  };
  return { plan, change, keys: keysOf(node, joinType, left.keys, right.keys) };
}

/** What a pair is known by: by one side, where each of its rows has at most one partner; else by both. */
function keysOf(
  node: NodeOf<"join">,
  joinType: ChangeJoinType,
  lefts: ChangingPlan["keys"],
  rights: ChangingPlan["keys"],
): ChangingPlan["keys"] {
  if (joinType === "leftSemi" || joinType === "leftAnti") return lefts;
  if (lefts === null || rights === null) return null;
  const { keys } = splitJoinCondition(node.condition, outputOf(node.left), outputOf(node.right));
  const isMet = (ids: readonly number[], side: "left" | "right"): boolean =>
    ids.every((id) => keys.some((key) => key[side].kind === "attribute" && key[side].id === id));
  if ((joinType === "inner" || joinType === "left") && isMet(rights, "right")) return lefts;
  if ((joinType === "inner" || joinType === "right") && isMet(lefts, "left")) return rights;
  return [...lefts, ...rights];
}
