import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import type { PhysicalNode } from "../plan.js";
import type { KeyExpiry } from "../stateful/deduplicateSpec.js";
import { indexOf } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";

/** dropDuplicates, of a stream or of a table. */
export function* planDeduplicate(node: NodeOf<"deduplicate">, context: PlanContext): Planning {
  const input = yield node.input;
  const keyAttributes = node.keys ?? outputOf(node);
  const keys = keyAttributes.map((key) => indexOf(input.output, key));
  const time = input.output.findIndex(({ eventTime }) => eventTime !== undefined);
  const eventTime = time < 0 ? null : time;
  const { partitions } = context;
  const operatorId = node.operatorId ?? "deduplicate";
  const spec = { operatorId, partitions, keys, keyAttributes, eventTime, expiry: expiryOf(node, input, keys, eventTime) };
  return { kind: "deduplicate", spec, input, output: outputOf(node) };
}

function expiryOf(node: NodeOf<"deduplicate">, input: PhysicalNode, keys: readonly number[], eventTime: number | null): KeyExpiry {
  if (eventTime === null) return { kind: "never" };
  if (node.withinWatermark) return { kind: "within", delayMs: input.output[eventTime]!.eventTime!.delayMs };
  return keys.includes(eventTime) ? { kind: "time" } : { kind: "never" };
}
