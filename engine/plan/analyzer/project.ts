import type { Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { LogicalPlan, NamedExpression, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { someExpression } from "../../expression/traverse.js";
import { aggregateOver, resolveAggregate, splitAggregate } from "./aggregate.js";
import { extractGenerators, generatesFromAggregates } from "./generate.js";
import { resolveOutputs } from "./names.js";
import { extractWindowCalls } from "./windowNodes.js";
import { Scope } from "./scope.js";
import { WindowCollector } from "./timeWindow.js";

/** A select list: stars, names, windows and generators; with an aggregate function in it, it is an aggregation without keys. */
export function resolveProject(plan: NodeOf<"project">, context: AnalysisContext): LogicalPlan {
  if (generatesFromAggregates(plan.expressions)) {
    return resolveAggregate({ kind: "aggregate", grouping: [], aggregates: plan.expressions, input: plan.input }, context);
  }
  const windows = new WindowCollector(context);
  const scope = new Scope(outputOf(plan.input), context, windows);
  const { items, input } = extractGenerators(plan.expressions, plan.input, scope);
  const expressions = resolveOutputs(items, scope);
  const over = windows.over(input);
  if (expressions.some(holdsAggregate)) {
    if (!expressions.some(holdsWindowCall)) return aggregateOver([], expressions, over);
    const { aggregate, items: above } = splitAggregate([], expressions, [], over);
    return projectOver(above, aggregate);
  }
  return projectOver(expressions, over);
}

/** A projection; functions OVER windows get their nodes below it. */
export function projectOver(items: readonly NamedExpression[], below: LogicalPlan): LogicalPlan {
  const { expressions, input } = extractWindowCalls(items, below);
  return { kind: "project", expressions, input };
}

function holdsWindowCall(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "windowCall");
}

function holdsAggregate(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "aggregateCall");
}
