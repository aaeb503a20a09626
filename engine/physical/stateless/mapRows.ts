import type { Batch } from "../../arrow/batch.js";
import { batchFromRows, rowsOf, slicesOf } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { BatchFunction } from "../../contract/userFunction.js";
import { batchFunction } from "../../plan/batchFunctions.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import type { OperatorAnswers } from "../answers.js";
import { oneInput, noExpressions, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, waitFor, type BatchFacts, type Emission, type Operator, type Pause } from "../operator.js";

/** A user's function of the input's rows, or of whole batches of them. */
export interface MapRowsNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "mapRows";
  readonly verb: string;
  readonly name: string;
  readonly functionId: number;
  readonly input: Plan;
}

export const mapRows: OperatorFacts<MapRowsNode> = {
  kind: "mapRows",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ verb, name }) => `MapRows ${verb} ${name}`,
  make: ({ functionId, name, output }, parts) => {
    const made = batchFunction(functionId);
    return new MapRowsOperator(made, schemaOf(output), parts.chunks.emittedRows, made.isAsync ? parts.answersOf(name) : null);
  },
};

/**
 * A user's function of rows or batches: consumes batches, emits what the function makes of them. Keeps no state; what an asynchronous one gave is written down with the
 * batch (`answers.ts`).
 *
 * Invariant: rows come out in the order of those that they were made of.
 */
export class MapRowsOperator implements Operator {
  constructor(
    private readonly made: BatchFunction,
    private readonly output: Schema,
    private readonly emittedRows: number,
    private readonly answers: OperatorAnswers | null,
  ) {}

  begin(_facts: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission | Pause> {
    const { answers } = this;
    if (answers !== null && answers.isReplay) {
      const rows = answers.rest() as readonly (readonly Value[])[];
      yield* this.#emit(batchFromRows(this.output, rows));
      return;
    }
    const given = this.made.call(batch);
    const result = given instanceof Promise ? yield* waitFor(given) : given;
    answers?.keep(rowsOf(result));
    yield* this.#emit(result);
  }

  *#emit(batch: Batch): Iterable<Emission> {
    for (const some of slicesOf(batch, this.emittedRows)) if (some.length > 0) yield emission(some);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
