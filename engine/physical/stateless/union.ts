import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Schema } from "../../arrow/types.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { noExpressions, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

export interface UnionNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "union";
  readonly inputs: readonly Plan[];
}

export const union: OperatorFacts<UnionNode> = {
  kind: "union",
  ...noExpressions,
  ...stateless,
  gathers: () => false,
  inputs: ({ inputs }) => inputs,
  withInputs: (node, inputs) => ({ ...node, inputs }),
  tables: () => [],
  explain: () => "Union",
  make: ({ output }) => new UnionOperator(schemaOf(output)),
};

/** UNION ALL by position: passes the rows of every input on under one schema, in the order of the inputs. The types were made the same below. Keeps nothing. */
export class UnionOperator implements Operator {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    yield emission(batchOf(this.#schema, batch.columns, batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
