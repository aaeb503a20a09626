import { StreamingError } from "../../errors/streamingError.js";
import { noExpressions, oneInput, operatorText, sameColumns, type Input, type NodeFacts } from "./facts.js";

/** LIMIT: of a stream, the first rows of all its batches. */
export interface Limit<Plan> {
  readonly kind: "limit";
  readonly count: number;
  readonly input: Plan;
  readonly operatorId?: string;
  /** Its operator's id where the query says it (`.id(…)`). */
  readonly ownId?: string;
}

export const limit: NodeFacts<Limit<Input>> = {
  kind: "limit",
  ...oneInput,
  ...sameColumns,
  ...noExpressions,
  letsFilterPass: () => false,
  operatorKind: (_, [streams]) => (streams ? "limit" : null),
  keepsState: () => false,
  emitsChanges: () => false,
  refusal: (_, { streams, outputMode }) =>
    streams[0]! && outputMode === "update" ? new StreamingError("STREAMING_LIMIT_IN_UPDATE_MODE") : null,
  explain: (node) => `Limit ${node.count}${operatorText(node)}`,
};
