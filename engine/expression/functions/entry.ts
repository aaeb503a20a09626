import { StreamingError } from "../../errors/streamingError.js";
import type { DataType } from "../../arrow/types.js";
import { sqlTypeName, types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import type { Call, Expression } from "../expression.js";
import type { EvalMode } from "../../values/evalMode.js";
import { coerceTo, implicitCast, type AnalysisContext, type Expected } from "../types/coerce.js";
import { alikeArrayType } from "../types/commonType.js";
import { describe, describeCall } from "../types/describe.js";
import { nullableOf, typeOf, isOrderable } from "../types/typeOf.js";

/** What an evaluation may depend on besides its row: facts of the micro-batch, all of them logged. */
export interface EvalContext {
  readonly batchTimeMs: number;
  readonly batchId: number;
  /** The place of the row in its batch: random functions are seeded from it. */
  readonly row: number;
}

/** Evaluates a child of a lazily evaluated function; `bindings` are the values of lambda variables by id. */
export type Evaluate = (e: Expression, bindings?: ReadonlyMap<number, Value>) => Value;

/** A resolved call before it is built: what `resolve` decides. */
export interface Resolution {
  readonly args: readonly Expression[];
  readonly type: DataType;
  /** Default: strict functions are nullable when an argument is. */
  readonly nullable?: boolean;
  readonly evalMode?: EvalMode;
  readonly options?: Readonly<Record<string, string>>;
}

/** The call as it is being resolved. */
export interface Resolving {
  /** The name as it was written. */
  readonly name: string;
  readonly context: AnalysisContext;
  readonly options?: Readonly<Record<string, string>>;
  readonly typeArgument?: DataType;
  /** The literal of a constant expression; others as they are. */
  readonly fold: (e: Expression) => Expression;
}

/** One scalar function or operator. All that the engine knows of it is here. */
export interface FunctionEntry {
  /** The canonical name. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: string;
  readonly arity: readonly [minimum: number, maximum: number];
  /** `strict`: null when an argument is null, and then later arguments are not evaluated. `own`: it sees nulls. */
  readonly nulls: "strict" | "own";
  /** Types and coercions. May give another expression altogether (`nvl` is a `coalesce`). */
  resolve(args: readonly Expression[], resolving: Resolving): Resolution | Expression;
  /** The plain evaluation. Absent for functions that choose which arguments they evaluate. */
  readonly eval?: (args: readonly Value[], call: Call, context: EvalContext) => Value;
  /**
   * The plain evaluation of a function that evaluates its arguments one by one, and not all: after `argument` (−1 at the beginning) gave `value`, the next one
   * to evaluate, or the value of the call. `kept` is the call's own from step to step.
   */
  readonly evalNext?: (call: Call, argument: number, value: Value, kept: Value[]) => number | { readonly value: Value };
  /** The plain evaluation of a function with lambdas. */
  readonly evalLazy?: (call: Call, evaluate: Evaluate) => Value;
  /** Generated code over arguments that are not null (strict) or with their null flags (own). Absent: `eval` runs for each row, which is slow. */
  readonly generate?: (g: Generator, args: readonly Code[], call: Call) => string | Made | null;
  /** Generated code of a function that evaluates only some of its arguments. */
  readonly generateLazy?: (g: Generator, call: Call) => Code;
  /** Generated code cannot fail and reads nothing but numbers: it may run on the undefined value under a null. */
  readonly total?: boolean;
  /** Arguments are evaluated from the last to the first, as Spark divides. */
  readonly lastFirst?: boolean;
  /** Only the engine calls it so: text cannot. (A name that is no word is no name of text's either, but for the signs that Spark calls functions.) */
  readonly internal?: true;
  /** False for rand, uuid and their like. */
  readonly deterministic?: boolean;
}

/** A strict function whose parameters have fixed types. */
export function fixed(parameters: readonly Expected[], result: DataType, nullable?: boolean): FunctionEntry["resolve"] {
  return (args, resolving) => ({
    args: castArgs(args, parameters, resolving),
    type: result,
    ...(nullable !== undefined && { nullable }),
  });
}

/** Brings each argument to what its parameter takes (the last parameter repeats). @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
export function castArgs(args: readonly Expression[], parameters: readonly Expected[], resolving: Resolving): Expression[] {
  return args.map((arg, i) => {
    const expected = parameters[Math.min(i, parameters.length - 1)]!;
    const cast = implicitCast(arg, expected, resolving.context);
    if (cast === null) throw unexpectedType(args, i, expectedName(expected), resolving);
    return cast;
  });
}

/** Arguments that are not converted: each is of one of these kinds, or a null. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
export function requireKinds(
  args: readonly Expression[],
  kinds: readonly DataType["kind"][],
  requiredType: string,
  resolving: Resolving,
  from = 0,
): void {
  const wrong = args.findIndex((arg, i) => i >= from && typeOf(arg).kind !== "null" && !kinds.includes(typeOf(arg).kind));
  if (wrong >= 0) throw unexpectedType(args, wrong, requiredType, resolving);
}

/** The refusal of argument `index`. */
export function unexpectedType(args: readonly Expression[], index: number, requiredType: string, resolving: Resolving): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    paramIndex: ordinals[index] ?? String(index + 1),
    requiredType,
    inputSql: `"${describe(args[index]!)}"`,
    inputType: `"${sqlTypeName(typeOf(args[index]!))}"`,
  });
}

/** Values of a type are compared: refuses types without an order. @throws DATATYPE_MISMATCH.INVALID_ORDERING_TYPE */
export function requireOrder(type: DataType, args: readonly Expression[], { name }: Resolving): void {
  if (isOrderable(type)) return;
  throw new StreamingError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", {
    sqlExpr: `"${describeCall(name, args)}"`,
    functionName: `\`${name}\``,
    dataType: `"${sqlTypeName(type)}"`,
  });
}

/** The refusal of arguments that have no common type. */
export function differentTypes(args: readonly Expression[], resolving: Resolving): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.DATA_DIFF_TYPES", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    functionName: `\`${resolving.name}\``,
    dataType: `[${args.map((arg) => `"${sqlTypeName(typeOf(arg))}"`).join(", ")}]`,
  });
}

/** The refusal of an element that its array cannot hold. */
export function differentElement(args: readonly Expression[], element: Expression, resolving: Resolving): StreamingError {
  return new StreamingError("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    functionName: `\`${resolving.name}\``,
    dataType: '"ARRAY"',
    leftType: `"${sqlTypeName(typeOf(args[0]!))}"`,
    rightType: `"${sqlTypeName(typeOf(element))}"`,
  });
}

/** Arguments as arrays of one type, whose elements have an order. @throws DATATYPE_MISMATCH.… */
export function alikeArrays(args: readonly Expression[], resolving: Resolving): { readonly args: Expression[]; readonly type: DataType } {
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const type = alikeArrayType(a, b, resolving.context);
  if (type?.kind !== "array") {
    throw new StreamingError("DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES", {
      sqlExpr: `"${describeCall(resolving.name, args)}"`,
      functionName: `\`${resolving.name}\``,
      arrayType: '"ARRAY"',
      leftType: `"${sqlTypeName(a)}"`,
      rightType: `"${sqlTypeName(b)}"`,
    });
  }
  requireOrder(type.element, args, resolving);
  return { args: args.map((arg) => coerceTo(arg, type, resolving.context)), type };
}

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

const expectedNames: Record<string, string> = {
  numeric: '"NUMERIC"',
  integral: '"INTEGRAL"',
  datetime: '("DATE" or "TIMESTAMP")',
  interval: '"INTERVAL"',
  any: '"ANY"',
  orderable: '"ORDERABLE"',
  array: '"ARRAY"',
  map: '"MAP"',
  struct: '"STRUCT"',
};

function expectedName(expected: Expected): string {
  return typeof expected === "string" ? expectedNames[expected]! : `"${sqlTypeName(expected)}"`;
}

/** The rarer string functions: evaluated row by row on JavaScript strings. */
/** A strict function of strings (`s`) and ints (`n`) that gives a string, evaluated row by row on JavaScript strings. */
export function ofStrings(
  name: string,
  aliases: string[],
  doc: string,
  parameters: readonly ("s" | "n")[],
  evaluate: (...args: never[]) => string,
): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [parameters.length, parameters.length],
    nulls: "strict",
    resolve: fixed(
      parameters.map((parameter) => (parameter === "s" ? types.string : types.int)),
      types.string,
    ),
    eval: (args) => evaluate(...(args as never[])),
  };
}

/** ANSI or legacy, as the session says. */
export function modeOf(context: AnalysisContext): EvalMode {
  return context.ansi ? "ansi" : "legacy";
}

export function anyNullable(args: readonly Expression[]): boolean {
  return args.some(nullableOf);
}

/** A call of a table entry, from inside another entry's `resolve`. */
export function callOf(name: string, args: readonly Expression[], type: DataType, nullable: boolean, evalMode: EvalMode): Call {
  return { kind: "call", name, args, type, nullable, evalMode };
}
