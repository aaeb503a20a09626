import type { LogicalPlan } from "../logicalPlan.js";

/** A rewriting that means the same. Applying it again to its own result changes nothing once `optimize` is through. */
export interface Rule {
  readonly name: string;
  /** Whether it may write the arguments of random calls in another way, as long as they mean the same. */
  readonly foldsArguments?: boolean;
  apply(plan: LogicalPlan): LogicalPlan;
}
