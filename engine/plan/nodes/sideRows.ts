import type { Attribute } from "../../expression/expression.js";
import { noExpressions, noInput, stateless, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** The rows of a query that go beside its result: those that are late, or the records that are malformed. What a side output is made of. */
export interface SideRows {
  readonly kind: "sideRows";
  /** The id of the output. */
  readonly outputId: string;
  readonly output: readonly Attribute[];
}

export const sideRows: NodeFacts<SideRows> = {
  kind: "sideRows",
  ...noInput,
  ...noExpressions,
  ...stateless,
  narrow: (node) => node,
  explain: ({ outputId, output }) => `SideRows ${outputId} ${columnsText(output)}`,
};
