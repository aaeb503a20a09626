import { columnFromValues } from "../../arrow/columns.js";
import { userColumn } from "../../arrow/rows.js";
import { withBigints } from "../../arrow/bigints.js";
import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { UserFunction } from "../../contract/userFunction.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Call } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import { isNumbered, numberedName } from "../userNames.js";
import { UserFunctionCalls } from "../userFunctionCalls.js";
import type { FunctionEntry } from "./entry.js";

/*
 * Functions that users write. Plans are plain data: they name such a function by a name that it gets when it is made known, of a form that no function in the table
 * has. A query calls it by whole batches (`planner/batchCalls.ts`); where that cannot be, in lambdas above all, by the row, here.
 */

interface Registered {
  readonly made: UserFunction;
  readonly entry: FunctionEntry;
}

const functions = new Map<string, Registered>();

/** Makes a function known. Gives the name by which plans call it. */
export function registerUserFunction(made: UserFunction): string {
  const name = numberedName(made.name);
  functions.set(name.toLowerCase(), { made, entry: entryFor(name, made) });
  return name;
}

/** What a plan calls by this name; undefined when it is no user's function. */
export function findUserFunction(name: string): UserFunction | undefined {
  return isNumbered(name) ? functions.get(name.toLowerCase())?.made : undefined;
}

/** How the rest of the engine sees it: a function of the table. */
export function findUserEntry(name: string): FunctionEntry | undefined {
  return isNumbered(name) ? functions.get(name.toLowerCase())?.entry : undefined;
}

/** Whether a call is one of a user's function. */
export function isUserCall(call: Call): boolean {
  return findUserFunction(call.name) !== undefined;
}

function entryFor(name: string, made: UserFunction): FunctionEntry {
  return {
    name,
    doc: "A user's function.",
    arity: [made.leastArguments, Infinity],
    nulls: "own",
    deterministic: made.deterministic,
    resolve: (args) => ({ args, type: made.returns, nullable: made.nullable }),
    eval: (args, call) => evaluated(made, args, call),
  };
}

/** The types of the arguments of a call, as the function sees them. */
export function argumentTypes({ bigint }: Pick<UserFunction, "bigint">, { args }: Pick<Call, "args">): readonly DataType[] {
  return args.map((arg) => (bigint ? withBigints(typeOf(arg)) : typeOf(arg)));
}

/** One call for one row. */
function evaluated(made: UserFunction, values: readonly Value[], call: Call): Value {
  if (made.concurrency !== null) {
    throw new StreamingError("UDF_ASYNC_UNSUPPORTED", { functionName: made.name, place: "here" });
  }
  const types = argumentTypes(made, call);
  const args = values.map((value, i) => userColumn(columnFromValues(types[i]!, [value]), types[i]!, made.name));
  const calls = new UserFunctionCalls(made, types);
  return calls.value(calls.call(args, 0));
}
