import { batchOf } from "../../../arrow/batch.js";
import { types } from "../../../arrow/types.js";
import type { AnalysisContext } from "../../../expression/types/coerce.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { analyze } from "../analyze.js";

/** The one row without columns that a SELECT without FROM reads. */
export function oneRow(context: AnalysisContext): AnalyzedPlan {
  return analyze({ kind: "localRelation", batch: batchOf(types.struct([]), [], 1), output: [] }, context);
}
