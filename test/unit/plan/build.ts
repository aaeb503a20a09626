import { DataFrame } from "../../../dataframe/dataFrame.js";
import { Session } from "../../../dataframe/session.js";
import type { AnalyzedPlan, LogicalPlan } from "../../../engine/plan/logicalPlan.js";
import { analyze } from "../../../engine/plan/analyzer/analyze.js";
import { buildDataFrame, type Frame } from "../../golden/runner/buildDataFrame.js";
import type { PlanNode } from "../../golden/runner/case.js";

/**
 * The plan of a query in the form of the golden cases, built verb by verb as a user would.
 *
 * @param tables the streams and static tables by name
 * @param pyspark the query as its Python text, for what stands only there
 */
export function buildPlan(node: PlanNode, tables: Readonly<Record<string, LogicalPlan>>, pyspark = ""): AnalyzedPlan {
  const session = Session.create();
  const frame = (plan: LogicalPlan): Frame => new DataFrame(session, analyze(plan, session.analysisContext));
  return buildDataFrame(node, new Map(Object.entries(tables).map(([name, plan]) => [name, frame(plan)])), pyspark).plan;
}
