import type { Alias, Attribute, Expression } from "../../expression/expression.js";
import { attributeOf, definitionsOf } from "../attributeOf.js";
import { oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** GROUP BY of a query whose output mode is `changes`: what of a group was true before the batch is taken back when something else is true after it. */
export interface ChangeAggregate<Plan> {
  readonly kind: "changeAggregate";
  readonly operatorId: string;
  /** Attributes and aliases. */
  readonly grouping: readonly Expression[];
  /** Aliases over aggregate calls. */
  readonly aggregates: readonly Alias[];
  /** The id of the aggregate that counts the rows of a group, which is gone when there are none; null where rows are never taken back. */
  readonly live: number | null;
  /** 1 beside a row that is so now, −1 beside one that is not so any more. */
  readonly change: Attribute;
  readonly input: Plan;
}

export const changeAggregate: NodeFacts<ChangeAggregate<Input>> = {
  kind: "changeAggregate",
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
  explain: ({ grouping, aggregates, operatorId }) => `ChangeAggregate ${listText(grouping)} ${listText(aggregates)} (${operatorId})`,
};
