import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { isStreaming } from "../../plan/streamingPlan.js";
import type { PlanContext, Planning } from "./context.js";

/** LIMIT: of a table, of what a batch gives in complete mode, or of all that a stream gives. */
export function* planLimit(node: NodeOf<"limit">, context: PlanContext): Planning {
  const [input, output] = [yield node.input, outputOf(node)];
  const { count } = node;
  if (context.outputMode === null || context.outputMode === "complete" || !isStreaming(node))
    return { kind: "limit", count, input, output };
  return { kind: "streamLimit", spec: { operatorId: node.operatorId ?? "limit", count }, input, output };
}
