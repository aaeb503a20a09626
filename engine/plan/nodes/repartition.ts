import { noExpressions, oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** A hint about partitions; changes nothing in the answer. */
export interface Repartition<Plan> {
  readonly kind: "repartition";
  readonly partitions: number;
  readonly input: Plan;
}

export const repartition: NodeFacts<Repartition<Input>> = {
  kind: "repartition",
  ...oneInput,
  ...sameColumns,
  ...noExpressions,
  ...stateless,
  letsFilterPass: () => true,
  explain: ({ partitions }) => `Repartition ${partitions}`,
};
