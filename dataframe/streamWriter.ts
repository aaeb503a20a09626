import { lazily } from "../engine/errors/loading.js";
import type { Batch } from "../engine/arrow/batch.js";
import { checkAllNamesDiffer } from "../engine/arrow/columnNames.js";
import type { OutputMode } from "../engine/contract/sink.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { parseOutputMode } from "../engine/plan/analyzer/streaming.js";
import { schemaOf } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import type { Trigger } from "../engine/query/trigger.js";
import { forEachRow, type ForeachWriter } from "./foreach.js";
import { sinkFormats } from "./formats.js";
import { optionOf, optionText, withoutOption, type OptionValue, type SomeOptions } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import { refusedStart } from "./startGate.js";
import type { BatchReceiver, ForeachBatchInfo, StreamDefinition } from "./streamDefinition.js";
import { checkedTrigger } from "./triggers.js";
import type { SinkOptions } from "./types/optionNames.js";
import type { SinkFormat, SomeFormat } from "./types/formats.js";
import type { LooseRow } from "./rowTypes/row.js";

declare const rowOf: unique symbol;

/** Takes a batch, as `Frame`. Runs at least once a batch. */
export type BatchFunction<Frame> = (batch: Frame, batchId: number, info: ForeachBatchInfo) => void | Promise<void>;

/**
 * A streaming query in the making. Immutable: every method gives a new one, and `start` starts it. A job file exports it as it is.
 *
 * @example await stream.writeStream.format("console").trigger({ availableNow: true }).start()
 */
export class DataStreamWriter<out Row = LooseRow, out Frame = unknown, Format extends SinkFormat = SinkFormat> {
  declare readonly [rowOf]: Row;

  constructor(
    /** The session it was made in. */
    readonly session: SessionContext,
    /** What it would start. */
    readonly definition: StreamDefinition,
    /** How the rows of a batch become what a `foreachBatch` function is given. */
    private readonly frameOf: (rows: Batch, session: SessionContext) => Frame,
  ) {
    if (!isStreaming(definition.plan)) {
      throw new StreamingError("STREAMING_QUERY_WITHOUT_STREAM");
    }
  }

  /** A name for the query, in progress and in `session.streams`. @example stream.writeStream.queryName("moving-average") */
  queryName(name: string): DataStreamWriter<Row, Frame, Format> {
    return this.with({ queryName: name });
  }

  /** Which rows a batch writes: the new ones (append), the changed ones (update), all (complete). @example stream.writeStream.outputMode("append") */
  outputMode(mode: OutputMode): DataStreamWriter<Row, Frame, Format> {
    return this.with({ outputMode: parseOutputMode(mode) });
  }

  /** The kind of sink; parquet unless said otherwise. @example stream.writeStream.format("kafka") */
  format<const F extends SinkFormat>(format: F): DataStreamWriter<Row, Frame, F>;
  format(format: SinkFormat): DataStreamWriter<Row, Frame>;
  format<F extends string>(format: SomeFormat<F, SinkFormat>): DataStreamWriter<Row, Frame>;
  format(format: string): DataStreamWriter<Row, Frame> {
    return this.with<SinkFormat>({ format: sinkFormats.check(format, "DataStreamWriter") });
  }

  /** An option of the sink, or `checkpointLocation`. @example stream.writeStream.option("checkpointLocation", "checkpoints/averages") */
  option(name: SinkOptions[Format] | (string & {}), value: OptionValue): DataStreamWriter<Row, Frame, Format> {
    return this.options({ [name]: value } as SomeOptions<SinkOptions[Format]>);
  }

  /** Several options. @example stream.writeStream.options({ path: "out/averages", checkpointLocation: "checkpoints/averages" }) */
  options(options: SomeOptions<SinkOptions[Format]>): DataStreamWriter<Row, Frame, Format> {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    const all = { ...this.definition.options, ...added };
    const checkpointLocation = optionOf(added, "checkpointLocation") ?? this.definition.checkpointLocation;
    return this.with({ options: withoutOption(all, "checkpointLocation"), checkpointLocation });
  }

  /** A folder for each value of these columns. @example stream.writeStream.partitionBy("sensorId") */
  partitionBy<R, F, S extends SinkFormat>(
    this: DataStreamWriter<R, F, S>,
    ...columns: readonly (keyof R & string)[]
  ): DataStreamWriter<R, F, S> {
    return this.with({ partitionBy: columns });
  }

  /** When batches run. @example stream.writeStream.trigger({ processingTime: "1 second" }) */
  trigger(trigger: Trigger): DataStreamWriter<Row, Frame, Format> {
    return this.with({ trigger: checkedTrigger(trigger) });
  }

  /** Hands each batch to a function, at least once. @example stream.writeStream.foreachBatch(async (batch, batchId) => { await batch.show(); }) */
  foreachBatch(write: BatchFunction<Frame>): DataStreamWriter<Row, Frame, Format> {
    const { frameOf } = this;
    return this.receivedBy((rows, batchId, info, session) => write(frameOf(rows, session), batchId, info));
  }

  /** Hands each row to a writer, at least once. @example stream.writeStream.foreach({ process: (row) => console.log(row) }) */
  foreach(writer: ForeachWriter<Row>): DataStreamWriter<Row, Frame, Format> {
    // A row is an object, which has one value a name.
    checkAllNamesDiffer(schemaOf(outputOf(this.definition.plan)), { ignoreCase: false });
    return this.receivedBy(forEachRow(writer));
  }

  /** Starts the query. @throws JOB_STARTS_QUERY in a job file, whose queries the command starts @example const query = await stream.writeStream.format("console").start() */
  start(path?: string): Promise<StreamingQuery> {
    return refusedStart() ?? startNow(path === undefined ? this : this.option("path", path));
  }

  private receivedBy(foreachBatch: BatchReceiver): DataStreamWriter<Row, Frame, Format> {
    return this.with({ format: "foreachbatch", foreachBatch });
  }

  private with<S extends SinkFormat = Format>(change: Partial<StreamDefinition>): DataStreamWriter<Row, Frame, S> {
    return new DataStreamWriter<Row, Frame, S>(this.session, { ...this.definition, ...change }, this.frameOf);
  }
}

async function startNow({ session, definition }: Pick<DataStreamWriter, "session" | "definition">): Promise<StreamingQuery> {
  const { startStreamingQuery } = await lazily(import("./startQuery.js"));
  return startStreamingQuery(session, definition);
}
