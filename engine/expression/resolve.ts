import { nearestName } from "../errors/nearest.js";
import { notYetSupported, StreamingError } from "../errors/streamingError.js";
import { deepestType, typeDepth } from "../arrow/typeDepth.js";
import { sqlTypeName } from "../arrow/types.js";
import { findAggregate } from "./aggregates/index.js";
import { freshId, type AggregateCall, type Expression, type UnresolvedFunction } from "./expression.js";
import { isNumbered } from "./userNames.js";
import { anyNullable, modeOf } from "./functions/entry.js";
import { fold } from "./fold.js";
import { lastKeyWins } from "./functions/maps.js";
import { findEntry, functionNames } from "./functions/table.js";
import { pendingFunctions } from "./functions/pending.js";
import type { AnalysisContext } from "./types/coerce.js";
import { coerceTo } from "./types/coerce.js";
import { describe, describeCall } from "./types/describe.js";
import { nullableOf, typeOf } from "./types/typeOf.js";
import { shownName } from "./userNames.js";

/** A function by name, its arguments resolved. */
export type FunctionUse = Omit<UnresolvedFunction, "kind" | "position">;

export const generatorNames: ReadonlySet<string> = new Set([
  "explode",
  "explode_outer",
  "posexplode",
  "posexplode_outer",
  "inline",
  "inline_outer",
  "stack",
  "json_tuple",
]);

/** Whether the name is that of an aggregate function. */
export function isAggregateName(name: string): boolean {
  return aggregateOf(name) !== undefined || pendingFunctions.aggregates.has(name.toLowerCase());
}

/** Whether the function makes several rows (or columns) of one. */
export function isGeneratorName(name: string): boolean {
  return generatorNames.has(name.toLowerCase());
}

function aggregateOf(name: string): ReturnType<typeof findAggregate> {
  return findAggregate(name.toLowerCase());
}

/**
 * A call, cast or aggregate call of a function: its name found, its arguments coerced, its type known.
 *
 * @throws UNRESOLVED_ROUTINE, WRONG_NUM_ARGS.WITHOUT_SUGGESTION, DATATYPE_MISMATCH.…, NOT_YET_SUPPORTED for functions of Spark's that are not built
 */
export function resolveFunction(use: FunctionUse, context: AnalysisContext): Expression {
  const name = use.name.toLowerCase();
  if (aggregateOf(name) !== undefined) return resolveAggregate({ ...use, name }, context);
  const entry = findEntry(name);
  if (entry === undefined) throw unresolvedRoutine(name, context.userFunctions);
  checkCount(name, use.args.length, entry.arity[0], entry.arity[1]);
  const resolution = entry.resolve(use.args, {
    name,
    context,
    fold,
    ...(use.options && { options: use.options }),
    ...(use.typeArgument && { typeArgument: use.typeArgument }),
  });
  if ("kind" in resolution) return resolution;
  if (typeDepth(resolution.type) > deepestType) throw notYetSupported(`A type nested deeper than ${deepestType}`);
  const wins = context.lastKeyWins === true && mapMakers.has(entry.name) ? { [lastKeyWins]: "true" } : undefined;
  const options = resolution.options ?? use.options ?? wins;
  return {
    kind: "call",
    name: entry.name,
    args: resolution.args,
    type: resolution.type,
    nullable: resolution.nullable ?? anyNullable(resolution.args),
    evalMode: resolution.evalMode ?? modeOf(context),
    zone: context.zone,
    ...(options && { options }),
    ...(entry.deterministic === false && (resolution.args.length === 0 || isNumbered(name)) && { draw: use.draw ?? freshId() }),
  };
}

/** Whether Spark has a function of that name (lower case) that is not built. */
export function isPendingName(name: string): boolean {
  return pendingFunctions.scalars.has(name) || pendingFunctions.aggregates.has(name);
}

/** Functions that make maps of keys. */
const mapMakers = new Set(["map", "map_concat", "map_from_arrays", "map_from_entries", "str_to_map", "transform_keys"]);

/** The refusal of a function that there is not, or not yet. */
export function unresolvedRoutine(name: string, userNames: ReadonlyMap<string, string> = new Map()): StreamingError {
  if (isPendingName(name)) return notYetSupported(`The function ${name}`);
  if (name === "range") return new StreamingError("NOT_A_SCALAR_FUNCTION", { functionName: "`range`" });
  const nearest = nearestName(name, [...userNames.keys(), ...functionNames()]);
  return new StreamingError("UNRESOLVED_ROUTINE", {
    routineName: `\`${name}\``,
    searchPath: "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]",
    suggestion: nearest === undefined ? "docs/reference/functions.md lists what there is." : `Did you mean \`${nearest}\`?`,
  });
}

/** @throws WRONG_NUM_ARGS.WITHOUT_SUGGESTION */
export function checkCount(name: string, actual: number, minimum: number, maximum: number): void {
  if (actual >= minimum && actual <= maximum) return;
  throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
    functionName: `\`${shownName(name)}\``,
    expectedNum: expectedCount(minimum, maximum),
    actualNum: String(actual),
    docroot: "https://spark.apache.org/docs/latest",
  });
}

function expectedCount(minimum: number, maximum: number): string {
  if (maximum === Infinity) return `> ${minimum - 1}`;
  if (minimum === maximum) return String(minimum);
  const counts = Array.from({ length: maximum - minimum + 1 }, (_, i) => minimum + i);
  return `[${counts.join(", ")}]`;
}

function resolveAggregate(use: FunctionUse, context: AnalysisContext): AggregateCall {
  const entry = aggregateOf(use.name)!;
  checkCount(use.name, use.args.length, entry.minArgs, entry.maxArgs);
  const args = use.args.map((arg, i) => aggregateArgument(use, arg, i, context));
  for (const position of entry.constantArgs) {
    const arg = args[position];
    if (arg !== undefined && arg.kind !== "literal") {
      throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
        sqlExpr: `"${describeCall(use.name, use.args)}"`,
        inputName: `\`argument ${position + 1}\``,
        inputType: `"${sqlTypeName(typeOf(arg))}"`,
        inputExpr: `"${describe(arg)}"`,
      });
    }
  }
  return {
    kind: "aggregateCall",
    name: entry.name,
    args,
    distinct: use.distinct,
    filter: use.filter,
    type: entry.resultType(args.map(typeOf)),
    nullable: entry.nullable(args.map(nullableOf)),
    evalMode: entry.evalMode ?? modeOf(context),
  };
}

function aggregateArgument(use: FunctionUse, arg: Expression, index: number, context: AnalysisContext): Expression {
  const { inputs } = aggregateOf(use.name)!;
  const input = inputs[Math.min(index, inputs.length - 1)];
  if (input === undefined) return arg;
  const type = input.coerce(typeOf(arg), context.ansi);
  if (type !== null) return coerceTo(arg, type, context);
  if (typeof input.required === "function") throw input.required(use.name, use.args, typeOf(arg));
  const ordinals = ["first", "second", "third", "fourth", "fifth"];
  throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
    sqlExpr: `"${describeCall(use.name, use.args)}"`,
    paramIndex: ordinals[index] ?? String(index + 1),
    requiredType: input.required,
    inputSql: `"${describe(arg)}"`,
    inputType: `"${sqlTypeName(typeOf(arg))}"`,
  });
}
