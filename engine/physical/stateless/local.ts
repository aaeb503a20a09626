import type { Batch } from "../../arrow/batch.js";
import { noExpressions, namesOf, noInputs, stateless, type NodeBase, type PhysicalFacts } from "../nodeFacts.js";

/** Rows that the plan itself holds. No operator: the pipeline is fed with them. */
export interface LocalNode extends NodeBase {
  readonly kind: "local";
  readonly batch: Batch;
}

export const local: PhysicalFacts<LocalNode> = {
  kind: "local",
  ...noExpressions,
  ...noInputs,
  ...stateless,
  gathers: () => false,
  explain: ({ output, batch }) => `LocalTableScan ${namesOf(output)}, ${batch.length} rows`,
};
