import { StreamingError } from "../engine/errors/streamingError.js";
import { withListAggregates } from "../engine/expression/aggregates/listAggregates.js";
import {
  freshId,
  type Expression,
  type QueryPlan,
  type SortOrder,
  type UnresolvedFunction,
  type UnresolvedSubquery,
  type WindowDefinition,
} from "../engine/expression/expression.js";
import { withBranch, withFieldUpdate } from "./grownExpressions.js";
import { literalOf, type LiteralType, type LiteralValue } from "./literal.js";
import { notExpected } from "./arguments.js";
import { nameExpression, nameParts } from "./names.js";
import { typeInput, type CastTo, type TypeInput } from "./schema.js";
import type { Arithmetic, ElementOf, FieldOf, MemberName, NoElse, Of } from "./types/deferred.js";
import type { CheckedType } from "./types/ddl.js";
import type { Asked, Needs, Wants, WantsAlike } from "./types/wants.js";

declare const typesOf: unique symbol;

/** Where a table has itself as a query inside an expression. */
export const asQuery: unique symbol = Symbol("a table as a query");

/** A table whose rows an expression asks about: a DataFrame. */
export interface Queried {
  readonly [asQuery]: QueryPlan;
}

/**
 * An expression over the columns of a DataFrame. Made by `col`, `lit`, `expr` and the functions; immutable.
 *
 * The type parameters are for the compiler: what it evaluates to (maybe depending on the row), what it asks of the row (columns, and their kinds), and the name
 * it gives its result.
 *
 * @example df.where(col("celsius").gt(30).and(col("sensorId").isNotNull()))
 */
export class Column<out V = unknown, out R extends Asked = Asked, out N extends string = string> {
  declare readonly [typesOf]: { readonly value: V; readonly refs: R; readonly name: N };

  /** @param expression what it stands for, as the analyzer takes it */
  constructor(readonly expression: Expression) {}

  /** `this + other`. @example df.select(col("celsius").plus(273.15).as("kelvin")) */
  plus<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O>>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "numberOrTime", "plus">, never> {
    return this.operator("+", other);
  }

  /** `this - other`. @example df.select(col("celsius").minus(1).as("colder")) */
  minus<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O>>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "numberOrTime", "minus">, never> {
    return this.operator("-", other);
  }

  /** `this * other`. @example df.select(col("celsius").multiply(1.8).plus(32).as("fahrenheit")) */
  multiply<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O>>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "number", "multiply">, never> {
    return this.operator("*", other);
  }

  /** `this / other`, never a whole-number division. @example df.select(col("celsius").divide(2).as("half")) */
  divide<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O> | null>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "number", "divide">, never> {
    return this.operator("/", other);
  }

  /** `this % other`, with the sign of `this`. @example df.where(col("id").mod(2).eq(0)) */
  mod<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O> | null>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "number", "mod">, never> {
    return this.operator("%", other);
  }

  /** `-this`. @example df.select(col("celsius").negate().as("minus")) */
  negate(): Column<V, R | Wants<V, "number", "negate">, never> {
    return new Column(call("negative", [this.expression]));
  }

  /** `this = other`; null when either is. @example df.where(col("sensorId").equalTo("a")) */
  equalTo<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.operator("=", other);
  }

  /** Short for `equalTo`. @example df.where(col("sensorId").eq("a")) */
  eq<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.operator("=", other);
  }

  /** `not (this = other)`. @example df.where(col("sensorId").notEqual("a")) */
  notEqual<O extends Operand>(other: O): Comparison<R, V, O> {
    return new Column(call("not", [call("=", [this.expression, operandExpression(other)])]));
  }

  /** Short for `notEqual`. @example df.where(col("sensorId").neq("a")) */
  neq<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.notEqual(other);
  }

  /** `this <=> other`: equal, and null equals null. @example df.where(col("sensorId").eqNullSafe(null)) */
  eqNullSafe<O extends Operand>(other: O): Column<boolean, R | OperandRefs<O> | WantsAlike<V, OperandValue<O>>, never> {
    return this.operator("<=>", other);
  }

  /** `this < other`. @example df.where(col("celsius").lt(0)) */
  lt<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.operator("<", other);
  }

  /** `this <= other`. @example df.where(col("celsius").leq(0)) */
  leq<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.operator("<=", other);
  }

  /** `this > other`. @example df.where(col("celsius").gt(30)) */
  gt<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.operator(">", other);
  }

  /** `this >= other`. @example df.where(col("celsius").geq(30)) */
  geq<O extends Operand>(other: O): Comparison<R, V, O> {
    return this.operator(">=", other);
  }

  /** `low <= this <= high`. @example df.where(col("celsius").between(18, 25)) */
  between<L extends Operand, H extends Operand>(
    low: L,
    high: H,
  ): Column<boolean | null, R | OperandRefs<L | H> | WantsAlike<V, OperandValue<L | H>>, never> {
    const atLeast = call(">=", [this.expression, operandExpression(low)]);
    return new Column(call("and", [atLeast, call("<=", [this.expression, operandExpression(high)])]));
  }

  /** Whether it is in the one column of a table. @example df.where(col("sensorId").isin(sensors.select("sensorId"))) */
  isin(table: Queried): Column<boolean | null, R, never>;
  /** Whether it is one of the values. @example df.where(col("sensorId").isin("a", "b")) */
  isin<O extends readonly Operand[]>(
    ...values: O
  ): Column<boolean | null, R | OperandRefs<O[number]> | WantsAlike<V, OperandValue<O[number]>>, never>;
  isin(...values: readonly (Operand | Queried)[]): Column<boolean | null, R, never> {
    const [table] = values;
    if (values.length === 1 && isQueried(table)) return new Column(subquery("in", table, [this.expression]));
    return new Column(call("in", [this.expression, ...(values as readonly Operand[]).map(operandExpression)]));
  }

  /** `this and other`, three-valued. @example df.where(col("celsius").gt(0).and(col("celsius").lt(10))) */
  and<O extends BooleanOperand>(
    other: O,
  ): Column<boolean | null, R | OperandRefs<O> | Wants<V | OperandValue<O>, "boolean", "and">, never> {
    return this.operator("and", other);
  }

  /** `this or other`, three-valued. @example df.where(col("celsius").lt(0).or(col("celsius").gt(10))) */
  or<O extends BooleanOperand>(other: O): Column<boolean | null, R | OperandRefs<O> | Wants<V | OperandValue<O>, "boolean", "or">, never> {
    return this.operator("or", other);
  }

  /** `not this`. @example df.where(col("celsius").gt(0).not()) */
  not(): Column<boolean | null, R | Wants<V, "boolean", "not">, never> {
    return new Column(call("not", [this.expression]));
  }

  /** Whether it is null. @example df.where(col("celsius").isNull()) */
  isNull(): Column<boolean, R, never> {
    return new Column(call("isnull", [this.expression]));
  }

  /** Whether it is not null. @example df.where(col("celsius").isNotNull()) */
  isNotNull(): Column<boolean, R, never> {
    return new Column(call("isnotnull", [this.expression]));
  }

  /** Whether it is NaN. @example df.where(col("celsius").isNaN()) */
  isNaN(): Column<boolean, R | Wants<V, "number", "isNaN">, never> {
    return new Column(call("isnan", [this.expression]));
  }

  /** SQL's LIKE: `%` and `_`. @example df.where(col("sensorId").like("a%")) */
  like(pattern: string): Column<boolean | null, R | Wants<V, "text", "like">, never> {
    return this.operator("like", pattern);
  }

  /** LIKE without regard to case. @example df.where(col("sensorId").ilike("A%")) */
  ilike(pattern: string): Column<boolean | null, R | Wants<V, "text", "ilike">, never> {
    return this.operator("ilike", pattern);
  }

  /** Whether a Java regular expression finds something in it. @example df.where(col("sensorId").rlike("^a[0-9]+$")) */
  rlike(pattern: string): Column<boolean | null, R | Wants<V, "text", "rlike">, never> {
    return this.operator("rlike", pattern);
  }

  /** Whether it starts so. @example df.where(col("sensorId").startsWith("a")) */
  startsWith<O extends TextOperand>(
    prefix: O,
  ): Column<boolean | null, R | OperandRefs<O> | Wants<V | OperandValue<O>, "text", "startsWith">, never> {
    return this.operator("startswith", prefix);
  }

  /** Whether it ends so. @example df.where(col("sensorId").endsWith("1")) */
  endsWith<O extends TextOperand>(
    suffix: O,
  ): Column<boolean | null, R | OperandRefs<O> | Wants<V | OperandValue<O>, "text", "endsWith">, never> {
    return this.operator("endswith", suffix);
  }

  /** Whether it holds this text. @example df.where(col("sensorId").contains("1")) */
  contains<O extends TextOperand>(
    text: O,
  ): Column<boolean | null, R | OperandRefs<O> | Wants<V | OperandValue<O>, "text", "contains">, never> {
    return this.operator("contains", text);
  }

  /** `length` characters from the 1-based `start`. @example df.select(col("sensorId").substr(1, 2).as("area")) */
  substr(start: number, length: number): Column<string | null, R | Wants<V, "text", "substr">, never> {
    return new Column(call("substring", [this.expression, literalOf(start), literalOf(length)]));
  }

  /** Bits of both. @example df.select(col("id").bitwiseAND(255).as("low")) */
  bitwiseAND<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O>>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "number", "bitwiseAND">, never> {
    return this.operator("&", other);
  }

  /** Bits of either. @example df.select(col("id").bitwiseOR(1).as("odd")) */
  bitwiseOR<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O>>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "number", "bitwiseOR">, never> {
    return this.operator("|", other);
  }

  /** Bits of one of both. @example df.select(col("id").bitwiseXOR(1).as("flipped")) */
  bitwiseXOR<O extends NumberOperand>(
    other: O,
  ): Column<Arithmetic<V, OperandValue<O>>, R | OperandRefs<O> | Wants<V | OperandValue<O>, "number", "bitwiseXOR">, never> {
    return this.operator("^", other);
  }

  /** As another type; a value that does not fit is an error (null with `spark.sql.ansi.enabled` off). @example df.select(col("id").cast("string")) */
  cast<const T extends TypeInput>(type: T & CheckedType<T>): Column<CastTo<T>, R, N> {
    return new Column({ kind: "unresolvedCast", child: this.expression, type: typeInput(type), isTry: false });
  }

  /** As another type, null where the value does not fit. @example df.select(col("sensorId").tryCast("int").as("number")) */
  tryCast<const T extends TypeInput>(type: T & CheckedType<T>): Column<CastTo<T>, R, N> {
    return new Column({ kind: "unresolvedCast", child: this.expression, type: typeInput(type), isTry: true });
  }

  /** Names the result; several names are for a function that gives several columns. @example df.select(col("celsius").as("c")) */
  as<const M extends string>(name: M): Column<V, R, M>;
  as(first: string, second: string, ...rest: string[]): Column<unknown, R>;
  as(...names: string[]): Column<V, R> {
    return names.length === 1 ? aliased(this.expression, names[0]!) : new Column({ kind: "multiAlias", child: this.expression, names });
  }

  /** The same as `as`. @example df.select(col("celsius").alias("c")) */
  alias<const M extends string>(name: M): Column<V, R, M> {
    return aliased(this.expression, name);
  }

  /** The same as `as`. @example df.select(col("celsius").name("c")) */
  name<const M extends string>(name: M): Column<V, R, M> {
    return aliased(this.expression, name);
  }

  /**
   * A column of the query around: in a table that is asked by `scalar`, `exists`, `isin` or `lateralJoin`, and is a table only there.
   *
   * @example df.as("r").where(sensors.where(col("sensorId").eq(col("r.sensorId").outer())).exists())
   */
  outer(): Column<unknown, never, N> {
    return new Column({ kind: "outerReference", child: this.expression });
  }

  /** A member of a struct. @example df.select(struct("id").as("s")).select(col("s").getField("id")) */
  getField<const K extends MemberName<V> | (string & {})>(field: K): Column<FieldOf<V, K>, R, K> {
    return new Column({ kind: "unresolvedExtract", child: this.expression, key: literalOf(field) });
  }

  /**
   * A struct with a field put in its place, or behind the others; of a path (`c.d`) in the struct inside. Null where the struct is.
   *
   * @example df.select(struct("id", "celsius").as("s")).select(col("s").withField("kelvin", col("s.celsius").plus(273.15)).as("s"))
   */
  withField<O extends Operand>(name: string, value: O): Column<unknown, R | OperandRefs<O>, never> {
    return new Column(withFieldUpdate(this.expression, nameParts(name), operandExpression(value)));
  }

  /** A struct without these fields, or fields of structs inside; those that it has not stay away. @example df.select(struct("id", "celsius").as("s")).select(col("s").dropFields("celsius").as("s")) */
  dropFields(...names: readonly string[]): Column<unknown, R, never> {
    return new Column(names.reduce((e, name) => withFieldUpdate(e, nameParts(name), null), this.expression));
  }

  /** What a function makes of it, so that steps read in order. @example df.select(col("celsius").transform((c) => c.plus(273.15)).as("kelvin")) */
  transform<C extends AnyColumn>(step: (column: Column<V, R, N>) => C): C {
    const given: unknown = step(this);
    if (!(given instanceof Column)) throw notExpected("Column.transform", 1, "a function that gives a Column", given);
    return given as C;
  }

  /** An element of an array (from 0) or the value of a key of a map. @example df.select(array(lit(1), lit(2)).getItem(0).as("first")) */
  getItem<O extends Operand>(key: O): Column<ElementOf<V>, R | OperandRefs<O>, never> {
    return new Column({ kind: "unresolvedExtract", child: this.expression, key: operandExpression(key) });
  }

  /** The next branch of a `when(…)`. @example df.select(when(col("id").eq(1), "one").when(col("id").eq(2), "two").otherwise("many").as("word")) */
  when<C extends AnyColumn, O extends Operand>(
    condition: C,
    value: O,
  ): Column<V | OperandValue<O>, R | OperandRefs<C | O> | Needs<OperandValue<C>, "boolean", "when">, never> {
    return new Column(withBranch(this.expression, [condition.expression, operandExpression(value)]));
  }

  /** What a `when(…)` gives when no branch holds; null without it. @example df.select(when(col("id").eq(1), "one").otherwise("many").as("word")) */
  otherwise<O extends Operand>(value: O): Column<Exclude<V, NoElse> | OperandValue<O>, R | OperandRefs<O>, never> {
    return new Column(withBranch(this.expression, [operandExpression(value)]));
  }

  /** Ascending, nulls first. @example await df.where(col("id").lt(9)).orderBy(col("id").asc()).collect() */
  asc(): Column<V, R | Wants<V, "ordered", "asc">, N> {
    return this.sorted(false, true);
  }

  /** Ascending, nulls first. @example await df.orderBy(col("celsius").ascNullsFirst()).collect() */
  ascNullsFirst(): Column<V, R | Wants<V, "ordered", "ascNullsFirst">, N> {
    return this.sorted(false, true);
  }

  /** Ascending, nulls last. @example await df.orderBy(col("celsius").ascNullsLast()).collect() */
  ascNullsLast(): Column<V, R | Wants<V, "ordered", "ascNullsLast">, N> {
    return this.sorted(false, false);
  }

  /** Descending, nulls last. @example await df.orderBy(col("celsius").desc()).collect() */
  desc(): Column<V, R | Wants<V, "ordered", "desc">, N> {
    return this.sorted(true, false);
  }

  /** Descending, nulls first. @example await df.orderBy(col("celsius").descNullsFirst()).collect() */
  descNullsFirst(): Column<V, R | Wants<V, "ordered", "descNullsFirst">, N> {
    return this.sorted(true, true);
  }

  /** Descending, nulls last. @example await df.orderBy(col("celsius").descNullsLast()).collect() */
  descNullsLast(): Column<V, R | Wants<V, "ordered", "descNullsLast">, N> {
    return this.sorted(true, false);
  }

  /** Of a function: over the rows of a window around each row. @example df.select(sum("celsius").over(Window.partitionBy("sensorId").orderBy("at")).as("sum")) */
  over(window: { readonly definition: WindowDefinition }): Column<V, R, never> {
    const e = this.expression;
    if (e.kind !== "unresolvedFunction") throw new StreamingError("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: e.kind });
    return new Column(withListAggregates({ ...(e.shownAs ?? e), over: window.definition }));
  }

  private operator<T, S extends Asked>(name: string, other: Operand): Column<T, S, never> {
    return new Column(call(name, [this.expression, operandExpression(other)]));
  }

  private sorted<S extends Asked>(descending: boolean, nullsFirst: boolean): Column<V, S, N> {
    const order: SortOrder = { kind: "sortOrder", child: this.expression, descending, nullsFirst };
    return new Column(order);
  }
}

/** A column of which nothing is known. */
export type AnyColumn = Column;

/** What stands beside a column in an operator: another column, or a value. */
export type Operand = AnyColumn | LiteralValue;

/** What stands beside a column in arithmetic. Spark would cast a text; write `lit("1").cast("int")` where that is meant. */
export type NumberOperand = AnyColumn | null | number | bigint;

/** What stands beside a condition. */
export type BooleanOperand = AnyColumn | null | boolean;

/** What stands beside a text. */
export type TextOperand = AnyColumn | null | string | Uint8Array;

/** The value type of an operand. */
export type OperandValue<O> = O extends AnyColumn ? O[typeof typesOf]["value"] : LiteralType<O>;
/** What an operand asks of the row; a string is a value there. */
export type OperandRefs<O> = O extends AnyColumn ? O[typeof typesOf]["refs"] : never;

/** The value type of a select item; a string is a column name there. */
export type ValueOf<C> = C extends string ? Of<C> : C extends AnyColumn ? C[typeof typesOf]["value"] : unknown;
/** What a select item asks of the row. */
export type RefsOf<C> = C extends string ? C : C extends AnyColumn ? C[typeof typesOf]["refs"] : never;
/** The name of the column that a select item gives; never when the compiler does not know it. */
export type NameOf<C> = C extends string ? LastPart<C> : C extends AnyColumn ? C[typeof typesOf]["name"] : never;

type LastPart<K extends string> = K extends "*" ? never : K extends `${string}.${infer Rest}` ? LastPart<Rest> : K;

/** The result of a comparison of a column with an operand. */
export type Comparison<R extends Asked, V, O> = Column<boolean | null, R | OperandRefs<O> | WantsAlike<V, OperandValue<O>>, never>;

/** An unresolved call of a function or operator. */
export function call(name: string, args: readonly Expression[]): UnresolvedFunction {
  return { kind: "unresolvedFunction", name, args, distinct: false, filter: null };
}

/** What an expression asks a table: its one value, whether it has rows, whether it has values. */
export function subquery(form: UnresolvedSubquery["form"], table: Queried, values: readonly Expression[] = []): UnresolvedSubquery {
  return { kind: "unresolvedSubquery", form, values, query: table[asQuery] };
}

function isQueried(value: unknown): value is Queried {
  return typeof value === "object" && value !== null && asQuery in value;
}

/** A name as a column, a Column as it is. @throws NOT_EXPECTED_TYPE, of the argument at `place` of `owner` */
export function columnExpression(column: string | AnyColumn, owner = "a verb", place = 0): Expression {
  if (typeof column === "string") return nameExpression(column);
  // What the compiler refuses, JavaScript may pass.
  if (!(column instanceof Column)) throw notExpected(owner, place + 1, "a Column, or the name of one", column, true);
  return column.expression;
}

/** A value as a literal, a Column as it is. @throws NOT_EXPECTED_TYPE */
export function operandExpression(operand: Operand): Expression {
  return operand instanceof Column ? operand.expression : literalOf(operand);
}

/**
 * An item of an output list. Its alias gets an id of its own: a Column may be used in several plans, and an id must name one column of one plan.
 */
export function outputExpression(column: string | AnyColumn): Expression {
  const e = columnExpression(column);
  return e.kind === "alias" ? { ...e, id: freshId() } : e;
}

function aliased<V, R extends Asked, M extends string>(e: Expression, name: M): Column<V, R, M> {
  return new Column({ kind: "alias", child: e, name, id: freshId() });
}
