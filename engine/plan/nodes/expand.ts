import type { Attribute, Expression } from "../../expression/expression.js";
import { oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** Each row several times, once through each projection: grouping sets, UNPIVOT. */
export interface Expand<Plan> {
  readonly kind: "expand";
  /** As many expressions each as there are columns of the output, of their types. */
  readonly projections: readonly (readonly Expression[])[];
  readonly output: readonly Attribute[];
  readonly input: Plan;
}

export const expand: NodeFacts<Expand<Input>> = {
  kind: "expand",
  ...oneInput,
  ...stateless,
  expressions: ({ projections }) => projections.flat(),
  withExpressions: (node, expressions) => {
    const width = node.output.length;
    return { ...node, projections: node.projections.map((_, i) => expressions.slice(i * width, (i + 1) * width)) };
  },
  defined: ({ output }) => output,
  withDefined: (node, output) => ({ ...node, output }),
  output: ({ output }) => output,
  onlyExpressions: true,
  origins: () => [() => null],
  letsFilterPass: () => false,
  narrow: (node, asked) => {
    const places = node.output.flatMap(({ id }, i) => (asked.has(id) ? [i] : []));
    if (places.length === node.output.length) return node;
    return {
      ...node,
      projections: node.projections.map((list) => places.map((i) => list[i]!)),
      output: places.map((i) => node.output[i]!),
    };
  },
  explain: ({ projections, output }) => `Expand ${projections.length} ${columnsText(output)}`,
};
