import { typeName, types, type DataType } from "../../arrow/types.js";
import { resolveCast } from "../types/coerce.js";
import { typeOf } from "../types/typeOf.js";
import type { FunctionEntry } from "./entry.js";

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
  typeOfFunction,
];
