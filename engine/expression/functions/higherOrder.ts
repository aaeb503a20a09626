import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, type ArrayType, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Call, Expression, Lambda } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { describeCall } from "../types/describe.js";
import { sameButNames } from "./comparison.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import { compareValues } from "../../values/compare.js";
import { valueText } from "../../values/valueText.js";
import { requireOrder, unexpectedType, type Evaluate, type FunctionEntry, type Resolving } from "./entry.js";

/** Functions that take a lambda: the analyzer gives its parameters their types. Evaluated row by row. */

type List = readonly Value[];

/** What a resolved call holds in the place of a lambda: the optimizer may have left of one without parameters its body. */
export function lambdaOf(e: Expression | undefined): Lambda {
  assert(e !== undefined, "a lambda is wanted here");
  return e.kind === "lambda" ? e : { kind: "lambda", parameters: [], body: e };
}

function arrayOf(args: readonly Expression[], index: number, resolving: Resolving): ArrayType {
  const type = typeOf(args[index]!);
  if (type.kind !== "array") throw unexpectedType(args, index, '"ARRAY"', resolving);
  return type;
}

/** The lambda at a place; what is none stands for one that takes no parameters. */
export function checkLambda(args: readonly Expression[], index: number): Lambda {
  const arg = args[index]!;
  return arg.kind === "lambda" ? arg : { kind: "lambda", parameters: [], body: arg };
}

/** The lambda with its body brought to a type. */
export function withBody(lambda: Lambda, type: DataType, resolving: Resolving): Lambda {
  return { ...lambda, body: coerceTo(lambda.body, type, resolving.context) };
}

/** The lambda of a test. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE where its body is no truth value */
export function withTest(args: readonly Expression[], index: number, resolving: Resolving): Lambda {
  const lambda = checkLambda(args, index);
  const { kind } = typeOf(lambda.body);
  if (kind !== "boolean" && kind !== "null") throw unexpectedType(args, index, '"BOOLEAN"', resolving);
  return withBody(lambda, types.boolean, resolving);
}

/** The body's value for the given parameters. */
export function applyLambda(lambda: Lambda, values: readonly Value[], evaluate: Evaluate): Value {
  return evaluate(lambda.body, new Map(lambda.parameters.map((parameter, i) => [parameter.id, values[i] ?? null])));
}

type OverElements = (list: List, test: (value: Value, index: number) => Value) => Value;

/** A function of an array and a lambda of (element, index). */
function overArray(
  name: string,
  aliases: string[],
  doc: string,
  result: (array: ArrayType, body: Expression) => DataType,
  predicate: boolean,
  run: OverElements,
): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [2, 2],
    nulls: "own",
    resolve: (args, resolving) => {
      const type = arrayOf(args, 0, resolving);
      const lambda = checkLambda(args, 1);
      const coerced = predicate ? withTest(args, 1, resolving) : lambda;
      const nullable = nullableOf(args[0]!) || (predicate && name !== "filter");
      return { args: [args[0]!, coerced], type: result(type, lambda.body), nullable };
    },
    evalLazy: (call, evaluate) => {
      const list = evaluate(call.args[0]!) as List | null;
      const lambda = lambdaOf(call.args[1]);
      return list === null ? null : run(list, (value, index) => applyLambda(lambda, [value, index], evaluate));
    },
  };
}

/** True, false or null of a test over elements: `decides` ends it. */
function quantified(decides: boolean): OverElements {
  return (list, test) => {
    let sawNull = false;
    for (let i = 0; i < list.length; i++) {
      const answer = test(list[i]!, i);
      if (answer === decides) return decides;
      if (answer === null) sawNull = true;
    }
    return sawNull ? null : !decides;
  };
}

const aggregate: FunctionEntry = {
  name: "aggregate",
  aliases: ["reduce"],
  doc: "An array folded into one value: from a start, by a lambda of (value, element), finished by another one.",
  arity: [3, 4],
  nulls: "own",
  resolve: (args, resolving) => {
    arrayOf(args, 0, resolving);
    const type = typeOf(args[1]!);
    const merge = checkLambda(args, 2);
    if (!sameButNames(typeOf(merge.body), type)) throw unexpectedType(args, 2, `"${sqlTypeName(type)}"`, resolving);
    const finish = args[3] === undefined ? [] : [checkLambda(args, 3)];
    return { args: [args[0]!, args[1]!, merge, ...finish], type: finish.length === 0 ? type : typeOf(finish[0]!), nullable: true };
  },
  evalLazy: ({ args }, evaluate) => {
    const list = evaluate(args[0]!) as List | null;
    if (list === null) return null;
    let value = evaluate(args[1]!);
    for (const element of list) value = applyLambda(lambdaOf(args[2]), [value, element], evaluate);
    return args[3] === undefined ? value : applyLambda(lambdaOf(args[3]), [value], evaluate);
  },
};

const zipWith: FunctionEntry = {
  name: "zip_with",
  doc: "Two arrays merged element by element by a lambda; the shorter one is filled up with nulls.",
  arity: [3, 3],
  nulls: "own",
  resolve: (args, resolving) => {
    arrayOf(args, 0, resolving);
    arrayOf(args, 1, resolving);
    const lambda = checkLambda(args, 2);
    return {
      args,
      type: types.array(typeOf(lambda.body), nullableOf(lambda.body)),
      nullable: nullableOf(args[0]!) || nullableOf(args[1]!),
    };
  },
  evalLazy: ({ args }, evaluate) => {
    const [left, right] = [evaluate(args[0]!) as List | null, evaluate(args[1]!) as List | null];
    if (left === null || right === null) return null;
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, i) => applyLambda(lambdaOf(args[2]), [left[i] ?? null, right[i] ?? null], evaluate));
  },
};

const arraySort: FunctionEntry = {
  name: "array_sort",
  doc: "The elements in ascending order, nulls last; or in the order of a lambda of two elements.",
  arity: [1, 2],
  nulls: "own",
  resolve: (args, resolving) => {
    const type = arrayOf(args, 0, resolving);
    if (args[1] === undefined) requireOrder(type.element, args, resolving);
    const order = args[1] === undefined ? [] : [checkLambda(args, 1)];
    const given = order.map((lambda) => typeOf(lambda.body)).find(({ kind }) => kind !== "int");
    if (given !== undefined) {
      throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE", {
        sqlExpr: `"${describeCall(resolving.name, args)}"`,
        functionName: `\`${resolving.name}\``,
        expectedType: '"INT"',
        actualType: `"${sqlTypeName(given)}"`,
      });
    }
    return { args: [args[0]!, ...order], type, nullable: nullableOf(args[0]!) };
  },
  evalLazy: (call, evaluate) => {
    const list = evaluate(call.args[0]!) as List | null;
    return list === null ? null : sorted(list, call, evaluate);
  },
};

function sorted(list: List, call: Call, evaluate: Evaluate): Value {
  const { element } = call.type as ArrayType;
  if (call.args[1] === undefined) {
    return list.toSorted((a, b) => (a === null || b === null ? (a === b ? 0 : a === null ? 1 : -1) : compareValues(a, b, element)));
  }
  const lambda = lambdaOf(call.args[1]);
  return list.toSorted((a, b) => {
    const order = applyLambda(lambda, [a, b], evaluate);
    if (order === null) {
      const text = (value: Value): string => (value === null ? "NULL" : valueText(value, element, "UTC"));
      throw new StreamingError("COMPARATOR_RETURNS_NULL", { firstValue: text(a), secondValue: text(b) });
    }
    return order as number;
  });
}

export const higherOrderFunctions: readonly FunctionEntry[] = [
  overArray(
    "transform",
    [],
    "Each element replaced by what a lambda makes of it.",
    (_array, body) => types.array(typeOf(body), nullableOf(body)),
    false,
    (list, test) => list.map((value, i) => test(value, i)),
  ),
  overArray(
    "filter",
    [],
    "The elements for which a lambda is true.",
    (array) => array,
    true,
    (list, test) => list.filter((value, i) => test(value, i) === true),
  ),
  overArray("exists", [], "Whether a lambda is true for an element.", () => types.boolean, true, quantified(true)),
  overArray("forall", [], "Whether a lambda is true for every element.", () => types.boolean, true, quantified(false)),
  aggregate,
  zipWith,
  arraySort,
];
