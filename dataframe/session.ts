import { inText } from "../engine/errors/textPlace.js";
import { batchFromRows } from "../engine/arrow/columns.js";
import type { Batch } from "../engine/arrow/batch.js";
import { memberFromUser } from "../engine/arrow/rows.js";
import { checkNamesDiffer, namesOf } from "../engine/arrow/columnNames.js";
import { types } from "../engine/arrow/types.js";
import type { Value } from "../engine/arrow/value.js";
import type { Runtime } from "../engine/contract/runtime.js";
import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import { nearestName } from "../engine/errors/nearest.js";
import { rangeRows } from "../engine/values/rangeRows.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { parseStatement } from "../engine/sql/statements.js";
import { withVariables } from "../engine/sql/variables.js";
import { packageVersion } from "../runtime/packageVersion.js";
import { systemUser } from "../runtime/systemUser.js";
import { systemRuntime } from "../runtime/systemRuntime.js";
import { MemoryTables } from "../sinks/memory/sink.js";
import { Conf, contextOf } from "./conf.js";
import { Catalog } from "./catalog.js";
import { DataFrame } from "./dataFrame.js";
import type { ConfName } from "./confKeys.js";
import type { SomeOptions } from "./options.js";
import { nameParts, viewName } from "./names.js";
import { DataFrameReader, type DataStreamReader } from "./reader.js";
import { schemaInput, type RowOfInput, type SchemaInput } from "./schema.js";
import type { SessionContext, Statements, Tell } from "./sessionContext.js";
import { withSubqueries } from "../engine/plan/analyzer/query/analyzeQuery.js";
import { SessionCatalog } from "./sql/catalog.js";
import { defaultDatabase } from "./sql/warehouse.js";
import { bindParameters, type Parameters } from "./sql/parameters.js";
import { runStatement, statementsOf } from "./sql/statements.js";
import { StreamingQueryManager } from "./streams.js";
import { TableValuedFunctions } from "./tableFunctions.js";
import { TableRegistry } from "./tables.js";
import { UdfRegistration } from "./udfRegistration.js";
import type { CheckedDdl } from "./types/ddl.js";
import type { LooseRow } from "./rowTypes/row.js";

/** What a session may be made with. */
export interface SessionOptions {
  /** Spark's configuration keys, with or without `spark.`. */
  readonly conf?: SomeOptions<ConfName>;
  /** Files, clock and executor other than this process's own: for simulations. */
  readonly runtime?: Runtime;
  /** Where `show`, `explain` and the console sink print; the console unless said otherwise. Told of which query it is, where it is of one. */
  readonly print?: Tell;
  /** Who is told what is no error, and of which query; standard error unless said otherwise. */
  readonly warn?: Tell;
  /** What the memory sink of earlier sessions was given, so that a query that is started again goes on with it; nothing unless said otherwise. */
  readonly memoryTables?: MemoryTables;
  /** Has the last word on the options of every reader: how a command line overrides what a job says. */
  readonly readOptions?: (options: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Asked between two batches of a bounded table that is being read: whether it should end with OPERATION_CANCELED. Never unless said otherwise. */
  readonly isInterrupted?: () => boolean;
}

/**
 * Where everything starts: it makes DataFrames, and keeps the configuration and the running queries.
 *
 * @example const session = Session.create({ conf: { "spark.sql.session.timeZone": "Europe/Berlin" } })
 */
export class Session implements SessionContext {
  /** The configuration, by Spark's keys. @example session.conf.set("spark.sql.ansi.enabled", false) */
  readonly conf: Conf;
  /** The streaming queries of this session. */
  readonly streams = new StreamingQueryManager();
  /** What the Read nodes of this session's plans read. */
  readonly tables = new TableRegistry();
  /** What its queries have written to the memory sink. */
  readonly memoryTables: MemoryTables;
  /** Files, clock, executor and process of its queries. */
  readonly runtime: Runtime;
  /** Prints a line (or several) for a person. */
  readonly print: Tell;
  /** Tells a person what is no error. */
  readonly warn: Tell;
  /** Has the last word on the options of a reader. */
  readonly readOptions: (options: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Whether whoever asked wants no more. */
  readonly isInterrupted: () => boolean;
  /** The database that names of tables without one mean. */
  readonly currentDatabase = { name: defaultDatabase };
  /** What text calls functions of users by, in lower case, and what plans do. */
  readonly userFunctions = new Map<string, string>();
  /** The functions of users that text can name. @example session.udf.register("double", (x: number) => x * 2, "INT") */
  readonly udf = new UdfRegistration(this.userFunctions);
  private readonly views = new Map<string, { readonly name: string; readonly plan: () => AnalyzedPlan }>();

  private constructor(options: SessionOptions) {
    this.memoryTables = options.memoryTables ?? new MemoryTables();
    this.print = options.print ?? ((line) => console.log(line));
    this.warn = options.warn ?? ((message) => console.warn(message));
    this.readOptions = options.readOptions ?? ((given) => given);
    this.isInterrupted = options.isInterrupted ?? (() => false);
    this.conf = new Conf(options.conf ?? {}, this.warn);
    const runtime = options.runtime ?? systemRuntime();
    this.runtime = { ...runtime, files: runtime.files.under?.(() => this.conf.toRecord()) ?? runtime.files };
  }

  /** A new session. Does no I/O. @example Session.create() */
  static create(options: SessionOptions = {}): Session {
    return new Session(options);
  }

  /** Reads bounded tables. @example session.read.schema("id BIGINT").json("data") */
  get read(): DataFrameReader<LooseRow, "later"> {
    return new DataFrameReader(this, { streaming: false, format: this.conf.get("spark.sql.sources.default"), options: {}, schema: null });
  }

  /** Reads unbounded tables. @example session.readStream.format("rate").load() */
  get readStream(): DataStreamReader {
    return new DataFrameReader(this, { streaming: true, format: this.conf.get("spark.sql.sources.default"), options: {}, schema: null });
  }

  /**
   * Rows in memory as a DataFrame: objects by column name, or arrays in the schema's order.
   *
   * @throws VALUE_NOT_OF_TYPE when a value does not fit its column, or is null where the column may not be; COLUMN_ALREADY_EXISTS when objects would name
   * two columns
   * @example session.createDataFrame([{ id: 1, name: "one" }], schema({ id: t.long, name: t.string }))
   */
  createDataFrame<const S extends SchemaInput>(
    rows: readonly (Partial<RowOfInput<S>> | readonly unknown[])[],
    schema: S & CheckedDdl<S>,
  ): DataFrame<RowOfInput<S>> {
    const { fields } = schemaInput(schema);
    const struct = types.struct(fields);
    if (!rows.every(Array.isArray)) checkNamesDiffer(namesOf(struct), { ignoreCase: false });
    const values = rows.map((row) =>
      fields.map(({ name, type, nullable }, i): Value => memberFromUser(type, nullable, cellOf(row, name, i), name)),
    );
    return this.fromBatch(batchFromRows(struct, values));
  }

  /** The whole numbers from 0 to before `end`, as column `id`. @example session.range(10) */
  range(end: number): DataFrame<{ id: number }>;
  /**
   * The whole numbers from `start` to before `end`, as column `id`, each `step` behind the last.
   *
   * @throws COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION for more than 134,217,728 rows, which lie in memory
   * @example session.range(10, 0, -1)
   */
  range(start: number, end: number, step?: number): DataFrame<{ id: number }>;
  range(first: number, second?: number, step = 1): DataFrame<{ id: number }> {
    const [start, end] = second === undefined ? [0, first] : [first, second];
    if (![start, end, step].every(Number.isSafeInteger) || step === 0) {
      const value = `${start}, ${end}, ${step}`;
      throw new StreamingError("INVALID_OPTION_VALUE", {
        owner: "range",
        option: "start, end, step",
        value,
        expected: "whole numbers, a step other than 0",
      });
    }
    return this.fromBatch(rangeRows(BigInt(start), BigInt(end), BigInt(step)));
  }

  /** What there is by name: tables, views, databases, functions. @example await session.catalog.listTables() */
  get catalog(): Catalog {
    return new Catalog(this);
  }

  /** A table without rows and columns. @example session.emptyDataFrame */
  get emptyDataFrame(): DataFrame<{}> {
    return this.fromBatch(batchFromRows(types.struct([]), []));
  }

  /** The version of Tidemark. @example session.version */
  get version(): string {
    return packageVersion();
  }

  /** What statements do to tables, for methods that do the same. */
  get statements(): Statements {
    return statementsOf(this);
  }

  /** Functions that give tables, as FROM has them in SQL. @example session.tvf.explode(array(lit(1), lit(2))) */
  get tvf(): TableValuedFunctions {
    return new TableValuedFunctions(this, (start, end, step) => this.range(start, end, step));
  }

  /**
   * Runs a statement of SQL. A query gives its table, which runs when it is asked for rows; a command (CREATE VIEW, SET, …) runs at once and gives its result.
   *
   * @throws PARSE_SYNTAX_ERROR with the place, and what the analyzer refuses: TABLE_OR_VIEW_NOT_FOUND, UNRESOLVED_COLUMN.…
   * @param parameters the values of `:name`, or of the `?` in their order; they never become text
   * @example await (await session.sql("SELECT * FROM readings WHERE celsius > :limit", { limit: 30 })).show()
   */
  async sql<Row = LooseRow>(text: string, parameters: Parameters = {}): Promise<DataFrame<Row>> {
    const written = withVariables(text, (name) => variableIn(this.conf, name));
    const plan = await inText(written, async () => runStatement(this, bindParameters(parseStatement(written), parameters)));
    return new DataFrame<Row>(this, plan);
  }

  /** A temporary view by name, or what a query of that name has written to the memory sink so far. @example session.table("readings") */
  table(name: string): DataFrame {
    return new DataFrame(this, this.viewPlan(viewName(nameParts(name))));
  }

  /** Runs something where names without a database mean that one: what a view names is of its database. */
  inDatabase<T>(name: string, action: (session: Session) => Promise<T>): Promise<T> {
    return action(Object.create(this, { currentDatabase: { value: { name } } }) as Session);
  }

  /** The names of the temporary views. */
  get viewNames(): readonly string[] {
    return [...this.views.values()].map(({ name }) => name);
  }

  /** The plan of a temporary view; null when there is none. */
  findView(name: string): AnalyzedPlan | null {
    return this.views.get(name.toLowerCase())?.plan() ?? null;
  }

  /** The plan of a temporary view, under its name. */
  viewPlan(name: string): AnalyzedPlan {
    const view = this.views.get(name.toLowerCase());
    if (!view) {
      const nearest = nearestName(name, this.viewNames);
      const suggestion = nearest === undefined ? tablesOfTheWarehouse : ` Did you mean \`${nearest}\`?`;
      throw new StreamingError("TABLE_OR_VIEW_NOT_FOUND", { relationName: `\`${name}\``, suggestion });
    }
    return analyze({ kind: "subqueryAlias", alias: view.name, input: view.plan() }, this.analysisContext);
  }

  /** Stops every running query. @example await session.stop() */
  stop(): Promise<void> {
    return this.streams.stopAll();
  }

  /** A batch of rows as a DataFrame; what `foreachBatch` functions get. The batch must be the caller's own (`retainBatch`). */
  fromBatch<Row = LooseRow>(batch: Batch): DataFrame<Row> {
    return DataFrame.ofBatch<Row>(this, batch);
  }

  /** What analysis depends on, as configured now. */
  get analysisContext(): AnalysisContext {
    const context = {
      ...contextOf(this.conf.toRecord()),
      database: this.currentDatabase.name,
      user: systemUser(),
      userFunctions: this.userFunctions,
    };
    return withSubqueries(context, SessionCatalog.ofViews(this));
  }

  /** This session (its tables, views and queries) with other configuration: where a batch is run again under what it was logged with. */
  under(conf: Readonly<Record<string, string>>): Session {
    return Object.create(this, { conf: { value: this.conf.with(conf) } }) as Session;
  }

  /** Keeps a temporary view: a name, whatever its case, for what `plan` gives at each use. */
  setTempView(name: string, plan: () => AnalyzedPlan): void {
    this.views.set(name.toLowerCase(), { name, plan });
  }

  /** Forgets a temporary view; false when there was none. @example session.dropTempView("readings") */
  dropTempView(name: string): boolean {
    return this.views.delete(name.toLowerCase());
  }
}

function cellOf(row: object, name: string, index: number): unknown {
  return Array.isArray(row) ? (row as readonly unknown[])[index] : (row as Readonly<Record<string, unknown>>)[name];
}

/** What is looked for may lie in the warehouse, which only what is asynchronous reads. */
const tablesOfTheWarehouse = ' It is no temporary view: tables of the warehouse are read by `await session.sql("SELECT * FROM …")`.';

/** What `${name}` in a text of SQL stands for. */
function variableIn(conf: Conf, name: string): string | undefined {
  return name.startsWith("spark.") ? conf.find(name) : undefined;
}
