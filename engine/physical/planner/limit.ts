import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import type { PlanContext, Planning } from "./context.js";

/** LIMIT: of a table, of what a batch gives in complete mode, or of all that a stream gives. */
export function* planLimit(node: NodeOf<"limit">, context: PlanContext): Planning {
  const [input, output] = [yield node.input, outputOf(node)];
  const { count } = node;
  if (context.outputMode === null || context.outputMode === "complete")
    return { kind: "limit", count, input: firstOf(input, count), output };
  return { kind: "streamLimit", spec: { operatorId: node.operatorId ?? "limit", count }, input, output };
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
