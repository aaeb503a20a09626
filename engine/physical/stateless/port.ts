import { noExpressions, oneInput, stateless, type NodeBase, type PhysicalFacts } from "../nodeFacts.js";

/** What an operator gives on another port than the main one. No operator: the pipeline wires the port of its input to whoever reads this node. */
export interface PortNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "port";
  readonly port: number;
  readonly input: Plan;
}

export const port: PhysicalFacts<PortNode> = {
  kind: "port",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ port: number }) => `Port ${number}`,
};
