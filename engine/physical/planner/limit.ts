import type { LogicalPlan, NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { isStreaming } from "../../plan/streamingPlan.js";
import { nodesOf } from "../../plan/transform.js";
import type { PhysicalNode } from "../plan.js";
import type { PlanContext, Planning } from "./context.js";

/** LIMIT: of a table, of the groups that a batch gives anew in complete mode, or of all that a stream gives (Spark's `StreamingGlobalLimitStrategy`). */
export function* planLimit(node: NodeOf<"limit">, context: PlanContext): Planning {
  const [input, output] = [yield node.input, outputOf(node)];
  const { count } = node;
  const isGivenAnew = context.outputMode === "complete" && hasStreamingGroups(node.input);
  // Of no rows nothing need be known.
  if (context.outputMode === null || !isStreaming(node.input) || isGivenAnew || node.count === 0)
    return { kind: "limit", count, input: firstOf(input, count), output };
  return { kind: "streamLimit", spec: { operatorId: node.operatorId ?? "limit", count }, input, output };
}

function hasStreamingGroups(plan: LogicalPlan): boolean {
  return [...nodesOf(plan)].some((node) => node.kind === "aggregate" && isStreaming(node));
}

/** The most rows that a sort keeps beside the others to find the first of them. */
const mostFirst = 100_000;

/** A sort that need not keep more rows than are wanted of it. */
function firstOf(node: PhysicalNode, count: number): PhysicalNode {
  if (count > mostFirst) return node;
  if (node.kind === "sort") return { ...node, first: Math.min(count, node.first ?? count) };
  if (node.kind === "offset") return { ...node, input: firstOf(node.input, count + node.count) };
  return node.kind === "project" && node.filter === null ? { ...node, input: firstOf(node.input, count) } : node;
}
