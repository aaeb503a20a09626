import { batchOf, type Batch } from "../../arrow/batch.js";
import { constantColumn, takeBatch, takeColumn } from "../../arrow/columns.js";
import { field, types, type DataType, type Schema } from "../../arrow/types.js";
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
  /** What becomes of the row of a malformed text: it stays (`mode` says how), it goes, or it goes and is told of on a port of its own. */
  readonly malformed: "kept" | "dropped" | "told";
  readonly input: Plan;
}

export const decodeJson: OperatorFacts<DecodeJsonNode> = {
  kind: "decodeJson",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ column, malformed, input }) =>
    `DecodeJson ${input.output[column]!.name}${malformed === "kept" ? "" : `, malformed rows ${malformed}`}`,
  make: (node) => new JsonDecodeOperator(node),
};

/** The port on which malformed records come out, of scans too, and what is told of them. */
export const malformedPort = 1;
export const malformedSchema: Schema = types.struct([field("source", types.string), field("record", types.string)]);

/**
 * `from_json`: consumes batches with a column of JSON text, emits them with what it holds (structs, arrays or maps) as a further column. Where malformed texts are
 * dropped, their rows are left out, and their texts go to a port of their own if somebody is told of them. Keeps no state.
 *
 * Invariant: one row out for each row in, on one port or the other; the other columns are the input's own.
 */
export class JsonDecodeOperator implements Operator {
  readonly #node: DecodeJsonNode;
  readonly #decoder: JsonColumnDecoder;
  readonly #output: Schema;

  constructor(node: DecodeJsonNode) {
    this.#node = node;
    this.#output = schemaOf(node.output);
    // The planner put the session's zone among the options.
    this.#decoder = createJsonColumnDecoder(node.type, { options: node.options, zone: "UTC" });
  }

  begin(_context: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission> {
    const { column, malformed } = this.#node;
    const decoded = this.#decoder.decodeColumn(batch.columns[column]!);
    const whole = batchOf(this.#output, [...batch.columns, decoded], batch.length);
    const bad = this.#decoder.malformedRows;
    if (malformed === "kept" || bad.length === 0) {
      yield emission(whole);
      return;
    }
    const rows = Int32Array.from(bad);
    const told = malformed === "told" ? this.#told(batch, rows) : null;
    const good = rowsWithout(rows, batch.length);
    if (good.length > 0) yield emission(takeBatch(whole, good, good.length));
    if (told !== null) yield { port: malformedPort, batch: told };
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  #told(batch: Batch, rows: Int32Array): Batch {
    const { column, input } = this.#node;
    const source = constantColumn(types.string, `from_json(${input.output[column]!.name})`, rows.length);
    return batchOf(malformedSchema, [source, takeColumn(batch.columns[column]!, rows, rows.length)], rows.length);
  }
}

/** The rows of a batch but these, which are ascending. */
function rowsWithout(left: Int32Array, length: number): Int32Array {
  const rows = new Int32Array(length - left.length);
  let count = 0;
  for (let row = 0, next = 0; row < length; row++) {
    if (left[next] === row) next++;
    else rows[count++] = row;
  }
  return rows;
}
