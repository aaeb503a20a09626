import type { Attribute } from "../../expression/expression.js";
import { noExpressions, noInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** A query of WITH RECURSIVE: the rows of its anchor, then those of the step over the rows that were new last, until there are none. It is run before the plan it is in. */
export interface Recursion<Plan> {
  readonly kind: "recursion";
  readonly anchor: Plan;
  readonly step: Plan;
  /** The WorkTable of the step that stands for the rows that were new last. */
  readonly workTable: number;
  readonly maxDepth: number;
  readonly output: readonly Attribute[];
}

/** The rows that the last round of a recursion gave. */
export interface WorkTable {
  readonly kind: "workTable";
  readonly id: number;
  readonly output: readonly Attribute[];
}

export const recursion: NodeFacts<Recursion<Input>> = {
  kind: "recursion",
  ...noExpressions,
  ...stateless,
  children: ({ anchor, step }) => [anchor, step],
  withChildren: (node, [anchor, step]) => ({ ...node, anchor: anchor!, step: step! }),
  defined: ({ output }) => output,
  withDefined: (node, output) => ({ ...node, output }),
  output: ({ output }) => output,
  onlyExpressions: false,
  origins: () => [],
  conditionsHoldIn: "each",
  letsFilterPass: () => false,
  // Every column may be read by the next round.
  narrow: (node) => node,
  explain: ({ maxDepth, output }) => `Recursion ${maxDepth} ${columnsText(output)}`,
};

export const workTable: NodeFacts<WorkTable> = {
  kind: "workTable",
  ...noInput,
  ...noExpressions,
  ...stateless,
  narrow: (node) => node,
  explain: ({ output }) => `WorkTable ${columnsText(output)}`,
};
