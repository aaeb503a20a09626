import { noExpressions, oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** `df.alias("l")`, `FROM t AS l`. */
export interface SubqueryAlias<Plan> {
  readonly kind: "subqueryAlias";
  readonly alias: string;
  readonly input: Plan;
}

export const subqueryAlias: NodeFacts<SubqueryAlias<Input>> = {
  kind: "subqueryAlias",
  ...oneInput,
  ...sameColumns,
  ...noExpressions,
  ...stateless,
  output: ({ alias }, [columns]) => columns!.map((attribute) => ({ ...attribute, qualifier: [alias] })),
  letsFilterPass: () => true,
  explain: ({ alias }) => `SubqueryAlias ${alias}`,
};
