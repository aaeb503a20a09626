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
  return isConcat(e) && children.length !== e.args.length ? { ...e, args: children } : withExpressionChildren(e, children);
}

/**
 * What all the calls in calls put together, in order. Of strings and binaries: arrays in arrays are elements. A call that occurs more than once stays a call: a column
 * that is doubled again and again would have more operands than there is memory.
 */
function operandsOf(e: Call): readonly Expression[] {
  const shared = sharedCalls(e);
  const operands: Expression[] = [];
  const waiting: Expression[] = [e];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (!isConcat(part) || shared.has(part)) operands.push(part);
    else for (let i = part.args.length - 1; i >= 0; i--) waiting.push(part.args[i]!);
  }
  return operands.length === e.args.length ? e.args : operands;
}

/** The calls that are arguments in more than one place. */
function sharedCalls(e: Call): ReadonlySet<Expression> {
  const seen = new Set<Expression>();
  const shared = new Set<Expression>();
  const waiting: Call[] = [e];
  for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
    for (const arg of call.args) {
      if (!isConcat(arg)) continue;
      if (seen.has(arg)) shared.add(arg);
      else {
        seen.add(arg);
        waiting.push(arg);
      }
    }
  }
  return shared;
}

function isConcat(e: Expression): e is Call {
  return e.kind === "call" && e.name === "concat" && (e.type.kind === "string" || e.type.kind === "binary");
}
