import type { DataType } from "../arrow/types.js";
import type { Value } from "../arrow/value.js";
import type { EvalMode } from "../values/evalMode.js";

/**
 * Expressions: immutable plain data, the same whether a Column method, a function or SQL text made them.
 *
 * Unresolved kinds exist until the analyzer; everything after it sees `ResolvedExpression`s only (see `isResolved`).
 */
export type Expression =
  | Literal
  | Attribute
  | Alias
  | Call
  | Cast
  | AggregateCall
  | SortOrder
  | Lambda
  | LambdaVariable
  | UnresolvedAttribute
  | UnresolvedStar
  | UnresolvedFunction
  | UnresolvedExtract
  | UpdateFields
  | OuterReference
  | UnresolvedCast
  | UnresolvedSubquery
  | Subquery
  | WindowCall
  | UnresolvedParameter
  | NamedArgument
  | MultiAlias;

export interface Literal {
  readonly kind: "literal";
  readonly value: Value;
  readonly type: DataType;
}

/** A column that a plan node puts out. Two attributes are the same column exactly when their ids are equal; the name is for people. */
export interface Attribute {
  readonly kind: "attribute";
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** The aliases it can be addressed with, outermost first (`l` in `l.k`). */
  readonly qualifier: readonly string[];
  /** Set when this column (or, for a window struct, its end) is an event time with a watermark. Survives a rename, not an expression. */
  readonly eventTime?: EventTime;
  /**
   * Set for what `*` leaves out. `key`: the key of a USING or NATURAL join, which only its qualified name means. `metadata`: what a table knows beside its
   * columns (`_metadata`), which its name means where no column has it.
   */
  readonly hidden?: "key" | "metadata";
}

export interface EventTime {
  /** How far the watermark stays behind the largest event time. */
  readonly delayMs: number;
  /** The `withWatermark` node that defined it. */
  readonly watermarkId: number;
}

export interface Alias {
  readonly kind: "alias";
  readonly child: Expression;
  readonly name: string;
  /** The id of the attribute that it defines. */
  readonly id: number;
  /** Set when the attribute is an event time although the child is an expression (`window_time`). */
  readonly eventTime?: EventTime;
}

/** A scalar function of the table (`functions/`), operators and CASE included. `name` is the entry's canonical name. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly type: DataType;
  readonly nullable: boolean;
  readonly evalMode: EvalMode;
  /** IANA name of the session time zone, where the function needs one. */
  readonly zone?: string;
  /** Constant parameters that are not expressions (the options of `from_json` …). */
  readonly options?: Readonly<Record<string, string>>;
  /**
   * Of a random function that was given no seed: which numbers it draws. Every use of the function has its own; copies of one call, wherever a rewriting puts them,
   * share it. The planner numbers them anew, so that a restart draws the same (`numberDraws`).
   */
  readonly draw?: number;
}

export interface Cast {
  readonly kind: "cast";
  readonly child: Expression;
  readonly type: DataType;
  readonly evalMode: EvalMode;
  readonly zone?: string;
}

/** An aggregate function; only in the aggregate list of an Aggregate node. */
export interface AggregateCall {
  readonly kind: "aggregateCall";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | null;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly evalMode: EvalMode;
}

export interface SortOrder {
  readonly kind: "sortOrder";
  readonly child: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** `(x, i) -> body`, the argument of a higher-order function. */
export interface Lambda {
  readonly kind: "lambda";
  readonly parameters: readonly LambdaVariable[];
  readonly body: Expression;
}

export interface LambdaVariable {
  readonly kind: "lambdaVariable";
  readonly id: number;
  readonly name: string;
  /** Known once the function that takes the lambda is resolved. */
  readonly type: DataType | null;
  readonly nullable: boolean;
}

/** Where in a text an unresolved expression came from, for error messages. Absent for expressions that TypeScript built. */
export interface TextPosition {
  readonly start: number;
  readonly end: number;
}

/** A name with its qualifiers and fields: `a.b.c`. */
export interface UnresolvedAttribute {
  readonly kind: "unresolvedAttribute";
  readonly parts: readonly string[];
  readonly position?: TextPosition;
}

/** `*` or `t.*` or `structColumn.*`. */
export interface UnresolvedStar {
  readonly kind: "unresolvedStar";
  readonly target: readonly string[];
  /** `* EXCEPT (a, b.c)`: columns and fields that are left out. */
  readonly except?: readonly (readonly string[])[];
  /** Only those whose whole name this regular expression describes, in any case. */
  readonly pattern?: string;
  readonly position?: TextPosition;
}

/** A function by name, scalar or aggregate or generator: operators too (`+`, `and`, `case`), by their canonical names. */
export interface UnresolvedFunction {
  readonly kind: "unresolvedFunction";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | null;
  readonly options?: Readonly<Record<string, string>>;
  /** A type argument (`from_json`'s schema given as a type). */
  readonly typeArgument?: DataType;
  /** Of a random function that a program holds as a column: every use of the column draws the same. */
  readonly draw?: number;
  readonly position?: TextPosition;
  /** The name was written, and is one that only the engine uses: there is no such function. */
  readonly isUnknown?: true;
  /** OVER (…) or OVER name. */
  readonly over?: WindowDefinition | string;
  /** IGNORE NULLS behind a function with OVER. */
  readonly ignoreNulls?: boolean;
  /** Of WITHIN GROUP (ORDER BY …): the order of the values. */
  readonly withinGroup?: readonly SortOrder[];
  /** The call that was written, where this one stands for it: names of columns and messages show that. */
  readonly shownAs?: UnresolvedFunction;
}

/** A column of the query around this one: what `outer()` of a column gives. Its plan is analysed where that query is known. */
export interface OuterReference {
  readonly kind: "outerReference";
  readonly child: Expression;
}

/** A struct with fields put in, or left out (`value` null), one after the other: `withField` and `dropFields` of a column. */
export interface UpdateFields {
  readonly kind: "updateFields";
  readonly child: Expression;
  readonly updates: readonly { readonly name: string; readonly value: Expression | null }[];
}

/** `e.field`, `e[index]`. */
export interface UnresolvedExtract {
  readonly kind: "unresolvedExtract";
  readonly child: Expression;
  readonly key: Expression;
  readonly position?: TextPosition;
}

export interface UnresolvedCast {
  readonly kind: "unresolvedCast";
  readonly child: Expression;
  readonly type: DataType;
  readonly isTry: boolean;
  /** `DATE '…'`, `TIMESTAMP '…'`: a string that must be a value of the type. */
  readonly typedLiteral?: boolean;
  readonly position?: TextPosition;
}

/** A query in the place of a value: its one row and column (`scalar`), whether it has rows (`exists`), whether it holds the values (`in`). */
export interface UnresolvedSubquery {
  readonly kind: "unresolvedSubquery";
  readonly form: "scalar" | "exists" | "in";
  /** What `in` looks for: one value, or the parts of a row. */
  readonly values: readonly Expression[];
  /** A logical plan; expressions are below plans, so they know no more of it. */
  readonly query: QueryPlan;
  readonly position?: TextPosition;
}

/**
 * A subquery whose query is resolved. It is a value of the rows that it stands over: what its query reads of them has names in it (`outer`) for which
 * `given` stands. The analyzer puts a join in its place before the node that holds it is done.
 */
export interface Subquery {
  readonly kind: "subquery";
  readonly form: "scalar" | "exists" | "in";
  readonly values: readonly Expression[];
  readonly query: QueryPlan;
  readonly outer: readonly Attribute[];
  readonly given: readonly Expression[];
  readonly type: DataType;
  readonly nullable: boolean;
}

/** A function OVER a window of rows; the analyzer gives it a Window node below the node that holds it. */
export interface WindowCall {
  readonly kind: "windowCall";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly filter: Expression | null;
  readonly ignoreNulls: boolean;
  readonly partition: readonly Expression[];
  readonly order: readonly SortOrder[];
  /** Its bounds are constants. */
  readonly frame: WindowFrame;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly evalMode: EvalMode;
}

/** What stands behind OVER: `(PARTITION BY … ORDER BY … frame)`, or `(name)`. */
export interface WindowDefinition {
  /** The named window that it is; null when it is no other. */
  readonly base: string | null;
  readonly partition: readonly Expression[];
  readonly order: readonly SortOrder[];
  /** Null: the function's own, which depends on whether there is an order. */
  readonly frame: WindowFrame | null;
}

/** Which rows around the current one count. */
export interface WindowFrame {
  readonly unit: "rows" | "range";
  readonly start: FrameBound;
  readonly end: FrameBound;
}

export type FrameBound =
  | { readonly kind: "unboundedPreceding" | "currentRow" | "unboundedFollowing" }
  | { readonly kind: "preceding" | "following"; readonly offset: Expression };

/** A logical plan, as expressions see it. */
export interface QueryPlan {
  readonly kind: string;
}

/** `:name`, or the nth `?` (from 0): replaced by a literal before analysis. */
export interface UnresolvedParameter {
  readonly kind: "unresolvedParameter";
  readonly name: string | number;
  readonly position?: TextPosition;
}

/** `name => value`, an argument of a function that has names for them. */
export interface NamedArgument {
  readonly kind: "namedArgument";
  readonly name: string;
  readonly value: Expression;
}

/** `AS (a, b)`: names for the columns of a generator. */
export interface MultiAlias {
  readonly kind: "multiAlias";
  readonly child: Expression;
  readonly names: readonly string[];
}

export const literal = (value: Value, type: DataType): Literal => ({ kind: "literal", value, type });

let lastId = 0;

/** A fresh id for an attribute, a lambda variable or a watermark. Unique in the process; ids never reach a checkpoint. */
export function freshId(): number {
  return ++lastId;
}
