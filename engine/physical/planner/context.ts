import type { OutputMode } from "../../contract/sink.js";
import type { Attribute } from "../../expression/expression.js";
import type { LogicalPlan, NodeKind, NodeOf } from "../../plan/logicalPlan.js";
import type { PhysicalNode } from "../plan.js";
import type { ScanNode } from "../stateless/scan.js";

/** What the planner is told beside the plan. */
export interface PlanContext {
  /** Null for a bounded query. */
  readonly outputMode: OutputMode | null;
  /** State partitions of a stateful operator. */
  readonly partitions: number;
  /** How long state is kept that nothing else bounds, by the logged time of the batches; null: for ever. */
  readonly stateTtlMs: number | null;
  /** Gives a streaming scan its place in the plan, and in the offset log. */
  readonly addSource: (scanOf: (source: number) => ScanNode) => ScanNode;
  /** What goes beside the result of the plan that this one is a side output of. */
  readonly sideRows: (outputId: string, output: readonly Attribute[]) => PhysicalNode;
}

/** Plans a node in steps: each input that it yields comes back planned (`descend`). */
export type Planning = Generator<LogicalPlan, PhysicalNode, PhysicalNode>;

/** Plans the nodes of one kind; those without inputs need no steps. */
export type Planner<K extends NodeKind> = (node: NodeOf<K>, context: PlanContext) => Planning | PhysicalNode;

/** A planner for each kind of logical node. */
export type Planners = { readonly [K in NodeKind]: Planner<K> };
