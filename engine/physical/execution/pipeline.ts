import type { Batch } from "../../arrow/batch.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { unreachable } from "../../errors/assert.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { compileProjection } from "../../expression/compile.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import type { BatchFacts, Operator, StatefulOperator } from "../operator.js";
import { inputsOf, type LocalNode, type PhysicalNode, type ScanNode, type StaticJoinNode } from "../plan.js";
import type { Route, WiredOperator } from "./driver.js";
import { AggregateOperator } from "../stateful/aggregate.js";
import { DeduplicateOperator } from "../stateful/deduplicate.js";
import { JsonDecodeOperator } from "../stateless/jsonDecode.js";
import { JsonEncodeOperator } from "../stateless/jsonEncode.js";
import { LimitOperator } from "../stateless/limit.js";
import { ProjectOperator } from "../stateless/project.js";
import { SortOperator } from "../stateless/sort.js";
import { StaticJoinOperator, type PairCondition } from "../stateless/staticJoin.js";
import { TimeWindowOperator } from "../stateless/timeWindow.js";
import { UnionOperator } from "../stateless/union.js";
import { WatermarkOperator } from "../stateless/watermark.js";

/** The output that every plan has. */
export const mainOutput = "main";

/** Where rows enter a pipeline: what reads, and where its rows go. */
export interface Leaf {
  readonly node: ScanNode | LocalNode;
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

/** The tables that joins probe, read before the pipeline is built. */
export type BuildSides = ReadonlyMap<StaticJoinNode, Batch>;

/** Makes the operators of a plan. */
export function buildPipeline(root: PhysicalNode, buildSides: BuildSides, chunks: ChunkSizes): Pipeline {
  let current: BatchFacts | null = null;
  const builder = new PipelineBuilder(buildSides, chunks, () => current!);
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

  constructor(
    private readonly buildSides: BuildSides,
    private readonly chunks: ChunkSizes,
    private readonly context: () => BatchFacts,
  ) {}

  /** Makes what gives the node's rows, for `route` to take. */
  add(node: PhysicalNode, route: Route): void {
    const routes = [route];
    if (node.kind === "scan" || node.kind === "local") {
      this.leaves.unshift({ node, routes });
      return;
    }
    const wired: WiredOperator = { operator: this.operatorFor(node), routes };
    this.operators.push(wired);
    const inputs = node.kind === "staticJoin" ? [node.stream] : inputsOf(node);
    for (let input = inputs.length - 1; input >= 0; input--) this.add(inputs[input]!, { kind: "operator", to: wired, input });
  }

  private operatorFor(node: Exclude<PhysicalNode, ScanNode | LocalNode>): Operator {
    switch (node.kind) {
      case "project": {
        const { filter, expressions, input, output } = node;
        return new ProjectOperator(
          compileProjection({ input: input.output, filter, outputs: expressions, outputSchema: schemaOf(output) }),
        );
      }
      case "decodeJson":
        return new JsonDecodeOperator(node.column, node.type, node.options, schemaOf(node.output));
      case "encodeJson":
        return new JsonEncodeOperator(node.encoded, schemaOf(node.output));
      case "union":
        return new UnionOperator(schemaOf(node.output));
      case "watermark":
        return new WatermarkOperator(node.watermarkId, node.column);
      case "timeWindow":
        return new TimeWindowOperator(node.timeColumn, node, schemaOf(node.output), this.chunks);
      case "staticJoin":
        return this.staticJoin(node);
      case "aggregate":
        return new AggregateOperator(node.spec, this.chunks);
      case "deduplicate":
        return new DeduplicateOperator(node.spec, this.chunks);
      case "sort":
        return new SortOperator(node.keys, schemaOf(node.output), this.chunks);
      case "limit":
        return new LimitOperator(node.count);
      default:
        return unreachable(node);
    }
  }

  private staticJoin(node: StaticJoinNode): Operator {
    const table = this.buildSides.get(node)!;
    const { condition } = node.spec;
    const pair: readonly Attribute[] = [...node.stream.output, ...node.table.output];
    const filter = condition === null ? null : this.pairCondition(condition, pair);
    return new StaticJoinOperator(node.spec, table, filter, this.chunks);
  }

  private pairCondition(condition: Expression, pair: readonly Attribute[]): PairCondition {
    const projection = compileProjection({ input: pair, filter: null, outputs: [condition], outputSchema: conditionSchema });
    return (pairs) => projection.run(pairs, this.context()).columns[0]!;
  }
}

const conditionSchema = schemaOf([
  { kind: "attribute", id: 0, name: "condition", type: { kind: "boolean" }, nullable: true, qualifier: [] },
]);
