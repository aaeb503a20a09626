import { lazily } from "../engine/errors/loading.js";
import type { Table } from "apache-arrow";
import type { Batch } from "../engine/arrow/batch.js";
import { checkAllNamesDiffer } from "../engine/arrow/columnNames.js";
import { rowsOf } from "../engine/arrow/columns.js";
import { toRows } from "../engine/arrow/rows.js";
import { typeName, type Schema } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Attribute } from "../engine/expression/expression.js";
import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import { analyze, analyzeWritten } from "../engine/plan/analyzer/analyze.js";
import { analyzeQuery } from "../engine/plan/analyzer/query/analyzeQuery.js";
import type { Catalog } from "../engine/plan/analyzer/query/environment.js";
import { schemaOf, type AnalyzedPlan, type LogicalPlan } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";
import type { ParsedPlan } from "../engine/plan/unresolved.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import { rowCount } from "../engine/plan/verbs.js";
import { tableLines } from "../engine/values/textTable.js";
import { outputExpression } from "./column.js";
import { partitionsOf } from "./conf.js";
import { explainMode, type ExplainMode } from "../engine/physical/explain.js";
import { explainFrame } from "./explain.js";
import { count } from "./functions/aggregates.js";
import { schemaTree } from "./schemaTree.js";
import { withIntervalTexts } from "./intervalTexts.js";
import type { SessionContext } from "./sessionContext.js";
import type { LooseRow } from "./rowTypes/row.js";
import { newWriteDefinition } from "./writeDefinition.js";
import { DataFrameWriter } from "./writer.js";

declare const rowOf: unique symbol;

/** A plan in its session: what there is to know of a table, and what runs it. The verbs that make another table of it are those of the DataFrame. */
export abstract class Relation<out Row = LooseRow> {
  declare readonly [rowOf]: Row;

  /** @param session the session it belongs to @param plan its analysed plan */
  constructor(
    readonly session: SessionContext,
    readonly plan: AnalyzedPlan,
  ) {}

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

  /** All rows. An AbortSignal ends the reading between two batches. @throws OPERATION_CANCELED @example await df.collect({ signal: AbortSignal.timeout(60_000) }) */
  async collect(options: { readonly signal?: { readonly aborted: boolean } } = {}): Promise<Row[]> {
    return this.rowsOf(this.plan, options.signal);
  }

  /** All rows as an Arrow table. @example const table = await df.toArrow() */
  async toArrow(): Promise<Table> {
    const { toArrowTable } = await lazily(import("./arrowTable.js"));
    const batches = await this.batchesOf(this.plan);
    return toArrowTable(batches[0]?.schema ?? this.schema, batches);
  }

  /** How many rows. @example await df.count() */
  async count(): Promise<number> {
    const aggregates = [outputExpression(count().as("count"))];
    const [batch] = await this.batchesOf({ kind: "aggregate", grouping: [], aggregates, input: this.plan });
    return toRows(batch!)[0]!["count"] as number;
  }

  /** The first row; null when there is none. @example await df.orderBy("id").first() */
  async first(): Promise<Row | null> {
    return (await this.take(1))[0] ?? null;
  }

  /** The first `n` rows. @example await df.head(5) */
  head(n = 1): Promise<Row[]> {
    return this.take(n);
  }

  /** The first `n` rows. @example await df.take(5) */
  async take(n: number): Promise<Row[]> {
    return this.rowsOf(this.limited(rowCount("take", n)));
  }

  /** Prints the first rows as a table. @example await df.show(5) */
  async show(rows = 20, truncate: boolean | number = true): Promise<void> {
    // One row more than is shown tells whether there are more.
    const batches = await this.batchesOf(this.limited(rowCount("show", rows) + 1));
    const first = batches.flatMap(rowsOf);
    const cellWidth = truncate === true ? 20 : truncate === false ? 0 : truncate;
    const { zone } = this.session.analysisContext;
    this.session.print(tableLines(batches[0]?.schema ?? this.schema, first, { rowLimit: rows, cellWidth, zone }).join("\n"));
  }

  /** Whether it has no rows. @example await df.isEmpty() */
  async isEmpty(): Promise<boolean> {
    return (await this.batchesOf(this.limited(1))).every((batch) => batch.length === 0);
  }

  /** Gives it a name for `session.table`. @example df.createOrReplaceTempView("readings") */
  createOrReplaceTempView(name: string): void {
    this.session.setTempView(name, () => this.plan);
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

  /** The plan of a query over an analysed plan, which names no tables. */
  protected queried(parsed: ParsedPlan, input: AnalyzedPlan = this.plan): AnalyzedPlan {
    const tables: Catalog = { find: () => null, pathOf: ({ parts }) => parts, names: [] };
    const query = { parsed, inputs: [input], analyze: (plan: ParsedPlan, context: AnalysisContext) => analyzeQuery(plan, context, tables) };
    return analyzeWritten(query, this.session.analysisContext);
  }

  private limited(rows: number): LogicalPlan {
    return { kind: "limit", count: rows, input: this.plan };
  }

  private async rowsOf(plan: LogicalPlan, signal?: { readonly aborted: boolean }): Promise<Row[]> {
    // A row is an object, which has one value a name.
    checkAllNamesDiffer(this.schema, { ignoreCase: false });
    return (await this.batchesOf(plan, signal)).flatMap((batch) => toRows(batch) as Row[]);
  }

  private async batchesOf(plan: LogicalPlan, signal?: { readonly aborted: boolean }): Promise<Batch[]> {
    if (this.isStreaming) throw new StreamingError("STREAMING_QUERY_NEEDS_START");
    const { collectBatches } = await lazily(import("./execution.js"));
    return collectBatches(this.session, withIntervalTexts(this.analyzed(plan), this.session.analysisContext), signal);
  }

  private printed(text: string): string {
    this.session.print(text);
    return text;
  }
}
