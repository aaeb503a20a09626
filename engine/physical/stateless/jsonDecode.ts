import { batchOf, type Batch } from "../../arrow/batch.js";
import type { DataType, Schema } from "../../arrow/types.js";
import { createJsonColumnDecoder, type JsonColumnDecoder } from "../../kernel/json/jsonColumnDecoder.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Adds a column of structs, arrays or maps decoded from a string column: `from_json`, by the decoder that also reads JSON files. */
export interface DecodeJsonNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "decodeJson";
  /** Index of the text column in the input. */
  readonly column: number;
  readonly type: DataType;
  readonly options: Readonly<Record<string, string>>;
  readonly input: Plan;
}

export const decodeJson: OperatorFacts<DecodeJsonNode> = {
  kind: "decodeJson",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ column, input }) => `DecodeJson ${input.output[column]!.name}`,
  make: ({ column, type, options, output }) => new JsonDecodeOperator(column, type, options, schemaOf(output)),
};

/**
 * `from_json`: consumes batches with a column of JSON text, emits them with what it holds (structs, arrays or maps) as a further column. Keeps no state.
 *
 * Invariant: one row out for each row in; the other columns are the input's own.
 */
export class JsonDecodeOperator implements Operator {
  readonly #decoder: JsonColumnDecoder;

  constructor(
    private readonly column: number,
    decoded: DataType,
    options: Readonly<Record<string, string>>,
    private readonly output: Schema,
  ) {
    // The planner put the session's zone among the options.
    this.#decoder = createJsonColumnDecoder(decoded, { options, zone: "UTC" });
  }

  begin(_context: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission> {
    const decoded = this.#decoder.decodeColumn(batch.columns[this.column]!);
    yield emission(batchOf(this.output, [...batch.columns, decoded], batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}
