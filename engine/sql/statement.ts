import type { DataType } from "../arrow/types.js";
import type { ColumnDefinition, ParsedPlan } from "../plan/unresolved.js";
import type { Expression, TextPosition } from "../expression/expression.js";

/** A name of a table, and where it stands. */
export interface TableName {
  readonly parts: readonly string[];
  readonly position: TextPosition;
}

/** What a text of SQL says to do. */
export type Statement =
  | { readonly kind: "query"; readonly plan: ParsedPlan }
  | CreateView
  | CreateTable
  | CreateTableLike
  | AnyInsert
  /** FROM t INSERT … INSERT …. */
  | { readonly kind: "inserts"; readonly inserts: readonly AnyInsert[] }
  | { readonly kind: "drop"; readonly what: "table" | "view"; readonly name: TableName; readonly ifExists: boolean }
  | { readonly kind: "createDatabase"; readonly name: TableName; readonly ifNotExists: boolean }
  | { readonly kind: "dropDatabase"; readonly name: TableName; readonly ifExists: boolean; readonly cascade: boolean }
  | { readonly kind: "use"; readonly name: TableName }
  | { readonly kind: "truncate"; readonly name: TableName; readonly partition: readonly PartitionValue[] }
  | AlterTable
  | AlterView
  /** Properties and comments of databases are words for people; `operation`: what is refused. */
  | { readonly kind: "alterDatabase"; readonly name: TableName; readonly operation: string | null }
  /** UPDATE, DELETE, MERGE, INSERT with REPLACE. */
  | { readonly kind: "changeRows"; readonly name: TableName; readonly operation: string }
  | { readonly kind: "analyzeTable"; readonly name: TableName; readonly columns: readonly string[] }
  | { readonly kind: "analyzeTables"; readonly database: TableName | null }
  | { readonly kind: "setCatalog"; readonly name: string }
  | { readonly kind: "describeTable"; readonly name: TableName; readonly extended: boolean }
  | { readonly kind: "describeColumn"; readonly name: TableName; readonly column: string }
  | { readonly kind: "describeDatabase"; readonly name: TableName }
  | { readonly kind: "showProperties"; readonly name: TableName; readonly key: string | null }
  | { readonly kind: "showCreateTable"; readonly name: TableName }
  | { readonly kind: "showPartitions"; readonly name: TableName; readonly partition: readonly PartitionValue[] }
  | { readonly kind: "showCurrentNamespace" }
  | { readonly kind: "describeQuery"; readonly plan: ParsedPlan }
  | { readonly kind: "describeFunction"; readonly name: string; readonly extended: boolean }
  | Show
  | { readonly kind: "showColumns"; readonly name: TableName }
  | { readonly kind: "explain"; readonly mode: ExplainMode; readonly statement: Statement }
  | { readonly kind: "set"; readonly key: string | null; readonly value: string | null }
  | { readonly kind: "reset"; readonly key: string | null }
  /** CACHE, UNCACHE, REFRESH, CLEAR CACHE: nothing is kept beside the files; `plan`: of CACHE TABLE t AS, which makes a view. */
  | { readonly kind: "cache"; readonly name: TableName | null; readonly plan: ParsedPlan | null; readonly ifExists: boolean };

export interface Show {
  readonly kind: "show";
  readonly what: "tables" | "views" | "databases" | "catalogs" | "functions";
  /** Of functions: those of the user, those that are built in, or both. */
  readonly scope: "user" | "system" | "all";
  /** Whose tables; null: those of the current one. */
  readonly database: TableName | null;
  /** `*` stands for any characters, `|` between alternatives; null: all. */
  readonly pattern: string | null;
}

export type ExplainMode = "simple" | "extended" | "codegen" | "cost" | "formatted";

export interface CreateView {
  readonly kind: "createView";
  readonly name: TableName;
  readonly temporary: boolean;
  readonly replace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly string[] | null;
  /** The query, or a data source that the view reads. */
  readonly source:
    | { readonly kind: "query"; readonly plan: ParsedPlan; readonly text: string }
    | {
        readonly kind: "provider";
        readonly format: string;
        readonly schema: readonly ColumnDefinition[] | null;
        readonly options: Readonly<Record<string, string>>;
      };
}

export interface CreateTable {
  readonly kind: "createTable";
  readonly name: TableName;
  readonly replace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnDefinition[] | null;
  readonly format: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** By columns of the list, or by others that come behind them. */
  readonly partitionedBy: readonly { readonly name: string; readonly definition: ColumnDefinition | null }[];
  readonly location: string | null;
  readonly comment: string | null;
  readonly query: ParsedPlan | null;
}

/** CREATE TABLE t LIKE s: the columns of another, no rows. */
export interface CreateTableLike {
  readonly kind: "createTableLike";
  readonly name: TableName;
  readonly source: TableName;
  readonly ifNotExists: boolean;
  readonly format: string | null;
  readonly location: string | null;
  readonly properties: Readonly<Record<string, string>>;
}

export interface AlterTable {
  readonly kind: "alterTable";
  readonly name: TableName;
  readonly action:
    | { readonly kind: "addColumns"; readonly columns: readonly ColumnDefinition[] }
    | { readonly kind: "alterColumn"; readonly column: string; readonly change: ColumnChange }
    | { readonly kind: "comment"; readonly comment: string | null }
    | { readonly kind: "setLocation"; readonly location: string }
    | { readonly kind: "dropPartitions"; readonly partitions: readonly (readonly PartitionValue[])[]; readonly ifExists: boolean }
    /** What tables of files do not do. */
    | { readonly kind: "refused"; readonly operation: string }
    | Renaming
    | PropertyChange;
}

export interface AlterView {
  readonly kind: "alterView";
  readonly name: TableName;
  readonly action: { readonly kind: "query"; readonly plan: ParsedPlan; readonly text: string } | Renaming | PropertyChange;
}

interface Renaming {
  readonly kind: "rename";
  readonly to: TableName;
}

type PropertyChange =
  | { readonly kind: "setProperties"; readonly properties: Readonly<Record<string, string>> }
  | { readonly kind: "unsetProperties"; readonly keys: readonly string[] };

type ColumnChange =
  /** `type`: what CHANGE COLUMN says that it has; null: nothing. */
  | { readonly kind: "comment"; readonly comment: string | null; readonly type: DataType | null }
  | { readonly kind: "default"; readonly value: ColumnDefinition["default"] }
  | { readonly kind: "type"; readonly type: DataType };

export interface PartitionValue {
  readonly column: string;
  /** Null: those of the rows. */
  readonly value: Expression | null;
}

export interface Insert {
  readonly kind: "insert";
  readonly name: TableName;
  readonly overwrite: boolean;
  /** PARTITION (p = 1, q). */
  readonly partition: readonly PartitionValue[];
  readonly columns: readonly string[] | null;
  readonly byName: boolean;
  /** With `byName`: whether every column of the table must be given. */
  readonly wholeRows?: boolean;
  /** Of a stream: `outputMode`, `checkpointLocation`, `queryName`, `trigger`, and the sink's own. */
  readonly options: Readonly<Record<string, string>>;
  readonly plan: ParsedPlan;
}

export type AnyInsert = Insert | InsertDirectory;

/** INSERT OVERWRITE DIRECTORY: files of a format in place of what the folder has. */
export interface InsertDirectory {
  readonly kind: "insertDirectory";
  readonly path: string;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly plan: ParsedPlan;
}
