import type { AnalysisContext } from "../../expression/types/coerce.js";
import type { AnalyzedPlan, LogicalPlan } from "../logicalPlan.js";
import { childrenOf, withChildren } from "../transform.js";
import { resolveAggregate } from "./aggregate.js";
import { resolveDeduplicate } from "./deduplicate.js";
import { resolveFilter } from "./filter.js";
import { resolveJoin } from "./join.js";
import { assignOperatorIds } from "./operatorIds.js";
import { resolveProject } from "./project.js";
import { resolveSetOperation } from "./setOperation.js";
import { resolveSort } from "./sort.js";
import { resolveWatermark } from "./watermark.js";

// Every verb of a DataFrame analyses one node over a plan that is analysed already.
const done = new WeakSet<LogicalPlan>();

/**
 * Resolves names, functions and types, from the inputs upwards, and gives stateful operators their ids. What is analysed already stays as it is.
 *
 * @throws the condition of what Spark's analyzer refuses
 */
export function analyze(plan: LogicalPlan, context: AnalysisContext): AnalyzedPlan {
  const resolved = assignOperatorIds(resolveNode(plan, context));
  markDone(resolved);
  return resolved as AnalyzedPlan;
}

function resolveNode(plan: LogicalPlan, context: AnalysisContext): LogicalPlan {
  if (done.has(plan)) return plan;
  const children = childrenOf(plan).map((child) => resolveNode(child, context));
  return resolveOne(withChildren(plan, children), context);
}

/** One node over resolved inputs. */
function resolveOne(plan: LogicalPlan, context: AnalysisContext): LogicalPlan {
  switch (plan.kind) {
    case "project":
      return resolveProject(plan, context);
    case "filter":
      return resolveFilter(plan, context);
    case "aggregate":
      return resolveAggregate(plan, context);
    case "join":
      return resolveJoin(plan, context);
    case "setOperation":
      return resolveSetOperation(plan, context);
    case "withWatermark":
      return resolveWatermark(plan, context);
    case "deduplicate":
      return resolveDeduplicate(plan);
    case "sort":
      return resolveSort(plan, context);
    default:
      return plan;
  }
}

function markDone(plan: LogicalPlan): void {
  if (done.has(plan)) return;
  done.add(plan);
  for (const child of childrenOf(plan)) markDone(child);
}
