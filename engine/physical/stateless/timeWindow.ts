import { batchOf, type Batch } from "../../arrow/batch.js";
import { plainColumn, takeColumn } from "../../arrow/columns.js";
import type { DataType, Schema } from "../../arrow/types.js";
import type { ChunkSizes } from "../../contract/chunkSizes.js";
import { emission, nothing, type Emission, type Operator } from "../operator.js";
import { timesOf } from "../stateful/eventTimes.js";
import { largeTimeIn, latestStart, windowColumn, type Windows } from "../stateful/windows.js";
import { schemaOf } from "../../plan/logicalPlan.js";
import { noExpressions, oneInput, stateless, type NodeBase, type OperatorFacts } from "../nodeFacts.js";

/** Windows without an aggregation above them: each row once for each of its windows. The window is the last column. */
export interface TimeWindowNode<Plan = NodeBase> extends NodeBase {
  readonly kind: "timeWindow";
  /** Index of the event-time column in the input. */
  readonly timeColumn: number;
  readonly durationUs: number;
  readonly slideUs: number;
  readonly startUs: number;
  readonly input: Plan;
}

export const timeWindow: OperatorFacts<TimeWindowNode> = {
  kind: "timeWindow",
  ...noExpressions,
  ...oneInput,
  ...stateless,
  gathers: () => false,
  explain: ({ timeColumn, durationUs, slideUs, startUs, input }) =>
    `TimeWindow ${input.output[timeColumn]!.name}, duration ${durationUs} µs, slide ${slideUs} µs, start ${startUs} µs`,
  make: (node, { chunks }) => new TimeWindowOperator(node.timeColumn, node, schemaOf(node.output), chunks),
};

/**
 * `window(…)` outside of an aggregation: each row once for each of its windows, the window as the last column. Rows without an event time belong to none.
 * Keeps nothing from batch to batch.
 */
export class TimeWindowOperator implements Operator {
  readonly #time: number;
  readonly #windows: Windows;
  readonly #schema: Schema;
  readonly #chunks: ChunkSizes;
  readonly #windowType: DataType;

  /** `time`: index of the event time in the input; `schema`: the input's columns and the window. */
  constructor(time: number, windows: Windows, schema: Schema, chunks: ChunkSizes) {
    this.#time = time;
    this.#windows = windows;
    this.#schema = schema;
    this.#chunks = chunks;
    this.#windowType = schema.fields.at(-1)!.type;
  }

  begin(): void {}

  *process(batch: Batch): Iterable<Emission> {
    const time = plainColumn(batch.columns[this.#time]!);
    if (time.encoding === "null") return;
    const times = timesOf(time, largeTimeIn(this.#windows));
    const { nulls } = time;
    const { durationUs, slideUs } = this.#windows;
    const windowsOfRow = Math.ceil(durationUs / slideUs);
    // The windows of one row stay together.
    const room = Math.max(Math.min(this.#chunks.emittedRows, batch.length * windowsOfRow), windowsOfRow);
    const rows = new Int32Array(room);
    const starts = new Float64Array(room);
    let count = 0;
    for (let i = 0; i < batch.length; i++) {
      if (nulls !== null && nulls[i] !== 0) continue;
      if (count + windowsOfRow > room) {
        yield this.#emission(batch, rows, starts.subarray(0, count));
        count = 0;
      }
      for (let start = latestStart(this.#windows, times[i]!); start + durationUs > times[i]!; start -= slideUs) {
        starts[count] = start;
        rows[count++] = i;
      }
    }
    if (count > 0) yield this.#emission(batch, rows, starts.subarray(0, count));
  }

  finish(): Iterable<Emission> {
    return nothing;
  }

  /** Some rows of a batch, each with one of its windows. */
  #emission(batch: Batch, rows: Int32Array, starts: Float64Array): Emission {
    const { length } = starts;
    const columns = batch.columns.map((column) => takeColumn(column, rows, length));
    return emission(batchOf(this.#schema, [...columns, windowColumn(this.#windowType, starts, this.#windows.durationUs)], length));
  }
}
