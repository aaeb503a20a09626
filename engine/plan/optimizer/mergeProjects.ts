import type { Expression } from "../../expression/expression.js";
import { definitionsOf } from "../attributeOf.js";
import { isDeterministic } from "../../expression/determinism.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { expressionChildren, foldExpression } from "../../expression/traverse.js";
import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";
import { substitute } from "./substitution.js";

/**
 * A projection over a projection is one, unless that computed something twice; a projection that changes nothing goes. As in Spark this decides more than speed:
 * what is used in one branch of a CASE only is then evaluated, and fails, for the rows of that branch only.
 */
export const mergeProjects: Rule = {
  name: "mergeProjects",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "project" ? merge(node) : node)),
};

function merge(project: NodeOf<"project">): LogicalPlan {
  let outer = project;
  while (!isIdentity(outer)) {
    const { input } = outer;
    if (input.kind !== "project" || !canMerge(outer.expressions, input.expressions)) return outer;
    outer = { ...outer, expressions: mergeLists(outer.expressions, input.expressions), input: input.input };
  }
  return outer.input;
}

function mergeLists(outer: readonly Expression[], inner: readonly Expression[]): readonly Expression[] {
  const definitions = definitionsOf(inner);
  const aliases = new Map(inner.flatMap((e) => (e.kind === "alias" ? [[e.id, e] as const] : [])));
  return outer.map((e): Expression => {
    if (e.kind === "alias") return { ...e, child: substitute(e.child, definitions) };
    // A column that is only passed on keeps its name and id: its definition comes along.
    return (e.kind === "attribute" && aliases.get(e.id)) || e;
  });
}

/** The same columns in the same order, under the same names. */
function isIdentity({ expressions, input }: NodeOf<"project">): boolean {
  const columns = outputOf(input);
  return expressions.length === columns.length && expressions.every((e, i) => e.kind === "attribute" && e.id === columns[i]!.id);
}

/** How often the expressions evaluate each column at most: in a lambda it may be any number of times. */
function usesOf(expressions: readonly Expression[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const item of expressions) {
    for (const [e, count] of occurrencesOf(item)) if (e.kind === "attribute") uses.set(e.id, (uses.get(e.id) ?? 0) + count);
  }
  return uses;
}

/** How often each part of an expression stands in it: an object may stand in several places. */
function occurrencesOf(whole: Expression): ReadonlyMap<Expression, number> {
  const inner: Expression[] = [];
  foldExpression<true>(whole, (e) => {
    inner.push(e);
    return true;
  });
  const counts = new Map([[whole, 1]]);
  for (const e of inner.toReversed()) {
    const count = e.kind === "lambda" ? Infinity : counts.get(e)!;
    for (const child of expressionChildren(e)) counts.set(child, (counts.get(child) ?? 0) + count);
  }
  return counts;
}

function canMerge(outer: readonly Expression[], inner: readonly Expression[]): boolean {
  const uses = usesOf(outer);
  return inner.every((e) => {
    if (e.kind !== "alias" || e.child.kind === "attribute" || e.child.kind === "literal") return true;
    // The event time of such an alias would be lost in another expression.
    if (e.eventTime !== undefined) return false;
    return isDeterministic(e.child) && (uses.get(e.id) ?? 0) <= 1;
  });
}
