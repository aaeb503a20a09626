import { types } from "../../arrow/types.js";
import { literal, type Expression } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { nullableOf } from "../../expression/types/typeOf.js";
import { logical } from "../../expression/conjuncts.js";
import { expressionKey } from "../../expression/expressionKey.js";
import { rewriteExpression } from "../../expression/traverse.js";
import { transformUp } from "../transform.js";
import { mapPlanExpressions } from "./expressions.js";
import type { Rule } from "./rule.js";

/** `x AND true`, `x = false`, `NOT NOT x`, `NOT (x AND y)`, `x OR x`, `x IS NOT NULL` of what is never null …; `between` as two comparisons; filters that always hold go. */
export const simplifyBooleans: Rule = {
  name: "simplifyBooleans",
  apply: (plan) =>
    transformUp(mapPlanExpressions(plan, simplifyBoolean), (node) =>
      node.kind === "filter" && isLiteral(node.condition, true) ? node.input : node,
    ),
};

/** All conditions in an expression, made simpler. */
export function simplifyBoolean(e: Expression): Expression {
  return rewriteExpression(e, simplify);
}

function simplify(e: Expression): Expression {
  if (e.kind !== "call") return e;
  switch (e.name) {
    case "and":
      return simplifyPair(e, true);
    case "or":
      return simplifyPair(e, false);
    case "not":
      return simplifyNot(e.args[0]!, e);
    case "=":
      return simplifyEqual(e.args[0]!, e.args[1]!, e);
    case "between":
      return expandBetween(e.args, e);
    case "isnull":
      return mayBeNull(e.args[0]!) ? e : literal(false, types.boolean);
    case "isnotnull":
      return mayBeNull(e.args[0]!) ? e : literal(true, types.boolean);
    default:
      return e;
  }
}

/** Whether a test for null has to ask the expression: a random one is asked in any case. */
function mayBeNull(e: Expression): boolean {
  return nullableOf(e) || !isDeterministic(e);
}

/** AND (`neutral` true) and OR (`neutral` false): the neutral value goes, the other one wins, and a term stands once. */
function simplifyPair(e: Expression & { readonly kind: "call" }, neutral: boolean): Expression {
  const [left, right] = e.args as [Expression, Expression];
  if (isLiteral(left, neutral)) return right;
  if (isLiteral(right, neutral)) return left;
  // What would fail must not be left out: only the left side is sure to run.
  if (isLiteral(left, !neutral) && isDeterministic(right)) return left;
  if (isDeterministic(left) && expressionKey(left) === expressionKey(right)) return left;
  return e;
}

function simplifyNot(child: Expression, e: Expression): Expression {
  if (isLiteral(child, true)) return literal(false, types.boolean);
  if (isLiteral(child, false)) return literal(true, types.boolean);
  if (child.kind !== "call") return e;
  if (child.name === "not") return child.args[0]!;
  // The terms can then go their own ways.
  if (child.name === "and" || child.name === "or") {
    const terms = child.args.map((term) => rewriteExpression(logical("not", [term]), simplify));
    return logical(child.name === "and" ? "or" : "and", terms);
  }
  if (child.name === "isnull" || child.name === "isnotnull") return { ...child, name: child.name === "isnull" ? "isnotnull" : "isnull" };
  return e;
}

/** `x = true` and `x = false`. */
function simplifyEqual(left: Expression, right: Expression, e: Expression): Expression {
  const [condition, value] = left.kind === "literal" ? [right, left] : [left, right];
  if (isLiteral(value, true)) return condition;
  return isLiteral(value, false) ? simplify(logical("not", [condition])) : e;
}

/** `a BETWEEN b AND c`, where `a` costs nothing to read twice. */
function expandBetween([a, b, c]: readonly Expression[], e: Expression & { readonly kind: "call" }): Expression {
  if (a!.kind !== "attribute" && a!.kind !== "literal") return e;
  return logical("and", [
    { ...e, name: ">=", args: [a, b!] },
    { ...e, name: "<=", args: [a, c!] },
  ]);
}

function isLiteral(e: Expression, value: boolean): boolean {
  return e.kind === "literal" && e.value === value;
}
