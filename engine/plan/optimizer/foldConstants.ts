import type { Expression } from "../../expression/expression.js";
import { fold } from "../../expression/fold.js";
import { findEntry } from "../../expression/functions/table.js";
import { expressionChildren, rewriteExpression } from "../../expression/traverse.js";
import { mapPlanExpressions } from "./expressions.js";
import type { Rule } from "./rule.js";

/** Constant parts of expressions are evaluated once, here; those that fail stay, to fail when a row reaches them. */
export const foldConstants: Rule = {
  name: "foldConstants",
  apply: (plan) => mapPlanExpressions(plan, (e) => rewriteExpression(e, foldPart)),
};

function foldPart(e: Expression): Expression {
  const computed = e.kind === "cast" || (e.kind === "call" && findEntry(e.name) !== undefined);
  return computed && expressionChildren(e).every((child) => child.kind === "literal") ? fold(e) : e;
}
