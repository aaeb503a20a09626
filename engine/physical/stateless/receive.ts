import { noExpressions, noInputs, stateless, type NodeBase, type PhysicalFacts } from "../nodeFacts.js";

/** Rows that another fragment of the plan gives. No operator: whoever runs the fragment feeds the pipeline with them. */
export interface ReceiveNode extends NodeBase {
  readonly kind: "receive";
  readonly exchange: string;
}

export const receive: PhysicalFacts<ReceiveNode> = {
  kind: "receive",
  ...noInputs,
  ...noExpressions,
  ...stateless,
  gathers: () => false,
  explain: ({ exchange }) => `Receive ${exchange}`,
};
