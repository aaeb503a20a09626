import type { LogicalPlan } from "../logicalPlan.js";

/** A rewriting that means the same. Applying it again to its own result changes nothing once `optimize` is through. */
export interface Rule {
  readonly name: string;
  apply(plan: LogicalPlan): LogicalPlan;
}
