import { lazily } from "../engine/errors/loading.js";
import type { Batch } from "../engine/arrow/batch.js";
import { checkAllNamesDiffer } from "../engine/arrow/columnNames.js";
import type { OutputMode } from "../engine/contract/sink.js";
import type { StateHook } from "../engine/contract/stateHook.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { parseOutputMode } from "../engine/plan/analyzer/streaming.js";
import { schemaOf, type AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import type { MalformedPolicy } from "../engine/plan/malformedRecords.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import { parseTableName } from "../engine/sql/parser.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import type { Trigger } from "../engine/query/trigger.js";
import { checkedEmission, type EarlyEmission } from "./emitEvery.js";
import { forEachRow, type ForeachWriter } from "./foreach.js";
import { sinkFormats } from "./formats.js";
import { optionOf, optionText, withoutOption, type OptionValue, type SomeOptions } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import { refusedStart } from "./startGate.js";
import { checkedPolicy, checkedSide, checkedSideOutput, sideRowsPlan, type SideOutputId } from "./sideOutputs.js";
import type { BatchReceiver, ForeachBatchInfo, LatePolicy, StreamDefinition } from "./streamDefinition.js";
import { checkedTrigger, checkedTtlMs } from "./triggers.js";
import type { SinkOptions } from "./types/optionNames.js";
import type { SinkFormat, SomeFormat } from "./types/formats.js";
import type { LooseRow } from "./rowTypes/row.js";

declare const rowOf: unique symbol;

/** What rows are to functions: those of a batch, and those of a side output. */
export interface Frames {
  readonly batch: unknown;
  readonly side: unknown;
}

/** Makes them. */
export interface FramesOf<Made extends Frames> {
  batch(rows: Batch, session: SessionContext): Made["batch"];
  side(plan: AnalyzedPlan): Made["side"];
}

/** Takes a batch, as `Frame`. Runs at least once a batch. */
export type BatchFunction<Frame> = (batch: Frame, batchId: number, info: ForeachBatchInfo) => void | Promise<void>;

/**
 * A streaming query in the making. Immutable: every method gives a new one, and `start` starts it. A job file exports it as it is.
 *
 * @example await stream.writeStream.format("console").trigger({ availableNow: true }).start()
 */
export class DataStreamWriter<out Row = LooseRow, out Made extends Frames = Frames, Format extends SinkFormat = SinkFormat> {
  declare readonly [rowOf]: Row;

  constructor(
    /** The session it was made in. */
    readonly session: SessionContext,
    /** What it would start. */
    readonly definition: StreamDefinition,
    /** How rows become what its functions are given. */
    private readonly frames: FramesOf<Made>,
  ) {
    if (!isStreaming(definition.plan)) {
      throw new StreamingError("STREAMING_QUERY_WITHOUT_STREAM");
    }
  }

  /** A name for the query, in progress and in `session.streams`. @example stream.writeStream.queryName("moving-average") */
  queryName(name: string): DataStreamWriter<Row, Made, Format> {
    return this.with({ queryName: name });
  }

  /** Which rows a batch writes: the new ones (append), the changed ones (update), all (complete). @example stream.writeStream.outputMode("append") */
  outputMode(mode: OutputMode): DataStreamWriter<Row, Made, Format> {
    return this.with({ outputMode: parseOutputMode(mode) });
  }

  /** The kind of sink; parquet unless said otherwise. @example stream.writeStream.format("kafka") */
  format<const F extends SinkFormat>(format: F): DataStreamWriter<Row, Made, F>;
  format(format: SinkFormat): DataStreamWriter<Row, Made>;
  format<F extends string>(format: SomeFormat<F, SinkFormat>): DataStreamWriter<Row, Made>;
  format(format: string): DataStreamWriter<Row, Made> {
    return this.with<SinkFormat>({ format: sinkFormats.check(format) });
  }

  /** An option of the sink, or `checkpointLocation`. @example stream.writeStream.option("checkpointLocation", "checkpoints/averages") */
  option(name: SinkOptions[Format] | (string & {}), value: OptionValue): DataStreamWriter<Row, Made, Format> {
    return this.options({ [name]: value } as SomeOptions<SinkOptions[Format]>);
  }

  /** Several options. @example stream.writeStream.options({ path: "out/averages", checkpointLocation: "checkpoints/averages" }) */
  options(options: SomeOptions<SinkOptions[Format]>): DataStreamWriter<Row, Made, Format> {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    const all = { ...this.definition.options, ...added };
    const checkpointLocation = optionOf(added, "checkpointLocation") ?? this.definition.checkpointLocation;
    return this.with({ options: withoutOption(all, "checkpointLocation"), checkpointLocation });
  }

  /** A folder for each value of these columns. @example stream.writeStream.partitionBy("sensorId") */
  partitionBy<R, F extends Frames, S extends SinkFormat>(
    this: DataStreamWriter<R, F, S>,
    ...columns: readonly (keyof R & string)[]
  ): DataStreamWriter<R, F, S> {
    return this.with({ partitionBy: columns });
  }

  /** When batches run. @example stream.writeStream.trigger({ processingTime: "1 second" }) */
  trigger(trigger: Trigger): DataStreamWriter<Row, Made, Format> {
    return this.with({ trigger: checkedTrigger(trigger) });
  }

  /** Hands each batch to a function, at least once. @example stream.writeStream.foreachBatch(async (batch, batchId) => { await batch.show(); }) */
  foreachBatch(write: BatchFunction<Made["batch"]>): DataStreamWriter<Row, Made, Format> {
    const { frames } = this;
    return this.receivedBy((rows, batchId, info, session) => write(frames.batch(rows, session), batchId, info));
  }

  /** Hands each row to a writer, at least once. @example stream.writeStream.foreach({ process: (row) => console.log(row) }) */
  foreach(writer: ForeachWriter<Row>): DataStreamWriter<Row, Made, Format> {
    // A row is an object, which has one value a name.
    checkAllNamesDiffer(schemaOf(outputOf(this.definition.plan)), { ignoreCase: false });
    return this.receivedBy(forEachRow(writer));
  }

  /**
   * What becomes of rows that come later than the watermark allows: they are dropped and counted (`drop`, as unless said), they end the query (`fail`), or they go to the
   * side output `late`, with `_operator`, `_reason` and `_watermark` beside their columns, in the same batch.
   *
   * @example const counts = stream.withWatermark("timestamp", "1 minute").groupBy("timestamp").count(); counts.writeStream.onLate("sideOutput").sideOutput("late", (rows) => rows.writeStream.format("json").option("path", "out/late"))
   */
  onLate(policy: LatePolicy): DataStreamWriter<Row, Made, Format> {
    return this.with({ onLate: checkedPolicy<LatePolicy>("onLate", policy, ["drop", "sideOutput", "fail"]) });
  }

  /**
   * What becomes of malformed records of JSON and CSV streams, and of texts that `from_json` cannot read, where none has a `mode` of its own: their columns are null
   * (`null`), their rows are dropped (`drop`), they end the query (`fail`), or they go to the side output `malformed` as (source, record), in the same batch.
   *
   * @example stream.writeStream.onMalformed("sideOutput").sideOutput("malformed", (rows) => rows.writeStream.format("text").option("path", "out/bad"))
   */
  onMalformed(policy: MalformedPolicy): DataStreamWriter<Row, Made, Format> {
    return this.with({ onMalformed: checkedPolicy<MalformedPolicy>("onMalformed", policy, ["null", "drop", "fail", "sideOutput"]) });
  }

  /**
   * Where the rows of a side output go: a function that selects what it likes of them and gives a writer with a format and its options. Each batch is committed to all
   * outputs at once.
   *
   * @throws SIDE_OUTPUT_UNKNOWN, SIDE_OUTPUT_WRITER, SIDE_OUTPUT_OPERATION, SIDE_OUTPUT_SETTING, SIDE_OUTPUT_WITHOUT_ROWS where nothing can be late
   * @example stream.withWatermark("timestamp", "1 minute").dropDuplicates("timestamp").writeStream.onLate("sideOutput").sideOutput("late", (rows) => rows.writeStream.format("console"))
   */
  sideOutput(
    output: SideOutputId,
    write: (rows: Made["side"]) => { readonly definition: StreamDefinition },
  ): DataStreamWriter<Row, Made, Format> {
    const id = checkedSideOutput(output);
    const rows = sideRowsPlan(this.session, this.definition.plan, id);
    const writer: unknown = write(this.frames.side(rows));
    const side = checkedSide(id, writer instanceof DataStreamWriter ? writer.definition : null);
    return this.with({ sides: [...this.definition.sides.filter(({ outputId }) => outputId !== id), side] });
  }

  /**
   * How long state is kept that no watermark bounds, by the logged time of the batches: the rows of both sides of such a join, the keys of such a deduplication after the
   * batch of their first row, groups after the last batch that touched them (in output mode changes with a `delete`). What is forgotten is counted (`rowsExpiredByTtl`).
   *
   * @throws INVALID_OPTION_VALUE, INVALID_INTERVAL_FORMAT.*
   * @example stream.dropDuplicates("value").writeStream.stateTtl("1 day")
   */
  stateTtl(duration: string): DataStreamWriter<Row, Made, Format> {
    return this.with({ stateTtlMs: checkedTtlMs(duration) });
  }

  /**
   * In output mode changes: when the changes of windows and sessions are told before these close. Until then they are held back, and then told as what they come to, one
   * change a key; what closes is always told. Without it every batch tells what it changed.
   *
   * `processingTime`: so long, by the logged time of the batches, after the first change of a window that is not told. `eventTime`: each time the watermark comes past a
   * multiple of it. `rows`: when a window has so many rows more (or less) than when it was told last.
   *
   * @throws INVALID_OPTION_VALUE, INVALID_INTERVAL_FORMAT.*; at the start EMIT_EVERY_NEEDS_CHANGES, EMIT_EVERY_WITHOUT_WINDOWS
   * @example stream.withWatermark("timestamp", "1 minute").groupBy("timestamp").count().writeStream.outputMode("changes").emitEvery({ processingTime: "10 seconds" })
   */
  emitEvery(every: EarlyEmission): DataStreamWriter<Row, Made, Format> {
    return this.with({ emitEvery: checkedEmission(every) });
  }

  /**
   * What is done at a restart with the state of an operator that an earlier version of the query left, and that does not fit by itself (`npx tidemark plan` says which, and
   * by which ids). A function makes of each row that is there the row that is wanted, or null to drop it; both have the names that `npx tidemark state show` has, and the new
   * one has all columns. It is called once for each row, before the first batch, and what it made is committed with that batch. `discard` leaves the state behind: the
   * operator begins without. Once the state fits, neither is used.
   *
   * @param operator its id: of `.id("…")`, or by kind and place (`aggregate-0`)
   * @throws at the start: STATE_MIGRATION_FAILED
   * @example stream.groupBy("value").count().writeStream.migrateState("aggregate-0", ({ key, value }) => ({ key: { value: key["v"] }, value }))
   */
  migrateState(operator: string, migrate: StateHook): DataStreamWriter<Row, Made, Format> {
    return this.with({ stateHooks: { ...this.definition.stateHooks, [operator]: migrate } });
  }

  /**
   * Whether the tables that the stream is joined with are looked at before each batch, and read anew when their files have changed; else once a run. The list of files that a
   * batch sees is logged with it, so that a batch that runs again sees the same.
   *
   * @example stream.join(session.read.schema("value BIGINT, name STRING").json("names"), "value").writeStream.staticRefresh()
   */
  staticRefresh(isRefreshed = true): DataStreamWriter<Row, Made, Format> {
    return this.with({ staticRefresh: isRefreshed });
  }

  /** Starts the query. @throws JOB_STARTS_QUERY in a job file, whose queries the command starts @example const query = await stream.writeStream.format("console").start() */
  start(path?: string): Promise<StreamingQuery> {
    return refusedStart() ?? startNow(path === undefined ? this : this.option("path", path));
  }

  /**
   * Starts the query into a table of the warehouse, columns by their names; a table that is not there is made.
   *
   * @throws CHECKPOINT_LOCATION_REQUIRED; INVALID_OPTION_VALUE for another format than the table's; INCOMPATIBLE_DATA_FOR_TABLE.…
   * @example const query = await stream.writeStream.option("checkpointLocation", "checkpoints/rates").trigger({ once: true }).toTable("rates"); await query.awaitTermination()
   */
  toTable(table: string): Promise<StreamingQuery> {
    return refusedStart() ?? this.startInto(table);
  }

  private async startInto(table: string): Promise<StreamingQuery> {
    const target = await this.session.statements.streamTarget(parseTableName(table), this.definition);
    return startNow(this.with({ ...target, foreachBatch: null }));
  }

  private receivedBy(foreachBatch: BatchReceiver): DataStreamWriter<Row, Made, Format> {
    return this.with({ format: "foreachbatch", foreachBatch });
  }

  private with<S extends SinkFormat = Format>(change: Partial<StreamDefinition>): DataStreamWriter<Row, Made, S> {
    return new DataStreamWriter<Row, Made, S>(this.session, { ...this.definition, ...change }, this.frames);
  }
}

async function startNow({ session, definition }: Pick<DataStreamWriter, "session" | "definition">): Promise<StreamingQuery> {
  const { startStreamingQuery } = await lazily(import("./startQuery.js"));
  return startStreamingQuery(session, definition);
}
