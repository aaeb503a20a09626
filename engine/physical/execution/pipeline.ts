import type { Batch } from "../../arrow/batch.js";
import { notYetSupported } from "../../errors/streamingError.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import { compileProjection } from "../../expression/compile.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import type { BatchContext, Emit, Operator, StatefulOperator } from "../operator.js";
import { inputsOf, type LocalNode, type PhysicalNode, type ScanNode, type StaticJoinNode } from "../plan.js";
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

/** Where rows enter a pipeline: what reads, and who takes its rows. */
export interface Leaf {
  readonly node: ScanNode | LocalNode;
  readonly push: (batch: Batch) => void;
}

/** The operators of a plan, wired to each other. Rows are pushed in at the leaves, in their order, and come out at `emit`. */
export interface Pipeline {
  readonly leaves: readonly Leaf[];
  /** Each after those that feed it. */
  readonly operators: readonly Operator[];
  readonly stateful: readonly StatefulOperator[];
  readonly watermarks: readonly WatermarkOperator[];
  /** Starts a batch in all of them, upstream first. */
  begin(context: BatchContext): void;
}

/** The tables that joins probe, read before the pipeline is built. */
export type BuildSides = ReadonlyMap<StaticJoinNode, Batch>;

/** Makes the operators of a plan. */
export function buildPipeline(root: PhysicalNode, buildSides: BuildSides, emit: Emit): Pipeline {
  let current: BatchContext | null = null;
  const builder = new PipelineBuilder(buildSides, () => current!);
  builder.add(root, emit);
  const operators = builder.operators.toReversed();
  return {
    leaves: builder.leaves,
    operators,
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

/** Downstream first: an operator needs to know whom it emits to. Inputs of a node are visited last first, so that the reversed list reads in order. */
class PipelineBuilder {
  readonly leaves: Leaf[] = [];
  readonly operators: Operator[] = [];

  constructor(
    private readonly buildSides: BuildSides,
    private readonly context: () => BatchContext,
  ) {}

  add(node: PhysicalNode, emit: Emit): void {
    if (node.kind === "scan" || node.kind === "local") {
      this.leaves.unshift({ node, push: emit });
      return;
    }
    const operator = this.operatorFor(node, emit);
    this.operators.push(operator);
    const inputs = node.kind === "staticJoin" ? [node.stream] : inputsOf(node);
    for (let input = inputs.length - 1; input >= 0; input--) this.add(inputs[input]!, (batch) => operator.process(batch, input));
  }

  private operatorFor(node: Exclude<PhysicalNode, ScanNode | LocalNode>, emit: Emit): Operator {
    switch (node.kind) {
      case "project": {
        const { filter, expressions, input, output } = node;
        return new ProjectOperator(
          compileProjection({ input: input.output, filter, outputs: expressions, outputSchema: schemaOf(output) }),
          emit,
        );
      }
      case "decodeJson":
        return new JsonDecodeOperator(node.column, node.schema, node.options, schemaOf(node.output), emit);
      case "encodeJson":
        return new JsonEncodeOperator(node.encoded, schemaOf(node.output), emit);
      case "union":
        return new UnionOperator(schemaOf(node.output), emit);
      case "watermark":
        return new WatermarkOperator(node.watermarkId, node.column, emit);
      case "timeWindow":
        return new TimeWindowOperator(node.timeColumn, node, schemaOf(node.output), emit);
      case "staticJoin":
        return this.staticJoin(node, emit);
      case "aggregate":
        return new AggregateOperator(node.spec, emit);
      case "deduplicate":
        return new DeduplicateOperator(node.spec, emit);
      case "sort":
        return new SortOperator(node.keys, schemaOf(node.output), emit);
      case "limit":
        return new LimitOperator(node.count, emit);
      default:
        throw notYetSupported(`the operator ${(node as { readonly kind: string }).kind}`);
    }
  }

  private staticJoin(node: StaticJoinNode, emit: Emit): Operator {
    const table = this.buildSides.get(node)!;
    const { condition } = node.spec;
    const pair: readonly Attribute[] = [...node.stream.output, ...node.table.output];
    const filter = condition === null ? null : this.pairCondition(condition, pair);
    return new StaticJoinOperator(node.spec, table, filter, emit);
  }

  private pairCondition(condition: Expression, pair: readonly Attribute[]): PairCondition {
    const projection = compileProjection({ input: pair, filter: null, outputs: [condition], outputSchema: conditionSchema });
    return (pairs) => projection.run(pairs, this.context()).columns[0]!;
  }
}

const conditionSchema = schemaOf([
  { kind: "attribute", id: 0, name: "condition", type: { kind: "boolean" }, nullable: true, qualifier: [] },
]);
