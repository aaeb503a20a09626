import type { Expression } from "../../expression/expression.js";
import type { LogicalPlan, NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PlanContext, Planning } from "./context.js";
import { planProject } from "./project.js";
import { planScan } from "./scan.js";

/** A projection over a filter over a table, as far as they are there, in one loop; what the source or its decoder can filter is left to them. */
export function* planScanAndProject(node: NodeOf<"project" | "filter" | "read">, context: PlanContext): Planning {
  const projection = node.kind === "project" ? node : null;
  const below: LogicalPlan = projection === null ? node : projection.input;
  const filter = below.kind === "filter" ? below : null;
  const source: LogicalPlan = filter === null ? below : filter.input;
  const condition = filter?.condition ?? null;
  const output = outputOf(node);
  const expressions: readonly Expression[] = projection === null ? output : projection.expressions;
  if (source.kind !== "read") return planProject(condition, expressions, yield source, output);
  const { scan, residual } = planScan(source, condition, context);
  return residual === null && projection === null ? scan : planProject(residual, expressions, scan, output);
}
