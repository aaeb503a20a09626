import type { Attribute } from "../../expression/expression.js";
import type { Input, NodeFacts } from "./facts.js";
import { groupedChanges, type GroupedChanges } from "./groupedChanges.js";
import { listText } from "./text.js";

/**
 * GROUP BY of a query whose output mode is `changes`, over rows that are taken back, with aggregates that no row can be subtracted from, or by sessions, which merge and part: the
 * rows are kept, and a group that changes is aggregated anew.
 */
export interface KeptAggregate<Plan> extends GroupedChanges<Plan> {
  readonly kind: "keptAggregate";
  /** The column of the input that says 1 or −1; null where every row is new. */
  readonly taken: Attribute | null;
}

export const keptAggregate: NodeFacts<KeptAggregate<Input>> = {
  kind: "keptAggregate",
  ...groupedChanges,
  explain: ({ grouping, aggregates, operatorId }) => `KeptAggregate ${listText(grouping)} ${listText(aggregates)} (${operatorId})`,
};
