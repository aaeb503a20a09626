import type { ChunkSizes } from "../engine/contract/chunkSizes.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { explainText, type ExplainMode } from "../engine/physical/explain.js";
import type { PlanRoot } from "../engine/physical/plan.js";
import { planPhysical } from "../engine/physical/planner/planner.js";
import type { AnalyzedPlan, OptimizedPlan } from "../engine/plan/logicalPlan.js";
import { optimize } from "../engine/plan/optimizer/optimize.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";

/** The text of a plan that is not running: a stream as it would run in append mode. */
export function explainFrame(analyzed: AnalyzedPlan, partitions: number, chunks: ChunkSizes, mode: ExplainMode): string {
  const optimized = optimize(analyzed);
  return explainText({ analyzed, optimized, physical: physicalOf(optimized, isStreaming(analyzed), partitions), chunks }, mode);
}

function physicalOf(optimized: OptimizedPlan, streaming: boolean, partitions: number): readonly PlanRoot[] | string {
  try {
    return planPhysical(optimized, streaming ? "append" : null, partitions).roots;
  } catch (error) {
    // What cannot run has no operators: the plan is explained all the same.
    if (error instanceof StreamingError && error.condition === "NOT_YET_SUPPORTED") return error.message;
    throw error;
  }
}
