import { assert } from "../../errors/assert.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import type { BoundAggregate } from "../stateful/aggregateSpec.js";
import { eventTimeOf } from "./groupings.js";
import { ArgumentColumns, bindAggregate } from "./argumentColumns.js";
import type { PlanContext, Planning } from "./context.js";
import { attributeOf, planProject } from "./project.js";

/** An aggregation that says what changed, over a projection of its groupings and arguments. */
export function* planChangeAggregate(node: NodeOf<"changeAggregate">, context: PlanContext): Planning {
  const { operatorId, aggregates, live, change } = node;
  const grouping = node.grouping.map(attributeOf);
  const columns = new ArgumentColumns(node.grouping.map((e) => (e.kind === "alias" ? e.child : e)));
  const bound = aggregates.map((alias): BoundAggregate => {
    assert(alias.child.kind === "aggregateCall", "an aggregation has aggregate calls");
    return bindAggregate(alias.child, columns);
  });
  const eventTime = eventTimeOf(grouping, null);
  const results = aggregates.map(attributeOf);
  const spec = {
    operatorId,
    partitions: context.partitions,
    grouping,
    window: null,
    session: null,
    eventTime,
    aggregates: bound,
    outputMode: "changes",
    // Where rows are taken back groups go with their last row, and those below let go of theirs.
    ttlMs: live === null && grouping.length > 0 && eventTime === null ? context.stateTtlMs : null,
    output: [...grouping, ...results],
  } as const;
  // The one group of an aggregation without keys is there whatever comes in.
  const place = live === null || grouping.length === 0 ? null : aggregates.findIndex(({ id }) => id === live);
  const input = planProject(null, columns.expressions, yield node.input, null);
  return { kind: "changeAggregate", spec, live: place, input, output: [...grouping, ...results, change] };
}
