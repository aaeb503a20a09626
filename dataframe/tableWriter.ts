import { notYetSupported, StreamingError } from "../engine/errors/streamingError.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { parseTableName } from "../engine/sql/parser.js";
import { columnExpression, type AnyColumn } from "./column.js";
import { sinkFormats } from "./formats.js";
import { optionOf, optionText, withoutOption, type OptionValue } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import { createStatement, insertStatement } from "./tableStatements.js";

interface TableWrite {
  readonly plan: AnalyzedPlan;
  readonly name: string;
  readonly format: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionedBy: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Writes a bounded DataFrame into a table of the warehouse, columns by their names: what `df.writeTo(name)` gives. Immutable; the methods that give a Promise run.
 *
 * @example await df.select("id", "celsius").writeTo("hot").using("json").create()
 */
export class DataFrameWriterV2 {
  constructor(
    private readonly session: SessionContext,
    private readonly write: TableWrite,
  ) {
    if (isStreaming(write.plan)) throw new StreamingError("CALL_ON_STREAMING_DATASET_UNSUPPORTED", { methodName: "`writeTo`" });
    parseTableName(write.name);
  }

  /** The format of a table that is made: `spark.sql.sources.default` unless said otherwise. @example df.writeTo("hot").using("json") */
  using(format: string): DataFrameWriterV2 {
    return this.with({ format: sinkFormats.check(format) });
  }

  /** An option of the table. @example df.writeTo("hot").option("compression", "zstd") */
  option(name: string, value: OptionValue): DataFrameWriterV2 {
    return this.with({ options: { ...this.write.options, [name]: optionText(value) } });
  }

  /** Several options. @example df.writeTo("hot").options({ compression: "zstd" }) */
  options(options: Readonly<Record<string, OptionValue>>): DataFrameWriterV2 {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    return this.with({ options: { ...this.write.options, ...added } });
  }

  /** A property of a table that is made, as TBLPROPERTIES has them. @example df.writeTo("hot").tableProperty("owner", "me") */
  tableProperty(property: string, value: string): DataFrameWriterV2 {
    return this.with({ properties: { ...this.write.properties, [property]: value } });
  }

  /** The columns that partition a table that is made: they come last in it. @throws NOT_YET_SUPPORTED for more than a column @example df.writeTo("hot").partitionedBy("sensorId") */
  partitionedBy(...columns: readonly (string | AnyColumn)[]): DataFrameWriterV2 {
    const names = columns.map((column, i) => {
      const e = columnExpression(column, "DataFrameWriterV2.partitionedBy", i);
      if (e.kind === "unresolvedAttribute" && e.parts.length === 1) return e.parts[0]!;
      throw notYetSupported("A partition of a table by something other than a column");
    });
    return this.with({ partitionedBy: names });
  }

  /** Makes the table. @throws TABLE_OR_VIEW_ALREADY_EXISTS, SCHEMA_NOT_FOUND @example await df.select("id").writeTo("ids").create() */
  async create(): Promise<void> {
    await this.make(false);
  }

  /** Makes it in place of the one that is there. @throws TABLE_OR_VIEW_NOT_FOUND, UNSUPPORTED_OVERWRITE.TABLE @example await df.select("id").writeTo("ids").createOrReplace(); await df.writeTo("ids").replace() */
  async replace(): Promise<void> {
    await this.session.statements.checkTable(parseTableName(this.write.name));
    await this.make(true);
  }

  /** Makes it, whether there is one or not. @throws UNSUPPORTED_OVERWRITE.TABLE @example await df.select("id").writeTo("ids").createOrReplace() */
  async createOrReplace(): Promise<void> {
    await this.make(true);
  }

  /** Adds the rows. @throws TABLE_OR_VIEW_NOT_FOUND, INCOMPATIBLE_DATA_FOR_TABLE.… @example await df.select("id").writeTo("ids").createOrReplace(); await df.select("id").writeTo("ids").append() */
  async append(): Promise<void> {
    await this.insert(false);
  }

  /** The rows in place of those that meet a condition: of all of them, `lit(true)`. @throws NOT_YET_SUPPORTED for another condition @example await df.select("id").writeTo("ids").createOrReplace(); await df.select("id").writeTo("ids").overwrite(lit(true)) */
  async overwrite(condition: AnyColumn): Promise<void> {
    const { expression } = condition;
    if (expression.kind !== "literal" || expression.value !== true) throw notYetSupported("Overwriting a part of a table");
    await this.insert(true);
  }

  /** The rows in place of those of the partitions that they are in: of a table without partitions, of all. @throws NOT_YET_SUPPORTED for a table with partitions @example await df.select("id").writeTo("ids").createOrReplace(); await df.select("id").writeTo("ids").overwritePartitions() */
  async overwritePartitions(): Promise<void> {
    const { partitionBy } = await this.session.statements.checkTable(parseTableName(this.write.name));
    if (partitionBy.length > 0) throw notYetSupported("Overwriting partitions of a table");
    await this.insert(true);
  }

  private async make(replace: boolean): Promise<void> {
    const { plan, name, format, options, partitionedBy, properties } = this.write;
    const location = optionOf(options, "path") ?? optionOf(options, "location") ?? null;
    const own = withoutOption(withoutOption(options, "path"), "location");
    await this.session.statements.run(createStatement(name, plan, { replace, format, options: own, location, partitionedBy, properties }));
  }

  private async insert(overwrite: boolean): Promise<void> {
    const { plan, name } = this.write;
    await this.session.statements.run(insertStatement(name, plan, { overwrite, byName: true }));
  }

  private with(change: Partial<TableWrite>): DataFrameWriterV2 {
    return new DataFrameWriterV2(this.session, { ...this.write, ...change });
  }
}
