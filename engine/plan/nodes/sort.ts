import { StreamingError } from "../../errors/streamingError.js";
import type { SortOrder } from "../../expression/expression.js";
import { oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** ORDER BY. */
export interface Sort<Plan> {
  readonly kind: "sort";
  readonly order: readonly SortOrder[];
  /** False for sortWithinPartitions. */
  readonly global: boolean;
  readonly input: Plan;
}

export const sort: NodeFacts<Sort<Input>> = {
  kind: "sort",
  ...oneInput,
  ...sameColumns,
  ...stateless,
  expressions: ({ order }) => order,
  withExpressions: (node, order) => ({ ...node, order: order as readonly SortOrder[] }),
  letsFilterPass: () => true,
  // Only a complete table has an order.
  refusal: (_, { streams, outputMode, aggregated }) =>
    streams[0]! && !(outputMode === "complete" && aggregated) ? new StreamingError("STREAMING_SORT") : null,
  explain: ({ order, global }) => `Sort ${listText(order)}${global ? "" : " within partitions"}`,
};
