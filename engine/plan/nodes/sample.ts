import { StreamingError } from "../../errors/streamingError.js";
import { noExpressions, oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** TABLESAMPLE: about a fraction of the rows, drawn from a seed. */
export interface Sample<Plan> {
  readonly kind: "sample";
  readonly fraction: number;
  readonly seed: number;
  readonly input: Plan;
}

export const sample: NodeFacts<Sample<Input>> = {
  kind: "sample",
  ...oneInput,
  ...sameColumns,
  ...noExpressions,
  ...stateless,
  // Which rows are drawn depends on how many come before them.
  letsFilterPass: () => false,
  refusal: (_, { streams }) => (streams[0]! ? new StreamingError("STREAMING_SAMPLE") : null),
  explain: ({ fraction, seed }) => `Sample ${fraction}, seed ${seed}`,
};
