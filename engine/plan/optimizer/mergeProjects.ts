import type { Expression } from "../../expression/expression.js";
import { definitionsOf } from "../attributeOf.js";
import { isDeterministic } from "../determinism.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { expressionNodes } from "../../expression/traverse.js";
import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";
import { isCostly, substitute } from "./substitution.js";

/** A projection over a projection is one, unless that computed something twice; a projection that changes nothing goes. */
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

function canMerge(outer: readonly Expression[], inner: readonly Expression[]): boolean {
  const uses = new Map<number, number>();
  for (const item of outer) for (const e of expressionNodes(item)) if (e.kind === "attribute") uses.set(e.id, (uses.get(e.id) ?? 0) + 1);
  return inner.every((e) => {
    if (e.kind !== "alias" || e.child.kind === "attribute" || e.child.kind === "literal") return true;
    // The event time of such an alias would be lost in another expression.
    if (e.eventTime !== undefined) return false;
    const count = uses.get(e.id) ?? 0;
    return isDeterministic(e.child) && (count === 0 || (count === 1 && !isCostly(e.child)));
  });
}
