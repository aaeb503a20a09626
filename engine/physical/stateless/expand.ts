import type { Batch } from "../../arrow/batch.js";
import { compileProjection, type Projection } from "../../expression/compile.js";
import type { Expression } from "../../expression/expression.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { oneInput, stateless, textsOf, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Each row once through each projection. */
export interface ExpandNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "expand";
  readonly projections: readonly (readonly Expression[])[];
  readonly input: Plan;
}

export const expand: OperatorFacts<ExpandNode> = {
  kind: "expand",
  ...oneInput,
  ...stateless,
  gathers: () => false,
  expressions: ({ projections }) => projections.flat(),
  explain: ({ projections }) => `Expand ${projections.map(textsOf).join(", ")}`,
  make: ({ projections, input, output }, parts) => {
    const outputSchema = schemaOf(output);
    const compiled = projections.map((outputs) => compileProjection({ input: input.output, filter: null, outputs, outputSchema }));
    return new ExpandOperator(compiled, () => parts.currentFacts());
  },
};

/**
 * Grouping sets and UNPIVOT. Consumes batches, emits each of them once through every projection, one after the other; keeps nothing.
 *
 * Invariant: as many rows come out of each projection as went in.
 */
export class ExpandOperator implements Operator {
  constructor(
    private readonly projections: readonly Projection[],
    private readonly facts: () => BatchFacts,
  ) {}

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    if (batch.length === 0) return;
    for (const projection of this.projections) yield emission(projection.run(batch, this.facts()));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
