import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import type { Schema } from "../../arrow/types.js";
import { createJsonColumnWriter } from "../../kernel/json/jsonWriter.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { noExpressions, namesOf, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Puts JSON texts in the place of columns: `to_json`, by the writer that also writes JSON files. */
export interface EncodeJsonNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "encodeJson";
  /** Which columns of the input become texts, and how. */
  readonly encoded: readonly { readonly column: number; readonly options: Readonly<Record<string, string>>; readonly zone: string }[];
  readonly input: Plan;
}

export const encodeJson: OperatorFacts<EncodeJsonNode> = {
  kind: "encodeJson",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ encoded, output }) => `EncodeJson ${namesOf(encoded.map(({ column }) => output[column]!))}`,
  make: ({ encoded, output }) => new JsonEncodeOperator(encoded, schemaOf(output)),
};

/**
 * `to_json`: consumes batches with columns of structs, arrays or maps, emits them with JSON texts in the place of those. Keeps no state.
 *
 * Invariant: one row out for each row in; the other columns are the input's own.
 */
export class JsonEncodeOperator implements Operator {
  /** By column; columns without one pass. */
  readonly #writers = new Map<number, (column: Column) => Column>();

  constructor(
    encoded: EncodeJsonNode["encoded"],
    private readonly output: Schema,
  ) {
    for (const { column, options, zone } of encoded) {
      this.#writers.set(column, createJsonColumnWriter({ options, zone }));
    }
  }

  begin(_context: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission> {
    const columns = batch.columns.map((column, i) => this.#writers.get(i)?.(column) ?? column);
    yield emission(batchOf(this.output, columns, batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
