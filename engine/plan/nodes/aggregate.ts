import { StreamingError } from "../../errors/streamingError.js";
import type { Expression } from "../../expression/expression.js";
import { someExpression } from "../../expression/traverse.js";
import { attributeOf, definitionsOf } from "../attributeOf.js";
import { definesNothing, oneInput, operatorText, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** GROUP BY. After analysis `grouping` are attributes or aliases, `aggregates` the output list (attributes of the grouping and aliases over aggregate calls). */
export interface Aggregate<Plan> {
  readonly kind: "aggregate";
  readonly grouping: readonly Expression[];
  readonly aggregates: readonly Expression[];
  readonly input: Plan;
  readonly operatorId?: string;
  /** Its operator's id where the query says it (`.id(…)`). */
  readonly ownId?: string;
  /** One that Spark makes of two, one above the other (PIVOT over numbers): a stream refuses what it refuses of two. */
  readonly ofTwo?: boolean;
}

export const aggregate: NodeFacts<Aggregate<Input>> = {
  kind: "aggregate",
  ...oneInput,
  ...definesNothing,
  expressions: ({ grouping, aggregates }) => [...grouping, ...aggregates],
  withExpressions: (node, expressions) => ({
    ...node,
    grouping: expressions.slice(0, node.grouping.length),
    aggregates: expressions.slice(node.grouping.length),
  }),
  output: ({ aggregates }) => aggregates.map(attributeOf),
  onlyExpressions: true,
  origins: ({ grouping }) => {
    const definitions = definitionsOf(grouping);
    const keys = new Set(grouping.flatMap((e) => (e.kind === "attribute" ? [e.id] : [])));
    return [(column) => definitions.get(column.id) ?? (keys.has(column.id) ? column : null)];
  },
  // Without columns it is about the one row of an aggregation without keys, which is there whatever comes in.
  letsFilterPass: (_, columns) => columns.size > 0,
  // What an aggregation keeps as state does not depend on what is done with its result.
  narrow: (node) => node,
  operatorKind: (_, [streams]) => (streams ? "aggregate" : "batch-aggregate"),
  keepsState: (_, [streams]) => streams!,
  emitsChanges: (_, [streams]) => streams!,
  refusal: ({ aggregates }, { streams }) =>
    streams[0]! && aggregates.some(isDistinct) ? new StreamingError("STREAMING_DISTINCT_AGGREGATION") : null,
  explain: (node) => `Aggregate ${listText(node.grouping)} ${listText(node.aggregates)}${operatorText(node)}`,
};

function isDistinct(e: Expression): boolean {
  return someExpression(e, (part) => part.kind === "aggregateCall" && part.distinct);
}
