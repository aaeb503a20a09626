import { StreamingError } from "../engine/errors/streamingError.js";
import { explainPhysical } from "../engine/physical/explain.js";
import { planPhysical } from "../engine/physical/planner/planner.js";
import { explainPlan } from "../engine/plan/explain.js";
import type { AnalyzedPlan, OptimizedPlan } from "../engine/plan/logicalPlan.js";
import { optimize } from "../engine/plan/optimizer/optimize.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";

/** What `explain` shows: the operators that run, or the logical plans before them too. */
export type ExplainMode = "simple" | "extended";

const modes: readonly ExplainMode[] = ["simple", "extended"];

/** The mode that Spark's words for it mean. @throws INVALID_OPTION_VALUE */
export function explainMode(given: boolean | string): ExplainMode {
  if (typeof given === "boolean") return given ? "extended" : "simple";
  const mode = modes.find((known) => known === given.toLowerCase());
  if (mode !== undefined) return mode;
  throw new StreamingError("INVALID_OPTION_VALUE", {
    owner: "explain",
    option: "mode",
    value: given,
    expected: `one of ${modes.join(", ")}`,
  });
}

/** The text of plans that are there. */
export function explainText(analyzed: AnalyzedPlan, optimized: OptimizedPlan, physical: string, mode: ExplainMode): string {
  const sections = [["Physical Plan", physical]];
  if (mode === "extended")
    sections.unshift(["Analyzed Logical Plan", explainPlan(analyzed)], ["Optimized Logical Plan", explainPlan(optimized)]);
  return sections.map(([title, text]) => `== ${title} ==\n${text}`).join("\n\n");
}

/** The text of a plan that is not running: a stream as it would run in append mode. */
export function explainFrame(analyzed: AnalyzedPlan, partitions: number, mode: ExplainMode): string {
  const optimized = optimize(analyzed);
  return explainText(analyzed, optimized, physicalText(optimized, isStreaming(analyzed), partitions), mode);
}

function physicalText(optimized: OptimizedPlan, streaming: boolean, partitions: number): string {
  try {
    return explainPhysical(planPhysical(optimized, streaming ? "append" : null, partitions).roots);
  } catch (error) {
    // What cannot run has no operators: the plan is explained all the same.
    if (error instanceof StreamingError && error.condition === "NOT_YET_SUPPORTED") return error.message;
    throw error;
  }
}
