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
  const { partitions, stateTtlMs } = context;
  const kept: KeyExpiry = stateTtlMs === null ? { kind: "never" } : { kind: "ttl", ttlMs: stateTtlMs };
  const operatorId = node.operatorId ?? "deduplicate";
  const spec = { operatorId, partitions, keys, keyAttributes, eventTime, expiry: expiryOf(node, input, keys, eventTime) ?? kept };
  return { kind: "deduplicate", spec, input, output: outputOf(node) };
}

/** What the watermark says of when a key is forgotten; null: nothing. */
function expiryOf(node: NodeOf<"deduplicate">, input: PhysicalNode, keys: readonly number[], eventTime: number | null): KeyExpiry | null {
  if (eventTime === null) return null;
  if (node.withinWatermark) return { kind: "within", delayMs: input.output[eventTime]!.eventTime!.delayMs };
  return keys.includes(eventTime) ? { kind: "time" } : null;
}
