import { batchOf, type Batch } from "../../arrow/batch.js";
import { constantColumn, takeColumn } from "../../arrow/columns.js";
import { types, type Schema } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute } from "../../expression/expression.js";
import type { LateRule } from "../../plan/nodes/lateTap.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { IntList } from "../../state/intList.js";
import { timestampText } from "../../values/dateTimeText.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";
import { emission, nothing, type BatchFacts, type Emission, type Operator } from "../operator.js";
import { judgedTimes, listLateRows, listRowsWithoutTime } from "../stateful/lateJudge.js";

/** The port on which rows come out that an operator above loses. */
export const latePort = 1;

/** Passes rows on, and tells of those that a stateful operator above loses. */
export interface LateTapNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "lateTap";
  /** The id of that operator. */
  readonly judge: string;
  readonly rule: LateRule;
  /** Index of the event time in the input. */
  readonly time: number;
  /** Indexes of the columns that are told of a row; none where the first late row ends the query. */
  readonly told: readonly number[];
  /** The columns on the late port: those, then why. */
  readonly late: readonly Attribute[];
  readonly input: Plan;
}

export const lateTap: OperatorFacts<LateTapNode> = {
  kind: "lateTap",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ judge, time, told, input }) => `LateTap ${input.output[time]!.name} (${judge})${told.length === 0 ? ", fails" : ""}`,
  make: (node) => new LateTapOperator(node),
};

/**
 * `onLate`: consumes the rows that come into a stateful operator and passes them on as they are; that operator drops and counts the late ones itself. Gives those that
 * it loses, wholly or for one of their windows, on the late port, or ends the query at the first. Keeps nothing from batch to batch.
 *
 * Invariant: it judges by the watermark that the operator judges by, that of the batch before.
 */
export class LateTapOperator implements Operator {
  readonly #node: LateTapNode;
  readonly #schema: Schema;
  readonly #rows = new IntList();
  #lateMs: number | null = null;

  constructor(node: LateTapNode) {
    this.#node = node;
    this.#schema = schemaOf(node.late);
  }

  begin(facts: BatchFacts): void {
    this.#lateMs = facts.watermarks[this.#node.judge]?.lateMs ?? null;
  }

  *process(batch: Batch): Iterable<Emission> {
    yield emission(batch);
    const column = batch.columns[this.#node.time]!;
    const { rule } = this.#node;
    const times = judgedTimes(rule, column);
    listRowsWithoutTime(rule, times, batch.length, this.#rows);
    yield* this.#lost(batch, "NO_EVENT_TIME", this.#rows);
    if (this.#lateMs === null) return;
    listLateRows(rule, times, batch.length, this.#lateMs * 1000, this.#rows);
    yield* this.#lost(batch, "LATE", this.#rows);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  /** @throws LATE_ROW where the query is not to lose any */
  *#lost(batch: Batch, reason: string, { values, count }: IntList): Iterable<Emission> {
    if (count === 0) return;
    const { told, judge } = this.#node;
    if (told.length === 0) throw this.#refusal(batch, reason, values[0]!);
    const columns = told.map((index) => takeColumn(batch.columns[index]!, values, count));
    const watermark = this.#lateMs === null ? null : BigInt(this.#lateMs) * 1000n;
    const why = [
      constantColumn(types.string, judge, count),
      constantColumn(types.string, reason, count),
      constantColumn(types.timestamp, watermark, count),
    ];
    yield { port: latePort, batch: batchOf(this.#schema, [...columns, ...why], count) };
  }

  #refusal(batch: Batch, reason: string, row: number): StreamingError {
    const { judge, rule, time, input } = this.#node;
    const eventTime = judgedTimes(rule, batch.columns[time]!)[row]!;
    return new StreamingError("LATE_ROW", {
      operatorId: judge,
      column: input.output[time]!.name,
      eventTime: reason === "LATE" ? timestampText(BigInt(Math.floor(eventTime)), "UTC") : "null",
      watermark: this.#lateMs === null ? "null" : timestampText(BigInt(this.#lateMs) * 1000n, "UTC"),
    });
  }
}
