import type { OutputMode } from "../engine/contract/sink.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { parseOutputMode } from "../engine/plan/analyzer/streaming.js";
import { schemaOf, type AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import type { Trigger, TriggerSpec } from "../engine/query/trigger.js";
import type { DataFrame } from "./dataFrame.js";
import { forEachRow, type ForeachWriter } from "./foreach.js";
import { sinkFormats } from "./formats.js";
import { optionOf, optionText, withoutOption, type OptionValue } from "./options.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import type { Session } from "./session.js";
import { checkedTrigger, defaultTrigger } from "./triggers.js";
import type { LooseRow } from "./types/row.js";

declare const rowOf: unique symbol;

/** Which batch a `foreachBatch` function has before it: what makes a repeated write recognisable. */
export interface ForeachBatchInfo {
  readonly queryId: string;
  readonly runId: string;
  /** True when an earlier run may have written this very batch already. */
  readonly replay: boolean;
}

/** Takes the rows of a batch, as a bounded DataFrame. Runs at least once a batch. */
export type ForeachBatch<Row> = (batch: DataFrame<Row>, batchId: number, info: ForeachBatchInfo) => void | Promise<void>;

/** A streaming query, not yet started: what a job file's default export gives. Plain data but for the function of `foreachBatch`. */
export interface StreamDefinition {
  readonly plan: AnalyzedPlan;
  readonly queryName: string | null;
  readonly outputMode: OutputMode;
  /** The sink; `foreachbatch` when there is a function. */
  readonly format: string;
  /** Of the sink, without `checkpointLocation`. */
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
  readonly trigger: TriggerSpec;
  readonly checkpointLocation: string | null;
  readonly foreachBatch: ForeachBatch<LooseRow> | null;
}

/** What `df.writeStream` starts from. */
export function newStreamDefinition(plan: AnalyzedPlan): StreamDefinition {
  return {
    plan,
    queryName: null,
    outputMode: "append",
    format: "parquet",
    options: {},
    partitionBy: [],
    trigger: defaultTrigger,
    checkpointLocation: null,
    foreachBatch: null,
  };
}

/**
 * A streaming query in the making. Immutable: every method gives a new one, and `start` starts it. A job file exports it as it is.
 *
 * @example await stream.writeStream.format("console").trigger({ availableNow: true }).start()
 */
export class DataStreamWriter<out Row = LooseRow> {
  declare readonly [rowOf]: Row;

  constructor(
    /** The session it was made in. */
    readonly session: Session,
    /** What it would start. */
    readonly definition: StreamDefinition,
  ) {
    if (!isStreaming(definition.plan)) {
      throw new StreamingError("STREAMING_QUERY_WITHOUT_STREAM");
    }
  }

  /** A name for the query, in progress and in `session.streams`. @example stream.writeStream.queryName("moving-average") */
  queryName(name: string): DataStreamWriter<Row> {
    return this.with({ queryName: name });
  }

  /** Which rows a batch writes: the new ones (append), the changed ones (update), all (complete). @example stream.writeStream.outputMode("append") */
  outputMode(mode: OutputMode): DataStreamWriter<Row> {
    return this.with({ outputMode: parseOutputMode(mode) });
  }

  /** The kind of sink; parquet unless said otherwise. @example stream.writeStream.format("kafka") */
  format(format: string): DataStreamWriter<Row> {
    return this.with({ format: sinkFormats.check(format, "DataStreamWriter") });
  }

  /** An option of the sink, or `checkpointLocation`. @example stream.writeStream.option("checkpointLocation", "checkpoints/averages") */
  option(name: string, value: OptionValue): DataStreamWriter<Row> {
    return this.options({ [name]: value });
  }

  /** Several options. @example stream.writeStream.options({ path: "out/averages", checkpointLocation: "checkpoints/averages" }) */
  options(options: Readonly<Record<string, OptionValue>>): DataStreamWriter<Row> {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    const all = { ...this.definition.options, ...added };
    const checkpointLocation = optionOf(added, "checkpointLocation") ?? this.definition.checkpointLocation;
    return this.with({ options: withoutOption(all, "checkpointLocation"), checkpointLocation });
  }

  /** A folder for each value of these columns. @example stream.writeStream.partitionBy("sensorId") */
  partitionBy<R>(this: DataStreamWriter<R>, ...columns: readonly (keyof R & string)[]): DataStreamWriter<R> {
    return this.with({ partitionBy: columns });
  }

  /** When batches run. @example stream.writeStream.trigger({ processingTime: "1 second" }) */
  trigger(trigger: Trigger): DataStreamWriter<Row> {
    return this.with({ trigger: checkedTrigger(trigger) });
  }

  /** Hands each batch to a function, at least once. @example stream.writeStream.foreachBatch(async (batch, batchId) => { await batch.show(); }) */
  foreachBatch(write: ForeachBatch<Row>): DataStreamWriter<Row> {
    // The rows are of this plan: `Row` is what the compiler knows of them.
    return this.with({ format: "foreachbatch", foreachBatch: write as unknown as ForeachBatch<LooseRow> });
  }

  /** Hands each row to a writer, at least once. @example stream.writeStream.foreach({ process: (row) => console.log(row) }) */
  foreach(writer: ForeachWriter<Row>): DataStreamWriter<Row> {
    return this.foreachBatch(forEachRow(writer));
  }

  /** Starts the query. @example const query = await stream.writeStream.format("console").start() */
  async start(path?: string): Promise<StreamingQuery> {
    const { definition } = path === undefined ? this : this.option("path", path);
    const { startStreamingQuery } = await import("./execution.js");
    const query = await startStreamingQuery(this.session, definition);
    this.session.streams.register(query);
    if (definition.format === "memory") await this.showMemoryTable(definition);
    return query;
  }

  /** What the memory sink has is a view under the query's name. */
  private async showMemoryTable({ queryName, plan }: StreamDefinition): Promise<void> {
    if (queryName === null) return;
    const { memoryTable } = await import("../sinks/memory/sink.js");
    const schema = schemaOf(outputOf(plan));
    this.session.setTempView(queryName, () => this.session.fromBatch(memoryTable(queryName).content(schema)).plan);
  }

  private with(change: Partial<StreamDefinition>): DataStreamWriter<Row> {
    return new DataStreamWriter<Row>(this.session, { ...this.definition, ...change });
  }
}
