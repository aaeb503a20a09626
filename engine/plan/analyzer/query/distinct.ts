import { analyze } from "../analyze.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import { isStreaming } from "../../streamingPlan.js";
import type { QueryContext } from "../scope.js";

/**
 * DISTINCT of a query of text. Of a stream it is a GROUP BY of all columns, as in Spark: append mode waits for the watermark, update mode gives a row in every
 * batch that has it. (`distinct()` of a DataFrame is a deduplication in Spark too: its rows come at once, each once.)
 */
export function distinct(input: AnalyzedPlan, context: QueryContext): AnalyzedPlan {
  if (!isStreaming(input)) return analyze({ kind: "deduplicate", columns: null, withinWatermark: false, input }, context);
  const columns = outputOf(input);
  return analyze({ kind: "aggregate", grouping: columns, aggregates: columns, input }, context);
}
