import type { Batch } from "../engine/arrow/batch.js";
import { freshId } from "../engine/expression/expression.js";
import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";

/** Rows in memory as a plan. The batch must be the caller's own (`retainBatch`). */
export function localPlan(batch: Batch, context: AnalysisContext): AnalyzedPlan {
  const { fields } = batch.schema;
  const output = fields.map(
    ({ name, type, nullable }) => ({ kind: "attribute", id: freshId(), name, type, nullable, qualifier: [] }) as const,
  );
  return analyze({ kind: "localRelation", batch, output }, context);
}
