import type { Alias, Attribute, Expression } from "../../expression/expression.js";
import { attributeOf, definitionsOf } from "../attributeOf.js";
import { oneInput, stateless, type Columns, type Input } from "./facts.js";

/** GROUP BY whose groups come out with a sign, and are taken back when they change. */
export interface GroupedChanges<Plan> {
  readonly operatorId: string;
  /** Attributes and aliases. */
  readonly grouping: readonly Expression[];
  /** Aliases over aggregate calls. */
  readonly aggregates: readonly Alias[];
  /** 1 beside a row that is so now, −1 beside one that is not so any more. */
  readonly change: Attribute;
  readonly input: Plan;
}

/** What all such nodes have in common. */
export const groupedChanges = {
  ...oneInput,
  ...stateless,
  defined: ({ change }: GroupedChanges<Input>) => [change],
  withDefined: <N extends GroupedChanges<Input>>(node: N, [change]: Columns): N => ({ ...node, change: change! }),
  expressions: ({ grouping, aggregates }: GroupedChanges<Input>) => [...grouping, ...aggregates],
  withExpressions: <N extends GroupedChanges<Input>>(node: N, expressions: readonly Expression[]): N => ({
    ...node,
    grouping: expressions.slice(0, node.grouping.length),
    aggregates: expressions.slice(node.grouping.length) as readonly Alias[],
  }),
  output: ({ grouping, aggregates, change }: GroupedChanges<Input>) => [
    ...grouping.map(attributeOf),
    ...aggregates.map(attributeOf),
    change,
  ],
  onlyExpressions: false,
  origins: ({ grouping }: GroupedChanges<Input>) => {
    const definitions = definitionsOf(grouping);
    const keys = new Set(grouping.flatMap((e) => (e.kind === "attribute" ? [e.id] : [])));
    return [(column: Attribute) => definitions.get(column.id) ?? (keys.has(column.id) ? column : null)];
  },
  letsFilterPass: () => false,
  narrow: <N>(node: N): N => node,
  operatorKind: () => "aggregate",
  keepsState: () => true,
  emitsChanges: () => true,
} as const;
