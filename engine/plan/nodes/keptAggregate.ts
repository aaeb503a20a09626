import type { Alias, Attribute, Expression } from "../../expression/expression.js";
import { attributeOf, definitionsOf } from "../attributeOf.js";
import { oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/**
 * GROUP BY of a query whose output mode is `changes`, over rows that are taken back, with aggregates that no row can be subtracted from, or by sessions, which merge and part: the
 * rows are kept, and a group that changes is aggregated anew.
 */
export interface KeptAggregate<Plan> {
  readonly kind: "keptAggregate";
  readonly operatorId: string;
  /** Attributes and aliases. */
  readonly grouping: readonly Expression[];
  /** Aliases over aggregate calls. */
  readonly aggregates: readonly Alias[];
  /** The column of the input that says 1 or −1; null where every row is new. */
  readonly taken: Attribute | null;
  /** The same of what comes out. */
  readonly change: Attribute;
  readonly input: Plan;
}

export const keptAggregate: NodeFacts<KeptAggregate<Input>> = {
  kind: "keptAggregate",
  ...oneInput,
  ...stateless,
  defined: ({ change }) => [change],
  withDefined: (node, [change]) => ({ ...node, change: change! }),
  expressions: ({ grouping, aggregates }) => [...grouping, ...aggregates],
  withExpressions: (node, expressions) => ({
    ...node,
    grouping: expressions.slice(0, node.grouping.length),
    aggregates: expressions.slice(node.grouping.length) as readonly Alias[],
  }),
  output: ({ grouping, aggregates, change }) => [...grouping.map(attributeOf), ...aggregates.map(attributeOf), change],
  onlyExpressions: false,
  origins: ({ grouping }) => {
    const definitions = definitionsOf(grouping);
    const keys = new Set(grouping.flatMap((e) => (e.kind === "attribute" ? [e.id] : [])));
    return [(column) => definitions.get(column.id) ?? (keys.has(column.id) ? column : null)];
  },
  letsFilterPass: () => false,
  narrow: (node) => node,
  operatorKind: () => "aggregate",
  keepsState: () => true,
  emitsChanges: () => true,
  explain: ({ grouping, aggregates, operatorId }) => `KeptAggregate ${listText(grouping)} ${listText(aggregates)} (${operatorId})`,
};
