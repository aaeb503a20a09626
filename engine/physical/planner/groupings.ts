import { sameType, windowType } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { descend, eachOf } from "../../plan/descend.js";
import type { LogicalPlan } from "../../plan/logicalPlan.js";
import { childrenOf } from "../../plan/transform.js";
import type { WindowSpec } from "../stateful/aggregateSpec.js";
import { attributeOf } from "./project.js";

/** Place of a grouping that is a session of the rows below, not one that an aggregation below has merged already; null when there is none. */
export function sessionOf(grouping: readonly Expression[], input: LogicalPlan): number | null {
  const sessions = sessionsOf(input);
  const place = grouping.map(childOf).findIndex((e) => e.kind === "attribute" && sessions.has(e.id));
  return place < 0 ? null : place;
}

/** The ids of columns that are sessions of single rows. */
function sessionsOf(plan: LogicalPlan): ReadonlySet<number> {
  return descend<LogicalPlan, ReadonlySet<number>>(plan, function* (node) {
    if (node.kind === "aggregate") return new Set();
    return sessionsFrom(node, yield* eachOf(childrenOf(node)));
  });
}

function sessionsFrom(plan: LogicalPlan, inputs: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const sessions = new Set(inputs.flatMap((ids) => [...ids]));
  if (plan.kind === "sessionWindow") sessions.add(plan.window.id);
  if (plan.kind !== "project") return sessions;
  for (const e of plan.expressions) {
    const child = childOf(e);
    if (child.kind === "attribute" && sessions.has(child.id)) sessions.add(attributeOf(e).id);
  }
  return sessions;
}

/** Place of a grouping that is an event time by itself. */
export function eventTimeOf(grouping: readonly Attribute[], window: WindowSpec | null): number | null {
  const place = grouping.findIndex(({ eventTime }, i) => eventTime !== undefined && i !== window?.index);
  if (place < 0) return null;
  const { type } = grouping[place]!;
  assert(type.kind === "timestamp" || sameType(type, windowType), "an event time is a timestamp or a window");
  return place;
}

/** What a grouping stands for, whatever its name. */
export function childOf(e: Expression): Expression {
  return e.kind === "alias" ? e.child : e;
}
