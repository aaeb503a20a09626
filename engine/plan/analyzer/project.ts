import type { Expression } from "../../expression/expression.js";
import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { someExpression } from "../../expression/traverse.js";
import { aggregateOver } from "./aggregate.js";
import { extractGenerator } from "./generate.js";
import { resolveOutputs } from "./names.js";
import { refuseWindowFunctions } from "./windowFunctions.js";
import { Scope } from "./scope.js";
import { WindowCollector } from "./timeWindow.js";

/** A select list: stars, names, windows and generators; with an aggregate function in it, it is an aggregation without keys. */
export function resolveProject(plan: NodeOf<"project">, context: AnalysisContext): LogicalPlan {
  refuseWindowFunctions(plan);
  const { items, input } = extractGenerator(plan.expressions, plan.input, context);
  const windows = new WindowCollector(context);
  const expressions = resolveOutputs(items, new Scope(outputOf(input), context, windows));
  const over = windows.over(input);
  if (expressions.some(holdsAggregate)) return aggregateOver([], expressions, over);
  return { kind: "project", expressions, input: over };
}

function holdsAggregate(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "aggregateCall");
}
