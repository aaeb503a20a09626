import type { Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { oneInput, sameColumns, stateless, type Input, type NodeFacts } from "./facts.js";

/** WHERE: the rows for which the condition is true. */
export interface Filter<Plan> {
  readonly kind: "filter";
  readonly condition: Expression;
  readonly input: Plan;
}

export const filter: NodeFacts<Filter<Input>> = {
  kind: "filter",
  ...oneInput,
  ...sameColumns,
  ...stateless,
  expressions: ({ condition }) => [condition],
  withExpressions: (node, [condition]) => ({ ...node, condition: condition! }),
  // Two filters become one condition instead.
  letsFilterPass: () => false,
  explain: ({ condition }) => `Filter ${sqlText(condition)}`,
};
