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
  | UnresolvedCast
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
  readonly position?: TextPosition;
  /** OVER (…): parsed, so that the refusal can name it. */
  readonly over?: boolean;
  /** The text of that OVER (…), as Spark prints it. */
  readonly windowSpec?: string;
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
