import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { plainColumn } from "../../arrow/columns.js";
import { userColumn } from "../../arrow/rows.js";
import type { DataType, Schema } from "../../arrow/types.js";
import { assert } from "../../errors/assert.js";
import type { Attribute, Call } from "../../expression/expression.js";
import { argumentTypes, findUserFunction } from "../../expression/functions/userFunctions.js";
import { UserFunctionCalls } from "../../expression/userFunctionCalls.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { sqlText } from "../../plan/sqlText.js";
import { oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";

/** Adds a column: what a user's function gives for each row. */
export interface UserFunctionNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "userFunction";
  /** Its arguments are columns of the input. */
  readonly call: Call;
  /** Their places. */
  readonly columns: readonly number[];
  /** The place of a boolean column that says for which rows it is called; null: for all of them. */
  readonly asked: number | null;
  readonly input: Plan;
}

export const userFunction: OperatorFacts<UserFunctionNode> = {
  kind: "userFunction",
  ...oneInput,
  ...stateless,
  gathers: () => false,
  expressions: ({ call }) => [call],
  explain: ({ call }) => `UserFunction ${sqlText(call)}`,
  make: ({ call, columns, asked, input, output }) => new UserFunctionOperator(call, columns, asked, input.output, schemaOf(output)),
};

/**
 * A user's function: consumes batches, emits them with what it gives for each row as a further column. Keeps no state.
 *
 * Invariant: one row out for each row in, one call for each row that asks, in their order; the other columns are the input's own.
 */
export class UserFunctionOperator implements Operator {
  readonly #calls: UserFunctionCalls;
  readonly #types: readonly DataType[];
  readonly #names: readonly string[];

  constructor(
    call: Call,
    private readonly columns: readonly number[],
    private readonly asked: number | null,
    input: readonly Attribute[],
    private readonly output: Schema,
  ) {
    const made = findUserFunction(call.name);
    assert(made !== undefined, `no function ${call.name}`);
    this.#types = argumentTypes(made, call);
    this.#names = columns.map((column) => input[column]!.name || made.name);
    this.#calls = new UserFunctionCalls(made, this.#types);
  }

  begin(_facts: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission> {
    const args = this.columns.map((column, i) => userColumn(batch.columns[column]!, this.#types[i]!, this.#names[i]!));
    const asks = this.asked === null ? null : askedRows(batch.columns[this.asked]!);
    const results: unknown[] = Array.from({ length: batch.length });
    for (let row = 0; row < batch.length; row++) {
      results[row] = asks === null || asks(row) ? this.#calls.call(args, row) : null;
    }
    yield emission(batchOf(this.output, [...batch.columns, this.#calls.column(results, asks)], batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}

/** The rows of which a condition is true, which is never null. */
function askedRows(condition: Column): (row: number) => boolean {
  const plain = plainColumn(condition);
  assert(plain.encoding === "u8", `a condition of encoding ${plain.encoding}`);
  return (row) => plain.values[row] === 1;
}
