import { StreamingError, notYetSupported } from "../../errors/streamingError.js";
import { sqlTypeName, types, type ArrayType, type DataType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import type { Expression } from "../expression.js";
import { coerceAll, coerceTo } from "../types/coerce.js";
import { commonType } from "../types/commonType.js";
import { describe } from "../types/describe.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import { checkedElements, joinedTexts } from "../../values/limits.js";
import { ValueIndex } from "../../values/valueIndex.js";
import { compareValues } from "../../values/compare.js";
import {
  alikeArrays,
  castArgs,
  differentTypes,
  fixed,
  modeOf,
  requireOrder,
  unexpectedType,
  type FunctionEntry,
  type Resolution,
  type Resolving,
} from "./entry.js";
import { throwArrayIndex, throwElementIndex, throwIndexZero } from "../../values/evaluationErrors.js";

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
function arrayType(args: readonly Expression[], index: number, resolving: Resolving): ArrayType {
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

/** `a[i]` (from 0) and `m[key]`. */
const getItem: FunctionEntry = {
  name: "getItem",
  aliases: ["getitem"],
  doc: "An element by its index from 0, or the value of a key of a map.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([child, key], resolving) => {
    const type = typeOf(child!);
    if (type.kind === "map") return resolveMapItem(child!, key!, resolving);
    if (type.kind !== "array") {
      throw new StreamingError("INVALID_EXTRACT_BASE_FIELD_TYPE", { base: `"${describe(child!)}"`, other: `"${sqlTypeName(type)}"` });
    }
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

function resolveMapItem(map: Expression, key: Expression, resolving: Resolving): Resolution {
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
      if (typeOf(child!).kind === "map") return resolveMapItem(child!, key!, resolving);
      const type = arrayType([child!, key!], 0, resolving);
      const mode = name === "element_at" ? modeOf(resolving.context) : "try";
      return { args: [child!, ...castArgs([key!], [types.int], resolving)], type: type.element, nullable: true, evalMode: mode };
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
  resolve: (args, resolving) => ({
    args: [args[0]!, ...castArgs(args.slice(1), [types.int], resolving)],
    type: arrayType(args, 0, resolving).element,
    nullable: true,
  }),
  eval: ([list, index]) => ((index as number) < 0 ? null : ((list as List)[index as number] ?? null)),
};

const size: FunctionEntry = {
  name: "size",
  aliases: ["cardinality"],
  doc: "The number of elements of an array, or of entries of a map. Null of null in ANSI mode, else -1.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => {
    const { kind } = typeOf(args[0]!);
    if (kind !== "array" && kind !== "map") throw unexpectedType(args, 0, '("ARRAY" or "MAP")', resolving);
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

/** An array and a value of its elements' type, at their common type. */
function withElement(args: readonly Expression[], resolving: Resolving): { args: Expression[]; element: DataType } {
  const type = arrayType(args, 0, resolving);
  const common = commonType(type.element, typeOf(args[1]!), resolving.context.ansi);
  if (common === null) throw differentTypes(args, resolving);
  requireOrder(common, args, resolving);
  return {
    args: [coerceTo(args[0]!, types.array(common, type.containsNull), resolving.context), coerceTo(args[1]!, common, resolving.context)],
    element: common,
  };
}

const indexIn = (list: List, value: Value, type: DataType): number =>
  list.findIndex((candidate) => candidate !== null && compareValues(candidate, value, type) === 0);

const arrayContains: FunctionEntry = {
  name: "array_contains",
  doc: "Whether a value is in the array; null when it is not and the array holds a null.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => ({ args: withElement(args, resolving).args, type: types.boolean, nullable: true }),
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
  resolve: (args, resolving) => ({ args: withElement(args, resolving).args, type: types.long }),
  eval: ([list, value], call) => BigInt(indexIn(list as List, value!, typeOf(call.args[1]!)) + 1),
};

function distinct(list: List, type: DataType): List {
  const seen = new ValueIndex(type);
  return list.filter((value) => seen.add(value));
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
  resolve: fixed([types.array(types.string), types.string, types.string], types.string),
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
    if (from === 0 || (length as number) < 0) throw notYetSupported("slice from 0 or of a negative length");
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
  resolve: ([value, count], resolving) => ({
    args: [value!, ...castArgs([count!], [types.int], resolving)],
    type: types.array(typeOf(value!), nullableOf(value!)),
    nullable: nullableOf(count!),
  }),
  eval: ([value, count]) =>
    count === null ? null : Array.from({ length: checkedElements(Math.max(0, count as number), "array_repeat") }, () => value!),
};

const reverse: FunctionEntry = {
  name: "reverse",
  doc: "The characters of a string, or the elements of an array, in the opposite order.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    return type.kind === "array" ? { args, type } : { args: castArgs(args, [types.string], resolving), type: types.string };
  },
  eval: ([value]) => (typeof value === "string" ? Array.from(value).toReversed().join("") : (value as List).toReversed()),
};

export const arrayFunctions: readonly FunctionEntry[] = [
  array,
  getItem,
  element("element_at", "An element by its place from 1 (negative from the end), or the value of a key of a map."),
  element("try_element_at", "element_at that gives null outside of the array."),
  get,
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
