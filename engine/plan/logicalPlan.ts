import type { Batch } from "../arrow/batch.js";
import type { Schema } from "../arrow/types.js";
import type { Alias, Attribute, Expression, SortOrder } from "../expression/expression.js";

/**
 * The logical plan: what a query means, close to Spark Connect's relations. DataFrame verbs and SQL build the same nodes.
 *
 * Nodes are immutable. Before analysis they may hold unresolved expressions; `analyze` gives an `AnalyzedPlan`, in which every expression is
 * resolved, every attribute has an id, and every stateful node has its operator id.
 */
export type LogicalPlan =
  | Read
  | LocalRelation
  | Project
  | Filter
  | Aggregate
  | Join
  | SetOperation
  | WithWatermark
  | TimeWindow
  | SessionWindow
  | Generate
  | Deduplicate
  | Limit
  | Offset
  | Sort
  | Sample
  | Repartition
  | SubqueryAlias;

/** A table that a reader gives. `table` is the session's handle of it: the plan stays plain data. */
export interface Read {
  readonly kind: "read";
  readonly streaming: boolean;
  /** Key of the session's registry of tables (sources are made from it at start, one per Read). */
  readonly table: number;
  /** What `explain` and errors call it (`json[out/x]`). */
  readonly description: string;
  readonly output: readonly Attribute[];
}

/** Rows in memory. */
export interface LocalRelation {
  readonly kind: "localRelation";
  readonly batch: Batch;
  readonly output: readonly Attribute[];
}

export interface Project {
  readonly kind: "project";
  readonly expressions: readonly Expression[];
  readonly input: LogicalPlan;
}

export interface Filter {
  readonly kind: "filter";
  readonly condition: Expression;
  readonly input: LogicalPlan;
}

/** GROUP BY. After analysis `grouping` are attributes or aliases, `aggregates` the output list (attributes of the grouping and aliases over aggregate calls). */
export interface Aggregate {
  readonly kind: "aggregate";
  readonly grouping: readonly Expression[];
  readonly aggregates: readonly Expression[];
  readonly input: LogicalPlan;
  readonly operatorId?: string;
}

export type JoinType = "inner" | "cross" | "left" | "right" | "full" | "leftSemi" | "leftAnti";

export interface Join {
  readonly kind: "join";
  readonly joinType: JoinType;
  readonly condition: Expression | null;
  /** `using(…)`: resolved into `condition` and a Project by the analyzer. */
  readonly using: readonly string[] | null;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly operatorId?: string;
}

/** UNION ALL, or INTERSECT / EXCEPT. `output` is set by the analyzer (ids of its own, types widened). */
export interface SetOperation {
  readonly kind: "setOperation";
  readonly operation: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly byName: boolean;
  readonly allowMissingColumns: boolean;
  readonly inputs: readonly LogicalPlan[];
  readonly output?: readonly Attribute[];
}

export interface WithWatermark {
  readonly kind: "withWatermark";
  /** Set by the analyzer from the name it was given. */
  readonly column: Expression;
  /** The delay as it was written (`10 seconds`). */
  readonly delay: string;
  /** Set by the analyzer. */
  readonly delayMs?: number;
  readonly watermarkId: number;
  readonly input: LogicalPlan;
}

/** Adds the window (or windows, when they hop) of each row; rows without an event time go. Put in by the analyzer for `window(…)` calls. */
export interface TimeWindow {
  readonly kind: "timeWindow";
  readonly time: Expression;
  readonly durationUs: number;
  readonly slideUs: number;
  readonly startUs: number;
  /** The struct<start,end> column it adds. */
  readonly window: Attribute;
  readonly input: LogicalPlan;
}

/** Adds the session of each row, before sessions are merged. Put in by the analyzer for `session_window(…)` calls. */
export interface SessionWindow {
  readonly kind: "sessionWindow";
  readonly time: Expression;
  /** An interval, or a string that is one: constant, or computed from the row. */
  readonly gap: Expression;
  /** The struct<start,end> column it adds. */
  readonly window: Attribute;
  readonly input: LogicalPlan;
}

/** explode and its family: each row joined with the rows that a generator makes of it. */
export interface Generate {
  readonly kind: "generate";
  readonly generator: Expression;
  readonly outer: boolean;
  readonly generated: readonly Attribute[];
  readonly input: LogicalPlan;
}

export interface Deduplicate {
  readonly kind: "deduplicate";
  /** Null: all columns. */
  readonly columns: readonly string[] | null;
  readonly keys?: readonly Attribute[];
  readonly withinWatermark: boolean;
  readonly input: LogicalPlan;
  readonly operatorId?: string;
}

export interface Limit {
  readonly kind: "limit";
  readonly count: number;
  readonly input: LogicalPlan;
  readonly operatorId?: string;
}

export interface Offset {
  readonly kind: "offset";
  readonly count: number;
  readonly input: LogicalPlan;
}

export interface Sort {
  readonly kind: "sort";
  readonly order: readonly SortOrder[];
  /** False for sortWithinPartitions. */
  readonly global: boolean;
  readonly input: LogicalPlan;
}

export interface Sample {
  readonly kind: "sample";
  readonly fraction: number;
  readonly seed: number;
  readonly input: LogicalPlan;
}

/** A hint about partitions; changes nothing in the answer. */
export interface Repartition {
  readonly kind: "repartition";
  readonly partitions: number;
  readonly input: LogicalPlan;
}

/** `df.alias("l")`, `FROM t AS l`. */
export interface SubqueryAlias {
  readonly kind: "subqueryAlias";
  readonly alias: string;
  readonly input: LogicalPlan;
}

declare const stage: unique symbol;

/** Resolved, coerced, and free of what batch queries already refuse. */
export type AnalyzedPlan = LogicalPlan & { readonly [stage]: "analyzed" };
/** Rewritten by the optimizer; means the same. */
export type OptimizedPlan = LogicalPlan & { readonly [stage]: "optimized" };

/** A projection that only names columns again. */
export type NamedExpression = Attribute | Alias;

/** The schema that a list of attributes makes. */
export function schemaOf(output: readonly Attribute[]): Schema {
  return { kind: "struct", fields: output.map(({ name, type, nullable }) => ({ name, type, nullable })) };
}
