import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { addedColumns, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** explode and its family: each row joined with the rows that a generator makes of it. */
export interface Generate<Plan> {
  readonly kind: "generate";
  readonly generator: Expression;
  readonly outer: boolean;
  readonly generated: readonly Attribute[];
  readonly input: Plan;
}

export const generate: NodeFacts<Generate<Input>> = {
  kind: "generate",
  ...oneInput,
  ...stateless,
  ...addedColumns<Generate<Input>>(
    ({ generated }) => generated,
    (node, generated) => ({ ...node, generated }),
  ),
  expressions: ({ generator }) => [generator],
  withExpressions: (node, [generator]) => ({ ...node, generator: generator! }),
  explain: ({ generator, outer, generated }) => `Generate ${sqlText(generator)}${outer ? " outer" : ""} ${columnsText(generated)}`,
};
