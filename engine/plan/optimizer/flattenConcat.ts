import type { Call, Expression } from "../../expression/expression.js";
import { expressionChildren, foldExpression, withExpressionChildren } from "../../expression/traverse.js";
import { mapPlanExpressions } from "./expressions.js";
import type { Rule } from "./rule.js";

/** `a || b || c` is one call, as in Spark (CombineConcats): a chain of them would copy what is there at every step. */
export const flattenConcat: Rule = {
  name: "flattenConcat",
  apply: (plan) => mapPlanExpressions(plan, (e) => foldExpression<Expression>(e, over, { parts })),
};

function parts(e: Expression): readonly Expression[] {
  return isConcat(e) && e.args.some(isConcat) ? operandsOf(e) : expressionChildren(e);
}

function over(e: Expression, children: readonly Expression[]): Expression {
  return isConcat(e) && e.args.some(isConcat) ? { ...e, args: children } : withExpressionChildren(e, children);
}

/** What all the calls in calls put together, in order. Of strings and binaries: arrays in arrays are elements. */
function operandsOf(e: Call): readonly Expression[] {
  const operands: Expression[] = [];
  const waiting: Expression[] = [e];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (!isConcat(part)) operands.push(part);
    else for (let i = part.args.length - 1; i >= 0; i--) waiting.push(part.args[i]!);
    if (operands.length + waiting.length > mostOperands) return e.args;
  }
  return operands;
}

/** A column that is doubled again and again stays as it is. */
const mostOperands = 200_000;

function isConcat(e: Expression): e is Call {
  return e.kind === "call" && e.name === "concat" && (e.type.kind === "string" || e.type.kind === "binary");
}
