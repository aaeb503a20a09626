import { StreamingError } from "../../errors/streamingError.js";
import { types, type ArrayType, type DataType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import type { Expression } from "../expression.js";
import { coerceAll, coerceTo } from "../types/coerce.js";
import { commonWithoutTexts } from "../types/commonType.js";
import { describeCall } from "../types/describe.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import { checkedElements, joinedTexts } from "../../values/limits.js";
import { ValueIndex } from "../../values/valueIndex.js";
import { compareValues } from "../../values/compare.js";
import {
  alikeArrays,
  castArgs,
  differentElement,
  differentTypes,
  requireKinds,
  modeOf,
  requireOrder,
  unexpectedType,
  type FunctionEntry,
  type Resolving,
} from "./entry.js";

/** Arrays, and what arrays and maps have in common. */

type List = readonly Value[];

const array: FunctionEntry = {
  name: "array",
  doc: "An array of the arguments.",
  arity: [0, Infinity],
  nulls: "own",
  resolve: (args, resolving) => {
    const coerced = coerceAll(args, resolving.context);
    if (coerced === null) throw differentTypes(args, resolving);
    return { args: coerced.args, type: types.array(coerced.type, coerced.args.some(nullableOf)), nullable: false };
  },
  eval: (args) => args.slice(),
};

/** The array type of an argument. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
export function arrayType(args: readonly Expression[], index: number, resolving: Resolving): ArrayType {
  const type = typeOf(args[index]!);
  if (type.kind === "null") return types.array(types.null);
  if (type.kind !== "array") throw unexpectedType(args, index, '"ARRAY"', resolving);
  return type;
}

/** The type of an array's elements, which are compared. @throws DATATYPE_MISMATCH.INVALID_ORDERING_TYPE */
function orderedElement(args: readonly Expression[], resolving: Resolving): DataType {
  const type = arrayType(args, 0, resolving).element;
  requireOrder(type, args, resolving);
  return type;
}

const size: FunctionEntry = {
  name: "size",
  aliases: ["cardinality"],
  doc: "The number of elements of an array, or of entries of a map. Null of null in ANSI mode, else -1.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => {
    const { kind } = typeOf(args[0]!);
    if (kind !== "array" && kind !== "map" && kind !== "null") throw unexpectedType(args, 0, '("ARRAY" or "MAP")', resolving);
    const nullable = resolving.context.ansi && nullableOf(args[0]!);
    return { args, type: types.int, nullable, evalMode: modeOf(resolving.context) };
  },
  eval: ([value], call) => {
    if (value === null) return call.evalMode === "ansi" ? null : -1;
    return Array.isArray(value) ? value.length : (value as MapValue).keys.length;
  },
};

const arraySize: FunctionEntry = {
  name: "array_size",
  doc: "The number of elements.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => (arrayType(args, 0, resolving), { args, type: types.int }),
  eval: ([list]) => (list as List).length,
};

/** Nulls first (or last), the rest in the order of the type. */
function compareWithNulls(a: Value, b: Value, type: DataType, nulls: -1 | 1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? nulls : -nulls;
  return compareValues(a, b, type);
}

const sortArray: FunctionEntry = {
  name: "sort_array",
  doc: "The elements in ascending order, nulls first; descending, nulls last, when the second argument is false.",
  arity: [1, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = arrayType(args, 0, resolving);
    requireOrder(type, args, resolving);
    return { args: [args[0]!, ...castArgs(args.slice(1), [types.boolean], resolving)], type };
  },
  eval: ([list, ascending], call) => {
    const { element: type } = call.type as ArrayType;
    const sign = ascending === false ? -1 : 1;
    return (list as List).toSorted((a, b) => sign * compareWithNulls(a, b, type, -1));
  },
};

const arrayDistinct: FunctionEntry = {
  name: "array_distinct",
  doc: "Every value once.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    orderedElement(args, resolving);
    return { args, type: arrayType(args, 0, resolving) };
  },
  eval: ([list], call) => distinct(list as List, (call.type as ArrayType).element),
};

const arrayCompact: FunctionEntry = {
  name: "array_compact",
  doc: "Without nulls.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => ({ args, type: arrayType(args, 0, resolving) }),
  eval: ([list]) => (list as List).filter((value) => value !== null),
};

/** array_min and array_max. */
function arrayExtreme(name: string, doc: string, sign: 1 | -1): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => ({ args, type: orderedElement(args, resolving), nullable: true }),
    eval: ([list], call) => {
      let best: Value = null;
      for (const value of list as List) {
        if (value !== null && (best === null || sign * compareValues(value, best, call.type) > 0)) best = value;
      }
      return best;
    },
  };
}

/** An array and a value of its elements' type, at their common type. @throws DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES */
function withElement(args: readonly Expression[], resolving: Resolving): { args: Expression[]; element: DataType } {
  const type = arrayType(args, 0, resolving);
  const common = commonWithoutTexts(type.element, typeOf(args[1]!), resolving.context);
  if (common === null) throw differentElement(args, args[1]!, resolving);
  requireOrder(common, args, resolving);
  return {
    args: [coerceTo(args[0]!, types.array(common, type.containsNull), resolving.context), coerceTo(args[1]!, common, resolving.context)],
    element: common,
  };
}

const indexIn = (list: List, value: Value, type: DataType): number =>
  list.findIndex((candidate) => candidate !== null && compareValues(candidate, value, type) === 0);

/** @throws DATATYPE_MISMATCH.NULL_TYPE */
function requireNoVoid(args: readonly Expression[], resolving: Resolving): void {
  if (args.every((arg) => typeOf(arg).kind !== "null")) return;
  throw new StreamingError("DATATYPE_MISMATCH.NULL_TYPE", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    functionName: `\`${resolving.name}\``,
  });
}

const arrayContains: FunctionEntry = {
  name: "array_contains",
  doc: "Whether a value is in the array; null when it is not and the array holds a null.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    requireNoVoid(args, resolving);
    return { args: withElement(args, resolving).args, type: types.boolean, nullable: true };
  },
  eval: ([list, value], call) => {
    if (indexIn(list as List, value!, typeOf(call.args[1]!)) >= 0) return true;
    return (list as List).includes(null) ? null : false;
  },
};

const arrayPosition: FunctionEntry = {
  name: "array_position",
  doc: "The place of a value in the array, from 1; 0 when it is not there.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    if (typeOf(args[0]!).kind === "null") requireNoVoid(args, resolving);
    return { args: withElement(args, resolving).args, type: types.long };
  },
  eval: ([list, value], call) => BigInt(indexIn(list as List, value!, typeOf(call.args[1]!)) + 1),
};

/** Each value once; -0.0 comes out as 0.0. */
function distinct(list: List, type: DataType): List {
  const seen = new ValueIndex(type);
  return list.map((value) => withoutNegativeZero(value, type)).filter((value) => seen.add(value));
}

function withoutNegativeZero(value: Value, type: DataType): Value {
  if (value === null) return value;
  switch (type.kind) {
    case "float":
    case "double":
      return value === 0 ? 0 : value;
    case "array":
      return (value as List).map((each) => withoutNegativeZero(each, type.element));
    case "struct":
      return (value as List).map((each, i) => withoutNegativeZero(each, type.fields[i]!.type));
    default:
      return value;
  }
}

/** array_union, array_intersect and array_except. */
function setFunction(name: string, doc: string, combine: (a: List, b: List, inSecond: (value: Value) => boolean) => List): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: alikeArrays,
    eval: ([a, b], call) => {
      const { element: type } = call.type as ArrayType;
      const second = new ValueIndex(type, b as List);
      return distinct(
        combine(a as List, b as List, (value) => second.has(value)),
        type,
      );
    },
  };
}

const arrayJoin: FunctionEntry = {
  name: "array_join",
  doc: "The elements as one text with a delimiter between them; nulls left out, or replaced by the third argument.",
  arity: [2, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    requireKinds(args, ["string"], '"STRING"', resolving, 1);
    return { args: castArgs(args, [types.array(types.string), types.string, types.string], resolving), type: types.string };
  },
  eval: ([list, delimiter, nullText]) => {
    const replacement = nullText === undefined ? [] : [nullText as string];
    const texts = (list as readonly (string | null)[]).flatMap((value) => (value === null ? replacement : [value]));
    return joinedTexts(texts, delimiter as string);
  },
};

const slice: FunctionEntry = {
  name: "slice",
  doc: "A part of the array, from a place (from 1, negative from the end), of a length.",
  arity: [3, 3],
  nulls: "strict",
  resolve: (args, resolving) => ({
    args: [args[0]!, ...castArgs(args.slice(1), [types.int], resolving)],
    type: arrayType(args, 0, resolving),
  }),
  eval: ([list, start, length]) => {
    const [values, from] = [list as List, start as number];
    if (from === 0) throw new StreamingError("INVALID_PARAMETER_VALUE.START", { parameter: "`start`", functionName: "`slice`" });
    if ((length as number) < 0) {
      const parameters = { parameter: "`length`", functionName: "`slice`", length: `${length as number}` };
      throw new StreamingError("INVALID_PARAMETER_VALUE.LENGTH", parameters);
    }
    const begin = from > 0 ? from - 1 : values.length + from;
    return begin < 0 ? [] : values.slice(begin, begin + (length as number));
  },
};

const flatten: FunctionEntry = {
  name: "flatten",
  doc: "The arrays of an array one after the other; null when one of them is.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = arrayType(args, 0, resolving).element;
    if (type.kind !== "array") throw unexpectedType(args, 0, '"ARRAY" of "ARRAY"', resolving);
    return { args, type, nullable: true };
  },
  eval: ([lists]) => {
    const count = (lists as readonly (List | null)[]).reduce((sum, list) => sum + (list?.length ?? 0), 0);
    checkedElements(count, "flatten");
    return (lists as List).includes(null) ? null : (lists as readonly List[]).flat();
  },
};

const arrayRepeat: FunctionEntry = {
  name: "array_repeat",
  doc: "An array of the value as many times.",
  arity: [2, 2],
  nulls: "own",
  resolve: (args, resolving) => {
    const [value, count] = args as [Expression, Expression];
    requireKinds(args, ["byte", "short", "int"], '"INT"', resolving, 1);
    return {
      args: [value, ...castArgs([count], [types.int], resolving)],
      type: types.array(typeOf(value), nullableOf(value)),
      nullable: nullableOf(count),
    };
  },
  eval: ([value, count]) =>
    count === null ? null : Array.from({ length: checkedElements(Math.max(0, count as number), "array_repeat") }, () => value!),
};

const reverse: FunctionEntry = {
  name: "reverse",
  doc: "The characters of a string, the bytes of a binary or the elements of an array in the opposite order.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    if (type.kind === "array" || type.kind === "binary") return { args, type };
    return { args: castArgs(args, [types.string], resolving), type: types.string };
  },
  eval: ([value]) => {
    if (typeof value === "string") return Array.from(value).toReversed().join("");
    return value instanceof Uint8Array ? value.toReversed() : (value as List).toReversed();
  },
};

export const arrayFunctions: readonly FunctionEntry[] = [
  array,
  size,
  arraySize,
  sortArray,
  arrayDistinct,
  arrayCompact,
  arrayExtreme("array_max", "The largest element.", 1),
  arrayExtreme("array_min", "The smallest element.", -1),
  arrayContains,
  arrayPosition,
  setFunction("array_union", "The values of both, each once.", (a, b) => [...a, ...b]),
  setFunction("array_intersect", "The values that are in both, each once.", (a, _, inSecond) => a.filter(inSecond)),
  setFunction("array_except", "The values of the first that are not in the second, each once.", (a, _, inSecond) =>
    a.filter((value) => !inSecond(value)),
  ),
  arrayJoin,
  slice,
  flatten,
  arrayRepeat,
  reverse,
];
