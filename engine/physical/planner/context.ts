import type { OutputMode } from "../../contract/sink.js";
import type { LogicalPlan } from "../../plan/logicalPlan.js";
import type { PhysicalNode } from "../plan.js";

/** What the planner is told beside the plan. */
export interface PlanContext {
  /** Null for a bounded query. */
  readonly outputMode: OutputMode | null;
  /** State partitions of a stateful operator. */
  readonly partitions: number;
  /** Plans an input. */
  readonly plan: (node: LogicalPlan) => PhysicalNode;
}
