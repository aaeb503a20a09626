import type { Input, NodeFacts } from "./facts.js";
import { groupedChanges, type GroupedChanges } from "./groupedChanges.js";
import { listText } from "./text.js";

/** GROUP BY of a query whose output mode is `changes`: what of a group was true before the batch is taken back when something else is true after it. */
export interface ChangeAggregate<Plan> extends GroupedChanges<Plan> {
  readonly kind: "changeAggregate";
  /** The id of the aggregate that counts the rows of a group, which is gone when there are none; null where rows are never taken back. */
  readonly live: number | null;
}

export const changeAggregate: NodeFacts<ChangeAggregate<Input>> = {
  kind: "changeAggregate",
  ...groupedChanges,
  explain: ({ grouping, aggregates, operatorId }) => `ChangeAggregate ${listText(grouping)} ${listText(aggregates)} (${operatorId})`,
};
