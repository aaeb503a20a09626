import type { Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { someExpression } from "../../expression/traverse.js";
import { aggregateOver, resolveAggregate } from "./aggregate.js";
import { extractGenerators, generatesFromAggregates } from "./generate.js";
import { resolveOutputs } from "./names.js";
import { refuseWindowFunctions } from "./windowFunctions.js";
import { Scope } from "./scope.js";
import { WindowCollector } from "./timeWindow.js";

/** A select list: stars, names, windows and generators; with an aggregate function in it, it is an aggregation without keys. */
export function resolveProject(plan: NodeOf<"project">, context: AnalysisContext): LogicalPlan {
  refuseWindowFunctions(plan);
  if (generatesFromAggregates(plan.expressions)) {
    return resolveAggregate({ kind: "aggregate", grouping: [], aggregates: plan.expressions, input: plan.input }, context);
  }
  const windows = new WindowCollector(context);
  const scope = new Scope(outputOf(plan.input), context, windows);
  const { items, input } = extractGenerators(plan.expressions, plan.input, scope);
  const expressions = resolveOutputs(items, scope);
  const over = windows.over(input);
  if (expressions.some(holdsAggregate)) return aggregateOver([], expressions, over);
  return { kind: "project", expressions, input: over };
}

function holdsAggregate(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "aggregateCall");
}
