import { typeName, type Schema } from "../engine/arrow/types.js";
import type { Attribute } from "../engine/expression/expression.js";
import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import { analyze, analyzeWritten, isAnalyzed } from "../engine/plan/analyzer/analyze.js";
import { analyzeQuery } from "../engine/plan/analyzer/query/analyzeQuery.js";
import type { Catalog } from "../engine/plan/analyzer/query/environment.js";
import { schemaOf, type AnalyzedPlan, type LogicalPlan } from "../engine/plan/logicalPlan.js";
import { isOpenPlan, type OpenPlan } from "../engine/plan/openPlans.js";
import { outputOf } from "../engine/plan/outputOf.js";
import type { ParsedPlan } from "../engine/plan/unresolved.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import { partitionsOf } from "./conf.js";
import { explainMode, type ExplainMode } from "../engine/physical/explain.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { asQuery, Column, subquery, type Queried } from "./column.js";
import { tempViewName } from "./names.js";
import { explainFrame } from "./explain.js";
import { schemaTree } from "./schemaTree.js";
import type { SessionContext } from "./sessionContext.js";
import type { LooseRow } from "./rowTypes/row.js";
import { DataFrameWriterV2 } from "./tableWriter.js";
import { newWriteDefinition } from "./writeDefinition.js";
import { DataFrameWriter } from "./writer.js";

declare const rowOf: unique symbol;

/** A plan in its session: what there is to know of a table, and where it goes. What runs it stands above (`Actions`), as do the verbs that make another table of it. */
export abstract class Relation<out Row = LooseRow> implements Queried {
  declare readonly [rowOf]: Row;

  /** @param session the session it belongs to @param below its plan: analysed, unless it names columns of a query around it */
  constructor(
    readonly session: SessionContext,
    protected readonly below: AnalyzedPlan | OpenPlan,
  ) {}

  /** Its analysed plan. @throws UNRESOLVED_COLUMN.WITH_SUGGESTION when it names columns of a query around it: it is a table in that query only */
  get plan(): AnalyzedPlan {
    return isAnalyzed(this.below) ? this.below : this.analyzed(this.below);
  }

  /** The names of the columns. */
  get columns(): string[] {
    return this.output.map(({ name }) => name);
  }

  /** Names, types and nullability of the columns. */
  get schema(): Schema {
    return schemaOf(this.output);
  }

  /** Names and types of the columns as Spark writes them: `["id", "bigint"]`. */
  get dtypes(): [name: string, type: string][] {
    return this.output.map(({ name, type }) => [name, typeName(type)]);
  }

  /** Whether it reads an unbounded table: then `writeStream` runs it. */
  get isStreaming(): boolean {
    return isStreaming(this.plan);
  }

  /** Prints the columns as a tree, and gives the text. @example df.printSchema() */
  printSchema(): string {
    return this.printed(schemaTree(this.schema));
  }

  /**
   * Prints how it runs, and gives the text. `"simple"`: the operators. `"extended"` (or `true`): the logical plans before them too. `"formatted"`: the operators,
   * numbered, with what each reads and gives. `"cost"`: the optimized plan with estimated sizes, and the operators. `"codegen"`: the loops that are generated for them.
   *
   * @throws INVALID_OPTION_VALUE for another mode
   * @example df.explain("extended")
   */
  explain(mode: boolean | ExplainMode = false): string {
    const { conf, runtime } = this.session;
    return this.printed(explainFrame(this.plan, partitionsOf(conf.toRecord()), runtime.chunks, explainMode(mode)));
  }

  /** The session it belongs to: the same as `session`. */
  get sparkSession(): SessionContext {
    return this.session;
  }

  /** Gives it a name for `session.table`. @throws TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS @example df.createOrReplaceTempView("readings") */
  createOrReplaceTempView(name: string): void {
    this.session.setTempView(tempViewName(name), () => this.plan);
  }

  /** The same, for a name that no view has. @throws TEMP_TABLE_OR_VIEW_ALREADY_EXISTS, TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS @example df.createTempView("hotReadings") */
  createTempView(name: string): void {
    const own = tempViewName(name);
    if (this.session.findView(own) !== null) throw new StreamingError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: `\`${own}\`` });
    this.session.setTempView(own, () => this.plan);
  }

  /** As a query inside another one. */
  get [asQuery](): ParsedPlan {
    return { kind: "frameQuery", plan: this.below };
  }

  /**
   * The one value of a table of one column and at most one row, as a column of other tables; null when there is no row.
   *
   * @throws INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN where it is used; SCALAR_SUBQUERY_TOO_MANY_ROWS when it runs
   * @example df.where(col("celsius").eq(df.select(max("celsius")).scalar()))
   */
  scalar<R>(this: Relation<R>): Column<R[keyof R] | null, never, never> {
    return new Column(subquery("scalar", this));
  }

  /** Whether it has rows, as a column of other tables. @example df.where(sensors.where(col("sensorId").eq(col("sensorId").outer())).exists()) */
  exists(): Column<boolean, never, never> {
    return new Column(subquery("exists", this));
  }

  /** Writes a bounded table into a table of the warehouse, by the names of the columns. @throws CALL_ON_STREAMING_DATASET_UNSUPPORTED @example await df.select("id").writeTo("ids").createOrReplace() */
  writeTo(table: string): DataFrameWriterV2 {
    return new DataFrameWriterV2(this.session, {
      plan: this.plan,
      name: table,
      format: null,
      options: {},
      partitionedBy: [],
      properties: {},
    });
  }

  /** Writes a bounded table. @example await df.write.mode("overwrite").parquet("out/readings") */
  get write(): DataFrameWriter {
    return new DataFrameWriter(this.session, newWriteDefinition(this.plan));
  }

  protected get output(): readonly Attribute[] {
    return outputOf(this.plan);
  }

  protected analyzed(plan: LogicalPlan): AnalyzedPlan {
    return analyze(plan, this.session.analysisContext);
  }

  /** The plan, analysed unless it waits for a query around it. */
  protected analyzedOrOpen(plan: LogicalPlan): AnalyzedPlan | OpenPlan {
    return isOpenPlan(plan, isAnalyzed) ? plan : this.analyzed(plan);
  }

  /** The plan of a query over an analysed plan, which names no tables. */
  protected queried(parsed: ParsedPlan, inputs: readonly AnalyzedPlan[] = [this.plan]): AnalyzedPlan {
    const tables: Catalog = { find: () => null, pathOf: ({ parts }) => parts, names: [] };
    const query = { parsed, inputs, analyze: (plan: ParsedPlan, context: AnalysisContext) => analyzeQuery(plan, context, tables) };
    return analyzeWritten(query, this.session.analysisContext);
  }

  protected printed(text: string): string {
    this.session.print(text);
    return text;
  }
}
