import { isAnalyzed, rememberText } from "../../engine/plan/analyzer/analyze.js";
import { analyzeQuery } from "../../engine/plan/analyzer/query/analyzeQuery.js";
import type { AnalyzedPlan, LogicalPlan } from "../../engine/plan/logicalPlan.js";
import type { ParsedPlan } from "../../engine/plan/unresolved.js";
import { withUserFunctions } from "../../engine/plan/userFunctionNames.js";
import { checkRoutinesOfQuery } from "../../engine/plan/analyzer/routines.js";
import type { TableName } from "../../engine/sql/statement.js";
import type { SessionContext } from "../sessionContext.js";
import { SessionCatalog } from "./catalog.js";

/** The plan of a query as it was parsed, in which the session's tables, views and functions are known. @throws what the analyzer refuses */
export async function queryPlan(session: SessionContext, parsed: ParsedPlan): Promise<AnalyzedPlan> {
  // What a method writes is analysed.
  if (isAnalyzed(parsed as LogicalPlan)) return parsed as AnalyzedPlan;
  const plan = withUserFunctions(parsed, session.userFunctions);
  checkRoutinesOfQuery(plan, session.userFunctions);
  const catalog = await SessionCatalog.for(session, plan);
  const context = session.analysisContext;
  return rememberText(analyzeQuery(plan, context, catalog), context, (other) => analyzeQuery(plan, other, catalog));
}

/** What a name stands for. */
export function relationPlan(session: SessionContext, { parts, position }: TableName): Promise<AnalyzedPlan> {
  return queryPlan(session, { kind: "unresolvedRelation", parts, position, streaming: false, options: {} });
}
