import type { UserAggregate, UserFunction } from "../engine/contract/userFunction.js";
import type { DataType } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId } from "../engine/expression/expression.js";
import { registerUserAggregate } from "../engine/expression/aggregates/userAggregates.js";
import { registerUserFunction } from "../engine/expression/functions/userFunctions.js";
import { boolean, callable, checkArguments, either, instanceOf, isPlainObject, number, optional, text, type Kind } from "./arguments.js";
import { call, Column, columnExpression } from "./column.js";
import type { ColumnOrName, Takes } from "./functions/make.js";
import { ColumnType, typeInput, type CastTo, type TypeInput } from "./schema.js";
import type { Timestamp } from "../engine/arrow/rows.js";
import type { CheckedType } from "./types/ddl.js";
import type { Decimal, LocalDate, KindOf } from "./types/values.js";
import type { WantedKind } from "./types/wants.js";

/** How a function of a user is to be called. */
export interface UdfOptions {
  /** As it is called in names of columns, plans and messages. Default: the name of the function. */
  readonly name?: string;
  /** False for a function that may give something else when it is called again: it is then called once a row, in its place. Default: true. */
  readonly deterministic?: boolean;
  /** Of an asynchronous function: how many calls may wait for their answers at once. Default: 16. */
  readonly concurrency?: number;
  /** Whether arguments of type BIGINT come as bigint. Default: they come as numbers, as in rows, and one beyond 2^53 is refused. */
  readonly bigint?: boolean;
}

/** The value of a column of the type, for the compiler. */
export type ReturnedValue<D> = D extends string ? CastTo<Lowercase<D>> : CastTo<D>;

/** What a function may give where the column is of the type: more forms than those in which rows have them. */
export type Given<V> = unknown extends V
  ? unknown
  : V extends Timestamp
    ? Date | string
    : V extends LocalDate | Decimal
      ? [KindOf<V>] extends ["decimal"]
        ? string | number | bigint
        : [KindOf<V>] extends ["date"]
          ? string | Date
          : string
      : V extends number
        ? number | bigint
        : V;

/** What a parameter of a type wants of a column. */
type KindFor<P> = [KindOf<NonNullable<P>>] extends [infer K]
  ? K extends "number"
    ? "number"
    : K extends "boolean" | "array" | "map" | "text"
      ? K
      : "anything"
  : "anything";

/** Columns for the parameters of a function. */
export type ArgumentsOf<P extends readonly unknown[]> = { readonly [I in keyof P]: ColumnOrName };

type AsksOf<P extends readonly unknown[], C extends readonly unknown[]> = {
  [I in keyof C]: Takes<C[I], (I extends keyof P ? KindFor<P[I]> : "anything") & WantedKind, "udf">;
}[number];

declare const registered: unique symbol;

/** A function over columns that a user's function computes. */
export interface UserDefinedFunction<P extends readonly unknown[] = readonly never[], V = unknown> {
  /** The column of what the function gives for the values of these. */
  <const C extends ArgumentsOf<P>>(...columns: C): Column<V, AsksOf<P, C>, never>;
  /** Tells what a user's function is from any other. */
  readonly [registered]?: never;
}

/** What the columns that `udf` and `udaf` made stand for. */
interface Made {
  /** Makes it known under a name; gives what plans call it by. */
  readonly known: (name: string) => string;
  readonly name: string;
  readonly planName: string;
  /** Whether every use of a column that holds a call of it is one call. */
  readonly isRandom: boolean;
}

const made = new WeakMap<object, Made>();

/** What plans call a user's function by, under a name; undefined for anything else. */
export function madeFunction(given: unknown): Made | undefined {
  return typeof given === "function" ? made.get(given) : undefined;
}

const options: Kind = { expected: "an object with name, deterministic, concurrency or bigint", accepts: isPlainObject };
const optionKinds: Readonly<Record<keyof UdfOptions, Kind>> = { name: text, deterministic: boolean, concurrency: number, bigint: boolean };
const typeKind = either(text, instanceOf("a type of t", ColumnType), { expected: "a plain type", accepts: isPlainObject });

/**
 * A function of columns that a function of values computes, row by row. It gets nulls as null, and the other values in the forms that rows have; it gives null, or a value of the
 * type that is stated. Functions that take some time (an `async` one, or one with the option `concurrency`) are asked for several rows at once; rows keep their order.
 *
 * @throws FAILED_EXECUTE_UDF, when it runs, for what the function throws; UDF_RESULT_MISMATCH for what it gives that is no value of the type
 * @example const double = udf((x: number) => x * 2, "INT"); df.select(double(col("id")).as("twice"))
 */
export function udf<P extends readonly unknown[], const D extends TypeInput>(
  compute: (...values: P) => Given<ReturnedValue<D>> | null | Promise<Given<ReturnedValue<D>> | null>,
  returns: D & CheckedType<D>,
  given: UdfOptions = {},
): UserDefinedFunction<P, ReturnedValue<D>> {
  checkArguments("udf", [callable, typeKind, optional(options)], [compute, returns, given]);
  checkOptions("udf", given, optionKinds);
  const type = returnType(returns);
  const spec: Omit<UserFunction, "name"> = {
    ...type,
    deterministic: given.deterministic ?? true,
    leastArguments: compute.length,
    bigint: given.bigint ?? false,
    concurrency: callLimit("udf", compute, given),
    call: compute as UserFunction["call"],
  };
  const known = (name: string): string => registerUserFunction({ ...spec, name });
  return columnFunction({ known, name: given.name ?? (compute.name || "udf"), isRandom: !spec.deterministic }) as UserDefinedFunction<
    P,
    ReturnedValue<D>
  >;
}

/** What folds rows into a value. */
export interface UdafParts<B, P extends readonly unknown[], V> {
  /** As it is called in names of columns, plans and messages. Default: udaf. */
  readonly name?: string;
  /** The type of what the rows of a group are folded into: it is kept in the state of streaming queries. */
  readonly buffer: TypeInput;
  /** The type of what comes out. */
  readonly returns: TypeInput;
  /** The buffer of a group without rows. */
  readonly zero: () => B;
  /** Folds the values of a row into a buffer. It may change the buffer that it is given, and has to return it. */
  readonly reduce: (buffer: B, ...values: P) => B;
  /** One buffer of two. */
  readonly merge: (left: B, right: B) => B;
  /** What comes out of a buffer. */
  readonly finish: (buffer: B) => V;
  /** Whether BIGINTs come as bigint. Default: as numbers. */
  readonly bigint?: boolean;
}

const parts: Kind = {
  expected: "an object with zero, reduce, merge, finish (functions), buffer and returns (types)",
  accepts: (value) =>
    isPlainObject(value) &&
    ["zero", "reduce", "merge", "finish"].every((name) => typeof value[name] === "function") &&
    ["buffer", "returns"].every((name) => typeKind.accepts(value[name])),
};

/**
 * An aggregate function of a user's own: it folds the rows of a group into a buffer, and makes a value of that. Buffers are merged (rows that were counted apart, a
 * session that two others become) and kept in the state of streaming queries, in the type that is stated.
 *
 * @throws FAILED_EXECUTE_UDF, when it runs, for what one of the functions throws; UDF_RESULT_MISMATCH for a buffer or a result that is no value of its type
 * @example const letters = udaf({ buffer: "INT", returns: "INT", zero: () => 0, reduce: (n: number, text: string) => n + text.length, merge: (a, b) => a + b, finish: (n) => n }); df.agg(letters("sensorId").as("n"))
 */
export function udaf<B, P extends readonly unknown[], V>(given: UdafParts<B, P, V>): UserDefinedFunction<P, V> {
  checkArguments("udaf", [parts], [given]);
  checkOptions("udaf", given, { name: text, bigint: boolean } as const);
  const spec: Omit<UserAggregate, "name"> = {
    ...returnType(given.returns),
    buffer: typeInput(given.buffer),
    leastArguments: Math.max(0, given.reduce.length - 1),
    bigint: given.bigint ?? false,
    zero: given.zero,
    reduce: given.reduce as UserAggregate["reduce"],
    merge: given.merge as UserAggregate["merge"],
    finish: given.finish as UserAggregate["finish"],
  };
  const known = (name: string): string => registerUserAggregate({ ...spec, name });
  return columnFunction({ known, name: given.name ?? "udaf", isRandom: false }) as UserDefinedFunction<P, V>;
}

function returnType(returns: TypeInput): { readonly returns: DataType; readonly nullable: boolean } {
  return { returns: typeInput(returns), nullable: returns instanceof ColumnType ? returns.nullable : true };
}

/** @throws NOT_EXPECTED_TYPE */
function checkOptions(owner: string, given: object, kinds: Readonly<Record<string, Kind>>): void {
  for (const [name, kind] of Object.entries(kinds)) {
    checkArguments(`${owner}: ${name}`, [optional(kind)], [(given as Readonly<Record<string, unknown>>)[name]]);
  }
}

/** How many calls of a function may wait for their answers at once; null for one that answers at once. @throws INVALID_OPTION_VALUE */
export function callLimit(owner: string, compute: object, { concurrency }: Pick<UdfOptions, "concurrency">): number | null {
  return concurrency !== undefined || isAsync(compute) ? atLeastOne(owner, concurrency ?? 16) : null;
}

/** Whether a function was declared as one that takes its time. */
function isAsync(compute: object): boolean {
  return ["AsyncFunction", "AsyncGeneratorFunction"].includes(compute.constructor.name);
}

/** @throws INVALID_OPTION_VALUE */
function atLeastOne(owner: string, concurrency: number): number {
  if (Number.isInteger(concurrency) && concurrency >= 1) return concurrency;
  const value = String(concurrency);
  throw new StreamingError("INVALID_OPTION_VALUE", { owner, option: "concurrency", value, expected: "a whole number of at least 1" });
}

function columnFunction(given: Omit<Made, "planName">): UserDefinedFunction {
  const planName = given.known(given.name);
  const over = (...columns: readonly ColumnOrName[]): Column => {
    const args = columns.map((column, i) => columnExpression(column, given.name, i));
    return new Column({ ...call(planName, args), ...(given.isRandom && { draw: freshId() }) });
  };
  made.set(over, { ...given, planName });
  return over as unknown as UserDefinedFunction;
}
