import { StreamingError } from "../../errors/streamingError.js";
import { noExpressions, oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** OFFSET: all but the first rows. */
export interface Offset<Plan> {
  readonly kind: "offset";
  readonly count: number;
  readonly input: Plan;
}

export const offset: NodeFacts<Offset<Input>> = {
  kind: "offset",
  ...oneInput,
  ...sameColumns,
  ...noExpressions,
  ...stateless,
  letsFilterPass: () => false,
  refusal: (_, { streams }) => (streams[0]! ? new StreamingError("STREAMING_OFFSET") : null),
  explain: ({ count }) => `Offset ${count}`,
};
