import { noExpressions, oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** `df.alias("l")`, `FROM t AS l`. */
export interface SubqueryAlias<Plan> {
  readonly kind: "subqueryAlias";
  readonly alias: string;
  /** Of a table by name: its whole path, the alias last. */
  readonly path?: readonly string[];
  readonly input: Plan;
}

export const subqueryAlias: NodeFacts<SubqueryAlias<Input>> = {
  kind: "subqueryAlias",
  ...oneInput,
  ...sameColumns,
  ...noExpressions,
  ...stateless,
  // What a join left out of `*` is out of reach under another name.
  output: ({ alias, path }, [columns]) =>
    columns!.filter(({ hidden }) => hidden !== "key").map((attribute) => ({ ...attribute, qualifier: path ?? [alias] })),
  letsFilterPass: () => true,
  explain: ({ alias }) => `SubqueryAlias ${alias}`,
};
