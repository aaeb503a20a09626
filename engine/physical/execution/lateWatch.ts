import { batchOf, type Batch } from "../../arrow/batch.js";
import { retainBatch, takeBatch } from "../../arrow/columns.js";
import type { Schema } from "../../arrow/types.js";
import { sampleSize } from "../../kernel/malformedTexts.js";
import { IntList } from "../../state/intList.js";
import type { BatchFacts, Emission, Pause, StatefulOperator } from "../operator.js";
import { judgedTimes, listLateRows, listRowsWithoutTime, type LateJudge } from "../stateful/lateJudge.js";

/** An input of an operator: how its rows are judged, and what is told of them. */
export interface WatchedInput {
  readonly judge: LateJudge | null;
  /** Indexes of the columns that have a name. */
  readonly told: readonly number[];
  readonly schema: Schema;
}

/**
 * Keeps the first rows of a batch that a stateful operator loses because they are late, or have no time. It asks the operator how many it has lost; rows are looked at
 * only when that has gone up and there are not enough yet, so that a batch without late rows costs it nothing.
 */
export class LateWatch {
  /** Copies of the rows, as they came into the operator. */
  readonly samples: Batch[] = [];
  readonly #found = new IntList();
  #lateMs: number | null = null;
  #lost = 0;
  #count = 0;

  constructor(
    private readonly operator: StatefulOperator,
    private readonly inputs: readonly WatchedInput[],
  ) {}

  get operatorId(): string {
    return this.operator.operatorId;
  }

  /** The watermark by which the rows are late; null before there is one. */
  get lateMs(): number | null {
    return this.#lateMs;
  }

  begin(facts: BatchFacts): void {
    this.#lateMs = facts.watermarks[this.operatorId]?.lateMs ?? null;
    this.samples.length = 0;
    this.#lost = 0;
    this.#count = 0;
  }

  /** Lets the operator work on a batch, and looks at it while it is there. */
  *process(batch: Batch, input: number): Iterable<Emission | Pause> {
    yield* this.operator.process(batch, input);
    if (this.#count === sampleSize) return;
    const { lateRows, rowsWithoutEventTime = 0 } = this.operator.metrics();
    if (lateRows + rowsWithoutEventTime === this.#lost) return;
    this.#lost = lateRows + rowsWithoutEventTime;
    this.#look(batch, this.inputs[input]!);
  }

  #look({ columns, length }: Batch, { judge, told, schema }: WatchedInput): void {
    if (judge === null) return;
    const times = judgedTimes(judge.rule, columns[judge.column]!);
    const rows = batchOf(
      schema,
      told.map((column) => columns[column]!),
      length,
    );
    listRowsWithoutTime(judge.rule, times, length, this.#found);
    this.#take(rows);
    if (this.#lateMs === null) return;
    listLateRows(judge.rule, times, length, this.#lateMs * 1000, this.#found);
    this.#take(rows);
  }

  #take(rows: Batch): void {
    const count = Math.min(this.#found.count, sampleSize - this.#count);
    if (count === 0) return;
    this.#count += count;
    this.samples.push(retainBatch(takeBatch(rows, this.#found.values, count)));
  }
}
