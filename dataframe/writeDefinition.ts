import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";

/** What `mode` takes. */
export const saveModes = ["append", "overwrite", "errorifexists", "error", "ignore"] as const;

/** What happens when the target exists already. `error` is short for `errorifexists`. */
export type SaveMode = (typeof saveModes)[number];

/** A bounded write, not yet run. Plain data. */
export interface WriteDefinition {
  readonly plan: AnalyzedPlan;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly mode: Exclude<SaveMode, "error">;
  readonly partitionBy: readonly string[];
}

/** What `df.write` starts from. */
export function newWriteDefinition(plan: AnalyzedPlan): WriteDefinition {
  return { plan, format: "parquet", options: {}, mode: "errorifexists", partitionBy: [] };
}
