import { StreamingError } from "../../errors/streamingError.js";
import { types, type DataType } from "../../arrow/types.js";
import { freshId, type Expression, type Lambda, type LambdaVariable } from "../../expression/expression.js";
import { typeOf } from "../../expression/types/typeOf.js";

/** What the parameters of the lambda at argument `index` are, given the arguments that are no lambdas. */
type ParameterTypes = (args: readonly Expression[], index: number) => readonly DataType[];

const elementOf = (e: Expression | undefined): DataType => {
  const type = e === undefined ? types.null : typeOf(e);
  return type.kind === "array" ? type.element : types.null;
};

const entryOf = (e: Expression | undefined): readonly [key: DataType, value: DataType] => {
  const type = e === undefined ? types.null : typeOf(e);
  return type.kind === "map" ? [type.key, type.value] : [types.null, types.null];
};

const overElements: ParameterTypes = ([array]) => [elementOf(array), types.int];
const overEntries: ParameterTypes = ([map]) => entryOf(map);
const folding: ParameterTypes = ([array, zero], index) => (index === 2 ? [typeOf(zero!), elementOf(array)] : [typeOf(zero!)]);

const withOptional = new Set(["transform", "filter", "exists", "any", "forall", "all"]);

const higherOrder: Readonly<Record<string, ParameterTypes>> = {
  transform: overElements,
  filter: overElements,
  exists: overElements,
  any: overElements,
  forall: overElements,
  all: overElements,
  array_sort: ([array]) => [elementOf(array), elementOf(array)],
  aggregate: folding,
  reduce: folding,
  zip_with: ([left, right]) => [elementOf(left), elementOf(right)],
  map_filter: overEntries,
  transform_keys: overEntries,
  transform_values: overEntries,
  map_zip_with: ([left, right]) => [entryOf(left)[0], entryOf(left)[1], entryOf(right)[1]],
};

/**
 * The lambda with typed parameters: those that it has names for, of those that the function `name` gives.
 *
 * @throws INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH, INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION
 */
export function typedParameters(name: string, lambda: Lambda, index: number, args: readonly Expression[]): readonly LambdaVariable[] {
  if (!Object.hasOwn(higherOrder, name)) {
    throw new StreamingError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", { class: `\`${name}\`` });
  }
  const given = higherOrder[name]!(args, index);
  const names = lambda.parameters.length;
  // Of the element and its place, and of two neighbours, the second may go without a name.
  if (names > given.length || names < (withOptional.has(name) ? 1 : given.length)) {
    throw new StreamingError("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", {
      expectedNumArgs: String(names),
      actualNumArgs: String(given.length),
    });
  }
  return lambda.parameters.map((parameter, i) => ({ ...parameter, id: freshId(), type: given[i] ?? types.null, nullable: true }));
}
