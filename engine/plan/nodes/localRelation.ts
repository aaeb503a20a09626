import type { Batch } from "../../arrow/batch.js";
import type { Attribute } from "../../expression/expression.js";
import { noExpressions, noInput, stateless, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** Rows in memory. */
export interface LocalRelation {
  readonly kind: "localRelation";
  readonly batch: Batch;
  readonly output: readonly Attribute[];
}

export const localRelation: NodeFacts<LocalRelation> = {
  kind: "localRelation",
  ...noInput,
  ...noExpressions,
  ...stateless,
  // The batch is as wide as it is.
  narrow: (node) => node,
  explain: ({ output, batch }) => `LocalRelation ${columnsText(output)} ${batch.length} rows`,
};
