import type { Attribute, Expression, SortOrder } from "../../expression/expression.js";
import { oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** The first rows of each partition, of a query in output mode `changes`: `row_number() OVER (PARTITION BY … ORDER BY …) <= n` and its like. */
export interface TopRows<Plan> {
  readonly kind: "topRows";
  readonly operatorId: string;
  readonly ranks: "row_number" | "rank" | "dense_rank";
  readonly partition: readonly Expression[];
  readonly order: readonly SortOrder[];
  readonly limit: number;
  /** The column that the rank comes out in; null where nobody asks for it. */
  readonly rank: Attribute | null;
  /** The column of the input that says 1 or −1; null where every row is new. */
  readonly taken: Attribute | null;
  /** The same of what comes out. */
  readonly change: Attribute;
  /** The column that says of a row that it is none of those: it passes as it is. Null where there are no such rows. */
  readonly passing: Attribute | null;
  readonly input: Plan;
}

export const topRows: NodeFacts<TopRows<Input>> = {
  kind: "topRows",
  ...oneInput,
  ...stateless,
  defined: ({ rank, change }) => (rank === null ? [change] : [rank, change]),
  withDefined: (node, defined) => ({ ...node, rank: node.rank === null ? null : defined[0]!, change: defined.at(-1)! }),
  expressions: ({ partition, order }) => [...partition, ...order],
  withExpressions: (node, expressions) => ({
    ...node,
    partition: expressions.slice(0, node.partition.length),
    order: expressions.slice(node.partition.length) as readonly SortOrder[],
  }),
  output: ({ rank, taken, change }, [columns]) => [
    ...columns!.filter(({ id }) => id !== taken?.id),
    ...(rank === null ? [] : [rank]),
    change,
  ],
  onlyExpressions: false,
  origins: ({ rank, change }) => [(column) => (column.id === change.id || column.id === rank?.id ? null : column)],
  letsFilterPass: () => false,
  narrow: (node) => node,
  operatorKind: () => "topRows",
  keepsState: () => true,
  emitsChanges: () => true,
  explain: ({ ranks, limit, partition, order, operatorId }) =>
    `TopRows ${ranks} <= ${limit} ${listText(partition)} ${listText(order)} (${operatorId})`,
};
