import type { Attribute, Expression } from "../../expression/expression.js";
import { sqlText } from "../sqlText.js";
import { addedColumns, oneInput, stateless, type Columns, type Input, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** explode and its family: each row joined with the rows that a generator makes of it. */
export interface Generate<Plan> {
  readonly kind: "generate";
  readonly generator: Expression;
  readonly outer: boolean;
  readonly generated: readonly Attribute[];
  /** Which columns of the input, by id, are repeated beside the generated ones; null: all of them. An array that is exploded seldom is. */
  readonly repeated: readonly number[] | null;
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
  output: ({ generated, repeated }, inputs): Columns => [
    ...inputs[0]!.filter(({ id }) => repeated === null || repeated.includes(id)),
    ...generated,
  ],
  narrow: (node, asked) => {
    const repeated = node.repeated === null ? [...asked] : node.repeated.filter((id) => asked.has(id));
    return repeated.length === node.repeated?.length ? node : { ...node, repeated };
  },
  expressions: ({ generator }) => [generator],
  withExpressions: (node, [generator]) => ({ ...node, generator: generator! }),
  explain: ({ generator, outer, generated }) => `Generate ${sqlText(generator)}${outer ? " outer" : ""} ${columnsText(generated)}`,
};
