import type { Expression } from "../expression/expression.js";
import type { LogicalPlan } from "./logicalPlan.js";

/** The inputs of a node. */
export function childrenOf(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case "read":
    case "localRelation":
      return [];
    case "join":
      return [plan.left, plan.right];
    case "setOperation":
      return plan.inputs;
    default:
      return [plan.input];
  }
}

/** The node over other inputs; the node itself when they are the ones it has. */
export function withChildren(plan: LogicalPlan, children: readonly LogicalPlan[]): LogicalPlan {
  if (childrenOf(plan).every((child, i) => child === children[i])) return plan;
  switch (plan.kind) {
    case "read":
    case "localRelation":
      return plan;
    case "join":
      return { ...plan, left: children[0]!, right: children[1]! };
    case "setOperation":
      return { ...plan, inputs: children };
    default:
      return { ...plan, input: children[0]! };
  }
}

/** Applies `rewrite` to the inputs first, then to the node over the rewritten inputs. */
export function transformUp(plan: LogicalPlan, rewrite: (node: LogicalPlan) => LogicalPlan): LogicalPlan {
  return rewrite(
    withChildren(
      plan,
      childrenOf(plan).map((child) => transformUp(child, rewrite)),
    ),
  );
}

/** Applies `rewrite` to the node first, then to the inputs of what it gave. */
export function transformDown(plan: LogicalPlan, rewrite: (node: LogicalPlan) => LogicalPlan): LogicalPlan {
  const node = rewrite(plan);
  return withChildren(
    node,
    childrenOf(node).map((child) => transformDown(child, rewrite)),
  );
}

/** The nodes, each before its inputs. */
export function* nodesOf(plan: LogicalPlan): Generator<LogicalPlan> {
  yield plan;
  for (const child of childrenOf(plan)) yield* nodesOf(child);
}

/** The nodes, each after its inputs. */
export function* nodesUp(plan: LogicalPlan): Generator<LogicalPlan> {
  for (const child of childrenOf(plan)) yield* nodesUp(child);
  yield plan;
}

/** The expressions that a node holds itself. */
export function expressionsOf(plan: LogicalPlan): readonly Expression[] {
  switch (plan.kind) {
    case "project":
      return plan.expressions;
    case "filter":
      return [plan.condition];
    case "aggregate":
      return [...plan.grouping, ...plan.aggregates];
    case "join":
      return plan.condition === null ? [] : [plan.condition];
    case "withWatermark":
      return [plan.column];
    case "timeWindow":
      return [plan.time];
    case "sessionWindow":
      return [plan.time, plan.gap];
    case "generate":
      return [plan.generator];
    case "deduplicate":
      return plan.keys ?? [];
    case "sort":
      return plan.order;
    default:
      return [];
  }
}
