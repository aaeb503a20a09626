import { sqlTypeName, types, type DataType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { compareValues } from "../../values/compare.js";
import { throwArrayIndex, throwElementIndex, throwIndexZero } from "../../values/evaluationErrors.js";
import type { Expression } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { commonType, commonWithoutTexts } from "../types/commonType.js";
import { describe, describeCall } from "../types/describe.js";
import { isFractional, isNumeric, typeOf } from "../types/typeOf.js";
import { arrayType } from "./arrays.js";
import { castArgs, modeOf, unexpectedType, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";

/** One element of an array, one value of a map. */

type List = readonly Value[];

/** `a[i]` (from 0) and `m[key]`. */
const getItem: FunctionEntry = {
  name: "getItem",
  internal: true,
  doc: "An element by its index from 0, or the value of a key of a map.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([child, key], resolving) => {
    const type = typeOf(child!);
    if (type.kind === "map") return resolveMapItem(child!, key!, resolving);
    if (type.kind !== "array") {
      throw new StreamingError("INVALID_EXTRACT_BASE_FIELD_TYPE", { base: `"${describe(child!)}"`, other: `"${sqlTypeName(type)}"` });
    }
    if (typeOf(key!).kind === "string") throw unexpectedType([child!, key!], 1, '"INTEGRAL"', { ...resolving, name: "getItem" });
    const index = castArgs([key!], ["integral"], { ...resolving, name: "getItem" })[0]!;
    return {
      args: [child!, coerceTo(index, types.int, resolving.context)],
      type: type.element,
      nullable: true,
      evalMode: modeOf(resolving.context),
    };
  },
  eval: ([value, key], call) => {
    const type = typeOf(call.args[0]!);
    if (type.kind === "map") return mapItem(value as MapValue, key!, type.key);
    const [list, index] = [value as List, key as number];
    if (index >= 0 && index < list.length) return list[index]!;
    return call.evalMode === "ansi" ? throwArrayIndex(index, list.length) : null;
  },
};

export function resolveMapItem(map: Expression, key: Expression, resolving: Resolving): Resolution {
  const type = typeOf(map);
  const keyType = type.kind === "map" ? commonType(type.key, typeOf(key), resolving.context.ansi) : null;
  if (type.kind !== "map" || keyType === null)
    throw unexpectedType([map, key], 1, type.kind === "map" ? `"${sqlTypeName(type.key)}"` : '"MAP"', resolving);
  return {
    args: [
      coerceTo(map, types.map(keyType, type.value, type.valueContainsNull), resolving.context),
      coerceTo(key, keyType, resolving.context),
    ],
    type: type.value,
    nullable: true,
  };
}

/** A place in an array: an INT, or a smaller whole number. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
export function placeOf(args: readonly Expression[], index: number, resolving: Resolving): Expression {
  const { kind } = typeOf(args[index]!);
  if (kind === "string" || kind === "long" || !(isNumeric(typeOf(args[index]!)) || kind === "null") || isFractional(typeOf(args[index]!)))
    throw unexpectedType(args, index, '"INT"', resolving);
  return coerceTo(args[index]!, types.int, resolving.context);
}

/** A map and a key of its type, or of one that needs no promotion of texts. @throws DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES */
export function requireKeyOf(args: readonly [Expression, Expression], resolving: Resolving): void {
  const [map, key] = args.map(typeOf) as [DataType, DataType];
  if (map.kind === "map" && (key.kind === "null" || commonWithoutTexts(map.key, key, resolving.context) !== null)) return;
  throw new StreamingError("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    functionName: `\`${resolving.name}\``,
    dataType: '"MAP"',
    leftType: `"${sqlTypeName(map)}"`,
    rightType: `"${sqlTypeName(key)}"`,
  });
}

function mapItem({ keys, values }: MapValue, key: Value, type: DataType): Value {
  const place = keys.findIndex((candidate) => compareValues(candidate, key, type) === 0);
  return place < 0 ? null : values[place]!;
}

/** element_at (from 1, negative from the end; of maps by key), try_element_at and get. */
function element(name: "element_at" | "try_element_at", doc: string): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: ([child, key], resolving) => {
      if (typeOf(child!).kind === "null") throw unexpectedType([child!, key!], 0, '("ARRAY" or "MAP")', resolving);
      if (typeOf(child!).kind === "map") {
        requireKeyOf([child!, key!], resolving);
        return resolveMapItem(child!, key!, resolving);
      }
      const type = arrayType([child!, key!], 0, resolving);
      const mode = name === "element_at" ? modeOf(resolving.context) : "try";
      return { args: [child!, placeOf([child!, key!], 1, resolving)], type: type.element, nullable: true, evalMode: mode };
    },
    eval: ([value, key], call) => {
      const type = typeOf(call.args[0]!);
      if (type.kind === "map") return mapItem(value as MapValue, key!, type.key);
      const [list, index] = [value as List, key as number];
      if (index === 0) throwIndexZero();
      if (Math.abs(index) <= list.length) return list.at(index > 0 ? index - 1 : index)!;
      return call.evalMode === "ansi" ? throwElementIndex(index, list.length) : null;
    },
  };
}

const get: FunctionEntry = {
  name: "get",
  doc: "The element at an index from 0; null outside of the array.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    if (typeOf(args[0]!).kind === "null") throw unexpectedType(args, 0, '"ARRAY"', resolving);
    return {
      args: [args[0]!, ...castArgs(args.slice(1), [types.int], resolving)],
      type: arrayType(args, 0, resolving).element,
      nullable: true,
    };
  },
  eval: ([list, index]) => ((index as number) < 0 ? null : ((list as List)[index as number] ?? null)),
};

export const itemFunctions: readonly FunctionEntry[] = [
  getItem,
  element("element_at", "An element by its place from 1 (negative from the end), or the value of a key of a map."),
  element("try_element_at", "element_at that gives null outside of the array."),
  get,
];
