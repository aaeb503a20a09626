import type { Batch } from "../../arrow/batch.js";
import { plainColumn } from "../../arrow/columns.js";
import type { EventTimeStats } from "../eventTimeStats.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { middleOfMillisecond, timesOf } from "../stateful/eventTimes.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Watches the event times of a column; passes the rows on. */
export interface WatermarkNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "watermark";
  readonly watermarkId: number;
  readonly delayMs: number;
  readonly column: number;
  readonly input: Plan;
}

export const watermark: OperatorFacts<WatermarkNode> = {
  kind: "watermark",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ column, delayMs, input }) => `EventTimeWatermark ${input.output[column]!.name}, ${delayMs} ms`,
  make: ({ watermarkId, column }) => new WatermarkOperator(watermarkId, column),
};

/**
 * `withWatermark`: passes its rows on as they are and notes the smallest, largest and mean event time of a batch. Keeps nothing from batch to batch; the
 * watermark itself belongs to the query.
 */
export class WatermarkOperator implements Operator {
  readonly watermarkId: number;
  readonly #column: number;
  #count = 0;
  #minUs = Infinity;
  #maxUs = -Infinity;
  #sumUs = 0;

  /** `column`: index of the event time in the input. */
  constructor(watermarkId: number, column: number) {
    this.watermarkId = watermarkId;
    this.#column = column;
  }

  begin(): void {
    this.#count = 0;
    this.#minUs = Infinity;
    this.#maxUs = -Infinity;
    this.#sumUs = 0;
  }

  *process(batch: Batch): Iterable<Emission> {
    this.#watch(batch);
    yield emission(batch);
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  /** What this batch has seen so far. */
  stats(): EventTimeStats {
    return { count: this.#count, minUs: this.#minUs, maxUs: this.#maxUs, sumUs: this.#sumUs };
  }

  #watch(batch: Batch): void {
    const column = plainColumn(batch.columns[this.#column]!);
    if (column.encoding === "null") return;
    const { nulls } = column;
    const times = timesOf(column, middleOfMillisecond);
    let count = 0;
    let sum = 0;
    // Numbers of this function alone stay unboxed: those of the fields would be allocated anew by every row that moves them.
    let min = Infinity;
    let max = -Infinity;
    for (let i = 0; i < batch.length; i++) {
      if (nulls !== null && nulls[i] !== 0) continue;
      const time = times[i]!;
      count++;
      sum += time;
      if (time < min) min = time;
      if (time > max) max = time;
    }
    this.#count += count;
    this.#sumUs += sum;
    this.#minUs = Math.min(this.#minUs, min);
    this.#maxUs = Math.max(this.#maxUs, max);
  }
}
