import { lazily } from "../engine/errors/loading.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import { sinkFormats } from "./formats.js";
import { optionText, unknownName, type OptionValue, type SomeOptions } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import type { SinkOptions } from "./types/optionNames.js";
import type { SinkFormat, SomeFormat } from "./types/formats.js";
import { insertRows, saveTable } from "./tableStatements.js";
import { saveModes, type SaveMode, type WriteDefinition } from "./writeDefinition.js";

/**
 * Writes a bounded DataFrame. Immutable: every method gives a new one, and `save` runs it.
 *
 * @example await df.write.format("parquet").mode("overwrite").save("out/readings")
 */
export class DataFrameWriter<Format extends SinkFormat = SinkFormat> {
  constructor(
    private readonly session: SessionContext,
    /** What it would write. */
    readonly definition: WriteDefinition,
  ) {
    if (isStreaming(definition.plan)) throw new StreamingError("CALL_ON_STREAMING_DATASET_UNSUPPORTED", { methodName: "`write`" });
  }

  /** The kind of target; parquet unless said otherwise. @example df.write.format("json") */
  format<const F extends SinkFormat>(format: F): DataFrameWriter<F>;
  format(format: SinkFormat): DataFrameWriter;
  format<F extends string>(format: SomeFormat<F, SinkFormat>): DataFrameWriter;
  format(format: string): DataFrameWriter {
    return this.with<SinkFormat>({ format: sinkFormats.check(format) });
  }

  /** What happens when the target exists: an error unless said otherwise. @example df.write.mode("append") */
  mode(mode: SaveMode): DataFrameWriter<Format> {
    const known = saveModes.find((word) => word === mode.toLowerCase());
    if (!known) throw unknownName("DataFrameWriter", "mode", mode, saveModes);
    return this.with({ mode: known === "error" ? "errorifexists" : known });
  }

  /** An option of the target. @example df.write.option("compression", "zstd") */
  option(name: SinkOptions[Format] | (string & {}), value: OptionValue): DataFrameWriter<Format> {
    return this.with({ options: { ...this.definition.options, [name]: optionText(value) } });
  }

  /** Several options. @example df.write.options({ compression: "zstd" }) */
  options(options: SomeOptions<SinkOptions[Format]>): DataFrameWriter<Format> {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    return this.with({ options: { ...this.definition.options, ...added } });
  }

  /** A folder for each value of these columns. @example df.write.partitionBy("sensorId") */
  partitionBy(...columns: readonly string[]): DataFrameWriter<Format> {
    return this.with({ partitionBy: columns });
  }

  /** Runs it. @example await df.write.save("out/readings") */
  async save(path?: string): Promise<void> {
    const writer = path === undefined ? this : this.option("path", path);
    const { writeBatch } = await lazily(import("./batchWrite.js"));
    await writeBatch(this.session, writer.definition);
  }

  /**
   * Adds the rows to a table of the warehouse, column by column in their order; in mode overwrite they take the place of its rows.
   *
   * @throws TABLE_OR_VIEW_NOT_FOUND, PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO, INSERT_COLUMN_ARITY_MISMATCH.…, INCOMPATIBLE_DATA_FOR_TABLE.…
   * @example await df.select("id").write.mode("overwrite").saveAsTable("ids"); await df.select("id").write.insertInto("ids")
   */
  async insertInto(table: string): Promise<void> {
    await insertRows(this.session, this.definition, table);
  }

  /**
   * Makes a table of the warehouse. When there is one, the mode says what happens: an error, nothing (`ignore`), the rows behind its own by the names of its columns
   * (`append`), or the table anew (`overwrite`).
   *
   * @throws TABLE_OR_VIEW_ALREADY_EXISTS, SCHEMA_NOT_FOUND, UNSUPPORTED_OVERWRITE.TABLE
   * @example await df.select("id", "celsius").write.format("json").mode("overwrite").saveAsTable("readings_by_id")
   */
  async saveAsTable(table: string): Promise<void> {
    await saveTable(this.session, this.definition, table);
  }

  /** Runs it into CSV. @example await df.select("sensorId", "celsius").write.csv("out/readings") */
  csv(path: string): Promise<void> {
    return this.format("csv").save(path);
  }

  /** Runs it into lines of text, of one string column. @example await df.select("sensorId").write.text("out/sensors") */
  text(path: string): Promise<void> {
    return this.format("text").save(path);
  }

  /** Runs it into JSON lines. @example await df.write.json("out/readings") */
  json(path: string): Promise<void> {
    return this.format("json").save(path);
  }

  /** Runs it into Parquet. @example await df.write.parquet("out/readings") */
  parquet(path: string): Promise<void> {
    return this.format("parquet").save(path);
  }

  private with<F extends SinkFormat = Format>(change: Partial<WriteDefinition>): DataFrameWriter<F> {
    return new DataFrameWriter<F>(this.session, { ...this.definition, ...change });
  }
}
