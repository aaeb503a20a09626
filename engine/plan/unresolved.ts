import type { DataType } from "../arrow/types.js";
import type { Expression, SortOrder, WindowDefinition } from "../expression/expression.js";
import type { JoinType } from "./joinType.js";
import type { LogicalPlan } from "./logicalPlan.js";

/**
 * What text gives and only the analyzer sees: relations by name, clauses whose meaning depends on what their names stand for. Every one is gone from an
 * `AnalyzedPlan`.
 */
export type UnresolvedPlan =
  | UnresolvedRelation
  | InlineTable
  | TableFunction
  | WithQueries
  | Select
  | PipeAggregate
  | OrderBy
  | LimitBy
  | SetQuery
  | ColumnAliases
  | NaturalJoin
  | LateralJoin
  | LateralView
  | Pivot
  | Unpivot
  | TableSample
  | StreamWatermark
  | PipeColumns
  | FrameQuery;

/** A plan as the parser leaves it: nodes of both kinds over each other. */
export type ParsedPlan = LogicalPlan | UnresolvedPlan;

/** A table or view by name, or a file by its format and path (json.`data/x`). */
export interface UnresolvedRelation {
  readonly kind: "unresolvedRelation";
  readonly parts: readonly string[];
  /** `STREAM t`: the table as an unbounded one. */
  readonly streaming: boolean;
  /** `t WITH ('key' = 'value')`. */
  readonly options: Readonly<Record<string, string>>;
  /** Where the name stands in the text. */
  readonly position: { readonly start: number; readonly end: number };
}

/** `VALUES (1, 'a'), (2, 'b')`. */
export interface InlineTable {
  readonly kind: "inlineTable";
  readonly rows: readonly (readonly Expression[])[];
}

/** `range(10)`, `explode(array(1, 2))` and their like in FROM. */
export interface TableFunction {
  readonly kind: "tableFunction";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly position: { readonly start: number; readonly end: number };
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[] | null;
  readonly query: ParsedPlan;
  /** MAX RECURSION LEVEL n, of a recursive one; null: the default. */
  readonly maxDepth: number | null;
}

/** `WITH a AS (…), b AS (…)` over a query. */
export interface WithQueries {
  readonly kind: "withQueries";
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
  readonly input: ParsedPlan;
}

/** What GROUP BY lists: expressions and ordinals, ALL, or sets of them. */
export type Grouping =
  | { readonly kind: "all" }
  | {
      readonly kind: "list";
      readonly items: readonly GroupingItem[];
      /** `GROUP BY a, b WITH CUBE`. */ readonly with: "cube" | "rollup" | null;
      /** Of `GROUP BY a, b GROUPING SETS (…)`: a and b. */
      readonly keys?: readonly Expression[];
    };

export type GroupingItem =
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "cube" | "rollup"; readonly sets: readonly (readonly Expression[])[] }
  | { readonly kind: "groupingSets"; readonly sets: readonly GroupingSet[] };

/** One set of GROUPING SETS, which may itself be a CUBE, a ROLLUP or GROUPING SETS. */
export type GroupingSet =
  | { readonly kind: "set"; readonly expressions: readonly Expression[] }
  | Exclude<GroupingItem, { kind: "expression" }>;

/** `SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW … QUALIFY …`, before it is known whether it aggregates. */
export interface Select {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly items: readonly Expression[];
  /** Null: one row without columns. */
  readonly from: ParsedPlan | null;
  readonly where: Expression | null;
  readonly grouping: Grouping | null;
  readonly having: Expression | null;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | null;
  readonly hints: readonly string[];
}

export interface NamedWindow {
  readonly name: string;
  readonly definition: WindowDefinition;
}

/** `|> AGGREGATE … GROUP BY …`: the groups, then the aggregates. */
export interface PipeAggregate {
  readonly kind: "pipeAggregate";
  readonly aggregates: readonly Expression[];
  readonly grouping: Grouping | null;
  readonly input: ParsedPlan;
}

/** ORDER BY (or SORT BY: `global` false), of a whole query. */
export interface OrderBy {
  readonly kind: "orderBy";
  /** Null: ORDER BY ALL, in the direction of `all`. */
  readonly order: readonly SortOrder[] | null;
  readonly all: { readonly descending: boolean; readonly nullsFirst: boolean } | null;
  readonly global: boolean;
  readonly input: ParsedPlan;
}

/** LIMIT and OFFSET: constant expressions. */
export interface LimitBy {
  readonly kind: "limitBy";
  readonly limit: Expression | null;
  readonly offset: Expression | null;
  readonly input: ParsedPlan;
}

export interface SetQuery {
  readonly kind: "setQuery";
  readonly operation: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly byName: boolean;
  readonly left: ParsedPlan;
  readonly right: ParsedPlan;
}

/** `t AS x (a, b)`: names for the columns; only for those of a relation with an alias. */
export interface ColumnAliases {
  readonly kind: "columnAliases";
  readonly names: readonly string[];
  readonly input: ParsedPlan;
}

/** `left NATURAL JOIN right`: by all columns that both have. */
export interface NaturalJoin {
  readonly kind: "naturalJoin";
  readonly joinType: JoinType;
  readonly left: ParsedPlan;
  readonly right: ParsedPlan;
}

/** `left JOIN LATERAL right ON …`; `right` may name columns of `left`. */
export interface LateralJoin {
  readonly kind: "lateralJoin";
  readonly joinType: JoinType;
  readonly condition: Expression | null;
  readonly left: ParsedPlan;
  readonly right: ParsedPlan;
}

/** `LATERAL VIEW [OUTER] explode(…) t AS a, b`. */
export interface LateralView {
  readonly kind: "lateralView";
  readonly generator: Expression;
  readonly outer: boolean;
  readonly table: string | null;
  readonly columns: readonly string[];
  readonly input: ParsedPlan;
}

export interface Pivot {
  readonly kind: "pivot";
  readonly aggregates: readonly Expression[];
  readonly columns: readonly Expression[];
  readonly values: readonly { readonly value: Expression; readonly name: string | null }[];
  /** The groups; absent: all columns that nothing reads, as PIVOT has it. */
  readonly grouping?: readonly Expression[];
  readonly input: ParsedPlan;
}

/** `UNPIVOT (value FOR name IN (a AS 'x', b))`; several value columns take lists of columns. */
export interface Unpivot {
  readonly kind: "unpivot";
  readonly includeNulls: boolean;
  readonly values: readonly string[];
  readonly name: string;
  readonly sets: readonly { readonly columns: readonly Expression[]; readonly name: string | null }[];
  readonly input: ParsedPlan;
}

export interface TableSample {
  readonly kind: "tableSample";
  readonly method:
    | { readonly kind: "percent"; readonly percent: number }
    | { readonly kind: "rows"; readonly rows: Expression }
    | { readonly kind: "bucket"; readonly numerator: number; readonly denominator: number };
  readonly seed: number | null;
  readonly input: ParsedPlan;
}

/** `STREAM t WATERMARK expr [AS name] DELAY OF INTERVAL …`. */
export interface StreamWatermark {
  readonly kind: "streamWatermark";
  readonly column: Expression;
  readonly delay: string;
  readonly input: ParsedPlan;
}

/** `|> EXTEND`, `|> SET`, `|> DROP`, `|> WHERE`, `|> ORDER BY`: the columns of the input, changed, and its rows; they see no columns below it. */
export interface PipeColumns {
  readonly kind: "pipeColumns";
  readonly change:
    | { readonly kind: "extend"; readonly items: readonly Expression[] }
    | { readonly kind: "where"; readonly condition: Expression }
    | { readonly kind: "order"; readonly order: readonly SortOrder[]; readonly global: boolean }
    | { readonly kind: "set"; readonly assignments: readonly { readonly name: readonly string[]; readonly value: Expression }[] }
    | { readonly kind: "drop"; readonly names: readonly (readonly string[])[] };
  readonly input: ParsedPlan;
}

/** A DataFrame as a query inside another: it may name columns of that one (`outer()`), and its own are made anew at each use. */
export interface FrameQuery {
  readonly kind: "frameQuery";
  readonly plan: LogicalPlan;
}

/** A column of CREATE TABLE, with its type. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly comment: string | null;
  /** What INSERT writes where it has no value. */
  readonly default: { readonly text: string; readonly expression: Expression } | null;
  /** What is said of it that tables of files do not have: `generated columns`, `identity columns`, `CONSTRAINT`. */
  readonly refused: string | null;
}
