import type { Expression } from "../../expression/expression.js";
import { isDeterministic } from "../../expression/determinism.js";
import { attributeOf, definitionsOf } from "../attributeOf.js";
import { definesNothing, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** SELECT: each expression an attribute or an alias, once it is analyzed. */
export interface Project<Plan> {
  readonly kind: "project";
  readonly expressions: readonly Expression[];
  readonly input: Plan;
}

export const project: NodeFacts<Project<Input>> = {
  kind: "project",
  ...oneInput,
  ...definesNothing,
  ...stateless,
  expressions: ({ expressions }) => expressions,
  withExpressions: (node, expressions) => ({ ...node, expressions }),
  output: ({ expressions }) => expressions.map(attributeOf),
  onlyExpressions: true,
  origins: ({ expressions }) => {
    const definitions = definitionsOf(expressions);
    return [(column) => definitions.get(column.id) ?? column];
  },
  letsFilterPass: () => true,
  // How often a random expression is asked does not depend on who looks at its answer.
  narrow: (node, asked) => {
    const expressions = node.expressions.filter(
      (e) => ((e.kind === "alias" || e.kind === "attribute") && asked.has(e.id)) || !isDeterministic(e),
    );
    return expressions.length === node.expressions.length ? node : { ...node, expressions };
  },
  explain: ({ expressions }) => `Project ${listText(expressions)}`,
};
