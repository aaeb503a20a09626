import type { Expression } from "../../expression/expression.js";
import { expressionNodes, rewriteExpression } from "../../expression/traverse.js";
import type { LogicalPlan } from "../../plan/logicalPlan.js";
import { expressionsOf, mapExpressions, nodesOf, transformUp } from "../../plan/transform.js";

/** Numbers the random calls of a plan by their first place in it: ids of a process would draw other numbers after a restart. */
export function numberDraws(plan: LogicalPlan): LogicalPlan {
  const numbers = new Map<number, number>();
  for (const node of nodesOf(plan)) {
    for (const part of expressionsOf(node).flatMap((e) => [...expressionNodes(e)])) {
      if (part.kind === "call" && part.draw !== undefined && !numbers.has(part.draw)) numbers.set(part.draw, numbers.size);
    }
  }
  if (numbers.size === 0) return plan;
  const number = (part: Expression): Expression =>
    part.kind === "call" && part.draw !== undefined ? { ...part, draw: numbers.get(part.draw)! } : part;
  return transformUp(plan, (node) => mapExpressions(node, (e) => rewriteExpression(e, number)));
}

/** The sequences of random numbers that expressions of one loop draw. Copies of a call in one loop draw the same; a seed that was given is the user's business. */
export function drawsIn(expressions: readonly Expression[]): ReadonlySet<number> {
  const draws = new Set<number>();
  for (const e of expressions) {
    for (const part of expressionNodes(e)) if (part.kind === "call" && part.draw !== undefined) draws.add(part.draw);
  }
  return draws;
}
