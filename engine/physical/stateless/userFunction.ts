import { batchOf, type Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { columnFromValues, plainColumn, readValue } from "../../arrow/columns.js";
import { userColumn } from "../../arrow/rows.js";
import type { DataType, Schema } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { UserFunction } from "../../contract/userFunction.js";
import { assert } from "../../errors/assert.js";
import type { Attribute, Call } from "../../expression/expression.js";
import { argumentTypes, findUserFunction } from "../../expression/functions/userFunctions.js";
import { boundedCalls } from "../../expression/boundedCalls.js";
import { UserFunctionCalls } from "../../expression/userFunctionCalls.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { sqlText } from "../../plan/sqlText.js";
import type { OperatorAnswers } from "../answers.js";
import { oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, waitFor, type BatchFacts, type Emission, type Operator, type Pause } from "../operator.js";

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
  make: ({ call, columns, asked, input, output }, parts) => {
    const made = findUserFunction(call.name);
    assert(made !== undefined, `no function ${call.name}`);
    const answers = made.concurrency === null ? null : parts.answersOf(made.name);
    return new UserFunctionOperator(made, { call, columns, asked }, input.output, schemaOf(output), answers);
  },
};

/**
 * A user's function: consumes batches, emits them with what it gives for each row as a further column. Keeps no state; what an asynchronous one answered is written down
 * with the batch (`answers.ts`).
 *
 * Invariant: one row out for each row in, one call for each row that asks, in their order; the other columns are the input's own.
 */
export class UserFunctionOperator implements Operator {
  readonly #calls: UserFunctionCalls;
  readonly #types: readonly DataType[];
  readonly #names: readonly string[];

  constructor(
    private readonly made: UserFunction,
    private readonly use: Pick<UserFunctionNode, "call" | "columns" | "asked">,
    input: readonly Attribute[],
    private readonly output: Schema,
    private readonly answers: OperatorAnswers | null,
  ) {
    this.#types = argumentTypes(made, use.call);
    this.#names = use.columns.map((column) => input[column]!.name || made.name);
    this.#calls = new UserFunctionCalls(made, this.#types);
  }

  begin(_facts: BatchFacts): void {}

  *process(batch: Batch): Iterable<Emission | Pause> {
    const { columns, asked } = this.use;
    const asks = asked === null ? null : askedRows(batch.columns[asked]!);
    const { answers } = this;
    if (answers?.isReplay === true) {
      const rows = rowsThat(batch.length, asks);
      const known = answers.next(rows.length);
      const values = Array.from<unknown, Value>({ length: batch.length }, () => null);
      rows.forEach((row, i) => (values[row] = known[i]!));
      yield this.#emitted(batch, columnFromValues(this.made.returns, values));
      return;
    }
    const args = columns.map((column, i) => userColumn(batch.columns[column]!, this.#types[i]!, this.#names[i]!));
    if (answers === null) {
      const results: unknown[] = [];
      for (let row = 0; row < batch.length; row++) results.push(asks === null || asks(row) ? this.#calls.call(args, row) : null);
      yield this.#emitted(batch, this.#calls.column(results, asks));
      return;
    }
    const rows = rowsThat(batch.length, asks);
    const given = yield* waitFor(boundedCalls(rows, this.made.concurrency!, (row) => this.#calls.ask(args, row)));
    const results = Array.from<unknown, unknown>({ length: batch.length }, () => null);
    rows.forEach((row, i) => (results[row] = given[i]));
    const column = this.#calls.column(results, asks);
    answers.keep(rows.map((row) => readValue(column, row)));
    yield this.#emitted(batch, column);
  }

  #emitted(batch: Batch, column: Column): Emission {
    return emission(batchOf(this.output, [...batch.columns, column], batch.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }
}

function rowsThat(length: number, asks: ((row: number) => boolean) | null): readonly number[] {
  const rows = Array.from({ length }, (_, row) => row);
  return asks === null ? rows : rows.filter(asks);
}

/** The rows of which a condition is true, which is never null. */
function askedRows(condition: Column): (row: number) => boolean {
  const plain = plainColumn(condition);
  assert(plain.encoding === "u8", `a condition of encoding ${plain.encoding}`);
  return (row) => plain.values[row] === 1;
}
