import { notYetSupported } from "../../errors/streamingError.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import { indexOf } from "./columns.js";
import type { PlanContext } from "./context.js";

/** dropDuplicates, of a stream or of a table. */
export function planDeduplicate(node: NodeOf<"deduplicate">, context: PlanContext): PhysicalNode {
  if (node.withinWatermark) throw notYetSupported("dropDuplicatesWithinWatermark");
  const input = context.plan(node.input);
  const keyAttributes = node.keys ?? outputOf(node);
  const keys = keyAttributes.map((key) => indexOf(input.output, key));
  const time = input.output.findIndex(({ eventTime }) => eventTime !== undefined);
  const eventTime = time < 0 ? null : time;
  const expires = eventTime !== null && keys.includes(eventTime);
  const { partitions } = context;
  const spec = { operatorId: node.operatorId ?? "deduplicate", partitions, keys, keyAttributes, eventTime, expires };
  return { kind: "deduplicate", spec, input, output: outputOf(node) };
}
