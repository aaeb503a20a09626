import type { Batch } from "../../arrow/batch.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import type { OperatorParts } from "../nodeFacts.js";
import type { BatchFacts, Operator, StatefulOperator } from "../operator.js";
import { isLeaf, operatorFactsOf, streamInputsOf, type LeafNode, type PhysicalNode } from "../plan.js";
import { WatermarkOperator } from "../stateless/watermark.js";
import type { Route, WiredOperator } from "./driver.js";

/** The output that every plan has. */
export const mainOutput = "main";

/** Where rows enter a pipeline: what reads, and where its rows go. */
export interface Leaf {
  readonly node: LeafNode;
  readonly routes: readonly Route[];
}

/** The operators of a plan, wired to each other. Rows enter at the leaves, in their order, and come out under the id of an output. */
export interface Pipeline {
  readonly leaves: readonly Leaf[];
  /** Each after those that feed it. */
  readonly operators: readonly WiredOperator[];
  readonly stateful: readonly StatefulOperator[];
  readonly watermarks: readonly WatermarkOperator[];
  /** Starts a batch in all of them, upstream first. */
  begin(context: BatchFacts): void;
}

/** The rows of the tables that joins probe, by the node that gives them, read before the pipeline is built. */
export type Tables = ReadonlyMap<PhysicalNode, Batch>;

/** Makes the operators of a plan. */
export function buildPipeline(root: PhysicalNode, tables: Tables, chunks: ChunkSizes): Pipeline {
  let current: BatchFacts | null = null;
  const builder = new PipelineBuilder({ chunks, tableOf: (input) => tables.get(input)!, currentFacts: () => current! });
  builder.add(root, { kind: "output", output: mainOutput });
  const wired = builder.operators.toReversed();
  const operators = wired.map(({ operator }) => operator);
  return {
    leaves: builder.leaves,
    operators: wired,
    stateful: operators.filter(isStateful),
    watermarks: operators.filter((operator) => operator instanceof WatermarkOperator),
    begin(context) {
      current = context;
      for (const operator of operators) operator.begin(context);
    },
  };
}

function isStateful(operator: Operator): operator is StatefulOperator {
  return "operatorId" in operator;
}

/** Downstream first: an operator is wired to those that are there. Inputs of a node are visited last first, so that the reversed list reads in order. */
class PipelineBuilder {
  readonly leaves: Leaf[] = [];
  readonly operators: WiredOperator[] = [];

  constructor(private readonly parts: OperatorParts<PhysicalNode>) {}

  /** Makes what gives the node's rows, for `route` to take. */
  add(node: PhysicalNode, route: Route): void {
    const routes = [route];
    if (isLeaf(node)) {
      this.leaves.unshift({ node, routes });
      return;
    }
    const wired: WiredOperator = { operator: operatorFactsOf(node).make(node, this.parts), routes };
    this.operators.push(wired);
    const inputs = streamInputsOf(node);
    for (let input = inputs.length - 1; input >= 0; input--) this.add(inputs[input]!, { kind: "operator", to: wired, input });
  }
}
