import type { Batch } from "../../arrow/batch.js";
import { compileProjection, type Projection } from "../../expression/compile.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import type { Expression } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { sqlText } from "../../plan/sqlText.js";
import { oneInput, stateless, textsOf, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Filter, then projection, in one generated loop. */
export interface ProjectNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "project";
  readonly filter: Expression | null;
  readonly expressions: readonly Expression[];
  readonly input: Plan;
}

export const project: OperatorFacts<ProjectNode> = {
  kind: "project",
  ...oneInput,
  ...stateless,
  gathers: () => false,
  expressions: ({ filter, expressions }) => (filter === null ? expressions : [filter, ...expressions]),
  explain: ({ filter, expressions }) => `Project ${textsOf(expressions)}${filter === null ? "" : `, filter ${sqlText(filter)}`}`,
  make: ({ filter, expressions, input, output }) =>
    new ProjectOperator(compileProjection({ input: input.output, filter, outputs: expressions, outputSchema: schemaOf(output) })),
};

/**
 * Filter and projection. Consumes batches, emits the rows that pass, computed anew; keeps no state.
 *
 * Invariant: rows come out in the order they came in.
 */
export class ProjectOperator implements Operator {
  #context: BatchFacts | null = null;

  constructor(private readonly projection: Projection) {}

  begin(context: BatchFacts): void {
    this.#context = context;
  }

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    const result = this.projection.run(batch, this.#context!);
    if (result.length > 0) yield emission(result);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
