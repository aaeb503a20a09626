import { notYetSupported } from "../../errors/streamingError.js";
import { typeName, types, type DataType } from "../../arrow/types.js";
import type { Expression } from "../expression.js";
import { coerceTo, resolveCast } from "../types/coerce.js";
import { typeOf } from "../types/typeOf.js";
import type { FunctionEntry, Resolving } from "./entry.js";

/** Functions that are casts. */

function castFunction(name: string, aliases: string[], type: DataType): FunctionEntry {
  return {
    name,
    aliases,
    doc: `CAST(… AS ${typeName(type)}).`,
    arity: [1, 1],
    nulls: "strict",
    resolve: ([a], { context }) => resolveCast(a!, type, false, context),
  };
}

/** to_date, to_timestamp and their like: without a pattern they are casts. */
function parsing(name: string, type: DataType, isTry: boolean): FunctionEntry {
  return {
    name,
    doc: `The text (or other value) as a ${typeName(type)}${isTry ? "; null where it is none" : ""}.`,
    arity: [1, 2],
    nulls: "strict",
    resolve: (args, resolving) => resolveParsing(args, type, isTry, resolving),
  };
}

function resolveParsing([value, format]: readonly Expression[], type: DataType, isTry: boolean, { name, context }: Resolving): Expression {
  if (format !== undefined) {
    if (format.kind === "literal" && format.value === null) return { kind: "literal", value: null, type };
    throw notYetSupported(`${name} with a pattern`);
  }
  if (typeOf(value!).kind === "null") return coerceTo(value!, type, context);
  return resolveCast(value!, type, isTry, context);
}

const typeOfFunction: FunctionEntry = {
  name: "typeof",
  doc: "The name of the argument's type.",
  arity: [1, 1],
  nulls: "own",
  resolve: ([a]) => ({ kind: "literal", value: typeName(typeOf(a!)), type: types.string }),
};

export const conversionFunctions: readonly FunctionEntry[] = [
  castFunction("boolean", [], types.boolean),
  castFunction("tinyint", [], types.byte),
  castFunction("smallint", [], types.short),
  castFunction("int", [], types.int),
  castFunction("bigint", [], types.long),
  castFunction("float", [], types.float),
  castFunction("double", [], types.double),
  castFunction("decimal", [], types.decimal(10, 0)),
  castFunction("string", [], types.string),
  castFunction("binary", [], types.binary),
  castFunction("date", [], types.date),
  castFunction("timestamp", [], types.timestamp),
  parsing("to_date", types.date, false),
  parsing("try_to_date", types.date, true),
  parsing("to_timestamp", types.timestamp, false),
  parsing("try_to_timestamp", types.timestamp, true),
  parsing("to_timestamp_ltz", types.timestamp, false),
  parsing("to_timestamp_ntz", types.timestampNtz, false),
  typeOfFunction,
];
