import { types } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { literal, type Expression } from "../../expression/expression.js";
import { oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** TABLESAMPLE: about a fraction of the rows, drawn from a seed. */
export interface Sample<Plan> {
  readonly kind: "sample";
  readonly fraction: number;
  readonly seed: number;
  /** Random: whether a row is drawn. */
  readonly condition: Expression;
  readonly input: Plan;
}

/** As in Spark a row is drawn when its random number is below the fraction. @throws INVALID_SAMPLE_FRACTION */
export function sampleOf<Plan>(fraction: number, seed: number, input: Plan): Sample<Plan> {
  if (!(fraction >= 0 && fraction <= 1)) throw new StreamingError("INVALID_SAMPLE_FRACTION", { fraction: String(fraction) });
  const drawn: Expression = {
    kind: "call",
    name: "rand",
    args: [literal(BigInt(seed), types.long)],
    type: types.double,
    nullable: false,
    evalMode: "ansi",
  };
  const args = [drawn, literal(fraction, types.double)];
  const condition: Expression = { kind: "call", name: "<", args, type: types.boolean, nullable: false, evalMode: "ansi" };
  return { kind: "sample", fraction, seed, condition, input };
}

export const sample: NodeFacts<Sample<Input>> = {
  kind: "sample",
  ...oneInput,
  ...sameColumns,
  ...stateless,
  expressions: ({ condition }) => [condition],
  withExpressions: (node, [condition]) => ({ ...node, condition: condition! }),
  // Which rows are drawn depends on how many come before them.
  letsFilterPass: () => false,
  refusal: (_, { streams }) => (streams[0]! ? new StreamingError("STREAMING_SAMPLE") : null),
  explain: ({ fraction, seed }) => `Sample ${fraction}, seed ${seed}`,
};
