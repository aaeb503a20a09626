import type { Runtime } from "../engine/contract/runtime.js";
import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import type { MemoryTables } from "../sinks/memory/sink.js";
import type { Statement, TableName } from "../engine/sql/statement.js";
import type { Conf } from "./conf.js";
import type { StoredTable } from "./sql/storedTable.js";
import type { StreamingQueryManager } from "./streams.js";
import type { TableRegistry } from "./tables.js";

/** Tells a person something; and of which query, by its label, where it is of one. */
export type Tell = (text: string, query?: string) => void;

/** What a query is called where people read of it: its name, or the beginning of its id. */
export function queryLabel({ name, id }: { readonly name: string | null; readonly id: string }): string {
  return name ?? id.slice(0, 8);
}

/** The statements of SQL, for writers and the catalog: what a method does to tables is done as the statement does it. */
export interface Statements {
  /** Runs a statement whose query, if it has one, may be analysed already. */
  run(statement: Statement): Promise<AnalyzedPlan>;
  /** What a name of a relation stands for. @throws TABLE_OR_VIEW_NOT_FOUND */
  relation(name: TableName): Promise<AnalyzedPlan>;
  /** A table or view of the warehouse; null when there is none. */
  findTable(name: TableName): Promise<StoredTable | null>;
  /** A table of the warehouse. @throws TABLE_OR_VIEW_NOT_FOUND, WRONG_COMMAND_FOR_OBJECT_TYPE */
  checkTable(name: TableName): Promise<Extract<StoredTable, { kind: "table" }>>;
  /** Where a stream goes that is written into a table, which is made when there is none. */
  streamTarget(name: TableName, stream: StreamTarget): Promise<StreamTarget>;
}

/** What a stream is written as: its rows, and the sink. */
export interface StreamTarget {
  readonly plan: AnalyzedPlan;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
}

/**
 * What DataFrames, readers, writers and running queries need of the session they belong to. The session itself, which makes them, stands above them.
 */
export interface SessionContext {
  /** The configuration, by Spark's keys. */
  readonly conf: Conf;
  /** The streaming queries of the session. */
  readonly streams: StreamingQueryManager;
  /** What the Read nodes of its plans read. */
  readonly tables: TableRegistry;
  /** What its queries have written to the memory sink. */
  readonly memoryTables: MemoryTables;
  /** Files, clock, executor and process of its queries. */
  readonly runtime: Runtime;
  /** What does to tables what methods ask for. */
  readonly statements: Statements;
  /** What analysis depends on, as configured now. */
  readonly analysisContext: AnalysisContext;
  /** Prints a line (or several) for a person. */
  readonly print: Tell;
  /** Tells a person what is no error. */
  readonly warn: Tell;
  /** Has the last word on the options of a reader. */
  readonly readOptions: (options: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Whether whoever asked wants no more: a bounded table that is being read ends then. */
  readonly isInterrupted: () => boolean;
  /** The same session with other configuration: where a batch is run again under what it was logged with. */
  under(conf: Readonly<Record<string, string>>): SessionContext;
  /** Keeps a temporary view: a name, whatever its case, for what `plan` gives at each use. */
  setTempView(name: string, plan: () => AnalyzedPlan): void;
  /** The database that names of tables without one mean. */
  readonly currentDatabase: { name: string };
  /** Runs something where names without a database mean that one. */
  inDatabase<T>(name: string, action: (session: SessionContext) => Promise<T>): Promise<T>;
  /** What text calls functions of users by, in lower case, and what plans do. */
  readonly userFunctions: ReadonlyMap<string, string>;
  /** Forgets a temporary view; false when there was none. */
  dropTempView(name: string): boolean;
  /** The names of the temporary views. */
  readonly viewNames: readonly string[];
  /** The plan of a temporary view; null when there is none. */
  findView(name: string): AnalyzedPlan | null;
  /** The plan of a temporary view, under its name. @throws TABLE_OR_VIEW_NOT_FOUND with the nearest name */
  viewPlan(name: string): AnalyzedPlan;
}
