import { StreamingError } from "../../errors/streamingError.js";
import type { Value } from "../../arrow/value.js";
import { literal } from "../expression.js";
import { sqlTypeName, types } from "../../arrow/types.js";
import { describe } from "../types/describe.js";
import { typeOf } from "../types/typeOf.js";
import { callOf, castArgs, unexpectedType, type FunctionEntry } from "./entry.js";

/** Functions that end the query, numbers in buckets, and what JSON text holds. */

const raiseError: FunctionEntry = {
  name: "raise_error",
  doc: "Ends the query with a message of the user's own.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => ({ args: castArgs(args, [types.string], resolving), type: types.null, nullable: true }),
  eval: ([message]) => {
    throw new StreamingError("USER_RAISED_EXCEPTION", { errorMessage: (message as string | null) ?? "null" });
  },
};

/** What is left of a number that does not fit the column it was written to: null of null. `storeCast` calls it. */
const refuseOverflow: FunctionEntry = {
  name: "refuse overflow",
  doc: "Ends the query: the number does not fit the column.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([value, column], _resolving) => ({ args: [value!, column!], type: typeOf(value!), nullable: true }),
  eval: ([value, column], { args, type }) => {
    // No decimal is NaN or infinite: the cast makes null of these.
    if (type.kind === "decimal" && typeof value === "number" && !Number.isFinite(value)) return null;
    throw new StreamingError("CAST_OVERFLOW_IN_TABLE_INSERT", {
      sourceType: `"${sqlTypeName(typeOf(args[0]!))}"`,
      targetType: `"${sqlTypeName(type)}"`,
      columnName: `\`${column as string}\``,
    });
  },
};

const assertTrue: FunctionEntry = {
  name: "assert_true",
  doc: "Null where the condition is true; else it ends the query, with the message if there is one.",
  arity: [1, 2],
  nulls: "own",
  resolve: ([condition, message], resolving) => {
    const text = message ?? literal(`'${describe(condition!)}' is not true!`, types.string);
    return { args: castArgs([condition!, text], [types.boolean, types.string], resolving), type: types.null, nullable: true };
  },
  eval: ([condition, message]) => {
    if (condition === true) return null;
    throw new StreamingError("USER_RAISED_EXCEPTION", { errorMessage: (message as string | null) ?? "null" });
  },
};

const nanvl: FunctionEntry = {
  name: "nanvl",
  doc: "The first number, or the second where the first is NaN.",
  arity: [2, 2],
  nulls: "own",
  resolve: (args, resolving) => {
    const type = args.every((arg) => typeOf(arg).kind === "float") ? types.float : types.double;
    const [number, otherwise] = castArgs(args, [type], resolving);
    const test = callOf("isnan", [number!], types.boolean, false, "ansi");
    return callOf("case", [test, otherwise!, number!], type, true, "ansi");
  },
};

const bucketTypes = ["byte", "short", "int", "long", "float", "double", "decimal", "string", "null"];

const widthBucket: FunctionEntry = {
  name: "width_bucket",
  doc: "The number of the bucket that a value falls into, of so many of equal width between two bounds; 0 below, one more than there are above.",
  arity: [4, 4],
  nulls: "strict",
  resolve: (args, resolving) => {
    const kinds = args.slice(0, 3).map((arg) => typeOf(arg).kind);
    const interval = kinds.find((kind) => kind === "interval_daytime" || kind === "interval_yearmonth");
    const wrong = kinds.findIndex((kind) => (interval === undefined ? !bucketTypes.includes(kind) : kind !== interval && kind !== "null"));
    if (wrong >= 0) {
      const required =
        interval === undefined
          ? '("DOUBLE" or "INTERVAL YEAR TO MONTH" or "INTERVAL DAY TO SECOND")'
          : `"${sqlTypeName(typeOf(args[kinds.indexOf(interval)]!))}"`;
      throw unexpectedType(args, wrong, required, resolving);
    }
    const number =
      interval === undefined ? types.double : interval === "interval_daytime" ? types.intervalDayTime : types.intervalYearMonth;
    const values = interval === undefined ? castArgs(args.slice(0, 3), [number], resolving) : args.slice(0, 3);
    return { args: [...values, ...castArgs(args.slice(3), [types.long], resolving)], type: types.long, nullable: true };
  },
  eval: ([value, low, high, count]) => bucketOf(Number(value), Number(low), Number(high), count as bigint),
};

function bucketOf(value: number, low: number, high: number, count: bigint): Value {
  const usable =
    count > 0n && count < 9223372036854775807n && !Number.isNaN(value) && low !== high && Number.isFinite(low) && Number.isFinite(high);
  if (!usable) return null;
  const n = Number(count);
  const [below, above] = low < high ? [value < low, value >= high] : [value > low, value <= high];
  if (below) return 0n;
  if (above) return count + 1n;
  return BigInt(Math.trunc((n * (value - low)) / (high - low))) + 1n;
}

const jsonTokens = /[{[\]}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs;

/** The first object or array of a text, strings in double quotes; what stands behind it does not count, as in Spark. Null where there is none. */
function firstJson(text: string): string | null {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(jsonTokens)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    if (depth > 0) continue;
    const whole = text.slice(0, index + token.length);
    return whole.replace(jsonTokens, (part) => (part.startsWith("'") ? JSON.stringify(part.slice(1, -1)) : part));
  }
  return null;
}

function parsedJson(text: string | null): unknown {
  try {
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

const jsonArrayLength: FunctionEntry = {
  name: "json_array_length",
  doc: "The number of elements of a JSON array; null when the text is none.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const { kind } = typeOf(args[0]!);
    if (kind !== "string" && kind !== "null") throw unexpectedType(args, 0, '"STRING"', resolving);
    return { args: castArgs(args, [types.string], resolving), type: types.int, nullable: true };
  },
  eval: ([text]) => {
    const value = parsedJson(firstJson(text as string));
    return Array.isArray(value) ? value.length : null;
  },
};

/** The keys of a JSON object in their order, one that is there twice twice. */
function outermostKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, key] of text.matchAll(/[{[\]}]|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/gs)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (key !== undefined && depth === 1) keys.push(JSON.parse(key) as string);
  }
  return keys;
}

const jsonObjectKeys: FunctionEntry = {
  name: "json_object_keys",
  doc: "The outermost keys of a JSON object; null when the text is none.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const { kind } = typeOf(args[0]!);
    if (kind !== "string" && kind !== "null") throw unexpectedType(args, 0, '"STRING"', resolving);
    return { args: castArgs(args, [types.string], resolving), type: types.array(types.string), nullable: true };
  },
  eval: ([text]) => {
    const json = firstJson(text as string);
    const value = parsedJson(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? outermostKeys(json!) : null;
  },
};

export const checkFunctions: readonly FunctionEntry[] = [
  raiseError,
  refuseOverflow,
  assertTrue,
  nanvl,
  widthBucket,
  jsonArrayLength,
  jsonObjectKeys,
];
