import { batchOf, type Batch } from "../../arrow/batch.js";
import { isNullAt, plainColumn, takeBatch } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { IntList } from "../../state/intList.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { timesOf } from "../stateful/eventTimes.js";

/** The session of each row by itself, from its time to its time and gap. It is the last column. */
export interface SessionWindowNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "sessionWindow";
  /** Indexes in the input: the event time, and the time at which the gap is over. */
  readonly timeColumn: number;
  readonly endColumn: number;
  readonly input: Plan;
}

export const sessionWindow: OperatorFacts<SessionWindowNode> = {
  kind: "sessionWindow",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ timeColumn, endColumn, input }) => `SessionWindow ${input.output[timeColumn]!.name} to ${input.output[endColumn]!.name}`,
  make: ({ timeColumn, endColumn, output }) => new SessionWindowOperator(timeColumn, endColumn, schemaOf(output)),
};

/** Consumes rows, emits those that have a session, with it: a row without a time or a gap, or whose gap is not positive, has none (SEMANTICS 21). Keeps nothing. */
export class SessionWindowOperator implements Operator {
  readonly #timeColumn: number;
  readonly #endColumn: number;
  readonly #output: Schema;
  readonly #rows = new IntList();

  constructor(timeColumn: number, endColumn: number, output: Schema) {
    this.#timeColumn = timeColumn;
    this.#endColumn = endColumn;
    this.#output = output;
  }

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    const kept = this.#withSession(batch);
    if (kept.length === 0) return;
    const { type } = this.#output.fields.at(-1)!;
    const children = [plainColumn(kept.columns[this.#timeColumn]!), plainColumn(kept.columns[this.#endColumn]!)];
    const session = { type, encoding: "struct", length: kept.length, nulls: null, children } as const;
    yield emission(batchOf(this.#output, [...kept.columns, session], kept.length));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  #withSession(batch: Batch): Batch {
    const start = plainColumn(batch.columns[this.#timeColumn]!);
    const end = plainColumn(batch.columns[this.#endColumn]!);
    const rows = this.#rows;
    rows.clear();
    if (start.encoding !== "null" && end.encoding !== "null") {
      const [starts, ends] = [timesOf(start, Number), timesOf(end, Number)];
      for (let row = 0; row < batch.length; row++) {
        if (ends[row]! > starts[row]! && !isNullAt(start, row) && !isNullAt(end, row)) rows.push(row);
      }
    }
    return rows.count === batch.length ? batch : takeBatch(batch, rows.values, rows.count);
  }
}
