import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, type DataType, type MapType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import { ValueIndex } from "../../values/valueIndex.js";
import type { Call, Expression } from "../expression.js";
import { coerceAll, coerceTo } from "../types/coerce.js";
import { commonWithoutTexts } from "../types/commonType.js";
import { describeCall } from "../types/describe.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import { differentTypes, unexpectedType, type Evaluate, type FunctionEntry, type Resolving } from "./entry.js";
import { applyLambda, checkLambda, lambdaOf, withTest } from "./higherOrder.js";
import { makeMap, requireKey } from "./maps.js";

/** Maps made of others, and of lambdas over their entries. */

const mapConcat: FunctionEntry = {
  name: "map_concat",
  doc: "The entries of the maps in one map. A key that two of them have is an error.",
  arity: [0, Infinity],
  nulls: "strict",
  resolve: (args, resolving) => {
    if (args.length === 0) return { args, type: types.map(types.string, types.string) };
    const coerced = coerceAll(args, resolving.context);
    if (args.some((arg) => typeOf(arg).kind !== "map") || coerced === null || coerced.type.kind !== "map") {
      throw new StreamingError("DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES", {
        sqlExpr: `"${describeCall("map_concat", args)}"`,
        functionName: "`map_concat`",
        dataType: `[${args.map((arg) => `"${sqlTypeName(typeOf(arg))}"`).join(", ")}]`,
      });
    }
    const { ansi } = resolving.context;
    if (ansi && args.some((arg) => commonWithoutTexts(typeOf(arg), coerced.type, { ansi }) === null)) throw differentTypes(args, resolving);
    return { args: coerced.args, type: coerced.type };
  },
  eval: (maps, call) => {
    const all = maps as readonly MapValue[];
    return makeMap(
      all.flatMap(({ keys }) => keys),
      all.flatMap(({ values }) => values),
      call,
    );
  },
};

const mapFromEntries: FunctionEntry = {
  name: "map_from_entries",
  doc: "A map of an array of structs of key and value; null when one of them is.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    const entry = type.kind === "array" ? type.element : types.null;
    if (entry.kind !== "struct" || entry.fields.length !== 2) throw unexpectedType(args, 0, '"ARRAY" of pair "STRUCT"', resolving);
    const [key, value] = entry.fields;
    requireKey(key!.type, args, resolving);
    return { args, type: types.map(key!.type, value!.type, value!.nullable), nullable: true };
  },
  eval: ([entries], call) => {
    const list = entries as readonly (readonly Value[] | null)[];
    if (list.includes(null)) return null;
    return makeMap(
      list.map((entry) => entry![0]!),
      list.map((entry) => entry![1]!),
      call,
    );
  },
};

/** The map type of an argument. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
function mapOf(args: readonly Expression[], index: number, resolving: Resolving): MapType {
  const type = typeOf(args[index]!);
  if (type.kind !== "map") throw unexpectedType(args, index, '"MAP"', resolving);
  return type;
}

type OverEntries = (map: MapValue, apply: (key: Value, value: Value) => Value, call: Call) => Value;

/** A function of a map and a lambda of (key, value). */
function overMap(name: string, doc: string, result: (map: MapType, body: Expression) => DataType, run: OverEntries): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "own",
    resolve: (args, resolving) => {
      const type = mapOf(args, 0, resolving);
      const lambda = checkLambda(args, 1);
      const made = result(type, lambda.body);
      if (name === "transform_keys") requireKey((made as MapType).key, args, resolving);
      return {
        args: [args[0]!, name === "map_filter" ? withTest(args, 1, resolving) : lambda],
        type: made,
        nullable: nullableOf(args[0]!),
      };
    },
    evalLazy: (call, evaluate) => {
      const map = evaluate(call.args[0]!) as MapValue | null;
      const lambda = lambdaOf(call.args[1]);
      return map === null ? null : run(map, (key, value) => applyLambda(lambda, [key, value], evaluate), call);
    },
  };
}

const mapZipWith: FunctionEntry = {
  name: "map_zip_with",
  doc: "Two maps merged key by key by a lambda of (key, value, value); where one has no such key its value is null.",
  arity: [3, 3],
  nulls: "own",
  resolve: (args, resolving) => {
    const [left, right] = [mapOf(args, 0, resolving), mapOf(args, 1, resolving)];
    const key = commonWithoutTexts(left.key, right.key, resolving.context);
    if (key === null) {
      throw new StreamingError("DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", {
        sqlExpr: `"${describeCall("map_zip_with", args)}"`,
        functionName: "`map_zip_with`",
        leftType: `"${sqlTypeName(left.key)}"`,
        rightType: `"${sqlTypeName(right.key)}"`,
      });
    }
    requireKey(key, args, resolving);
    const lambda = checkLambda(args, 2);
    const maps = [left, right].map((type, i) => coerceTo(args[i]!, types.map(key, type.value, type.valueContainsNull), resolving.context));
    const nullable = nullableOf(args[0]!) || nullableOf(args[1]!);
    return { args: [...maps, lambda], type: types.map(key, typeOf(lambda.body), nullableOf(lambda.body)), nullable };
  },
  evalLazy: (call, evaluate: Evaluate) => {
    const [left, right] = [evaluate(call.args[0]!) as MapValue | null, evaluate(call.args[1]!) as MapValue | null];
    if (left === null || right === null) return null;
    const { key: type } = call.type as MapType;
    const [inLeft, inRight] = [new ValueIndex(type, left.keys), new ValueIndex(type, right.keys)];
    const keys = [...left.keys, ...right.keys.filter((key) => !inLeft.has(key))];
    const lambda = lambdaOf(call.args[2]);
    const values = keys.map((key) =>
      applyLambda(lambda, [key, left.values[inLeft.place(key) ?? -1] ?? null, right.values[inRight.place(key) ?? -1] ?? null], evaluate),
    );
    return { keys, values };
  },
};

export const mapBuildingFunctions: readonly FunctionEntry[] = [
  mapConcat,
  mapFromEntries,
  overMap(
    "map_filter",
    "The entries for which a lambda of (key, value) is true.",
    (map) => map,
    ({ keys, values }, apply) => {
      const kept = keys.map((key, i) => apply(key, values[i]!) === true);
      return { keys: keys.filter((_, i) => kept[i]), values: values.filter((_, i) => kept[i]) };
    },
  ),
  overMap(
    "transform_keys",
    "The map with each key replaced by what a lambda of (key, value) makes of the entry.",
    (map, body) => types.map(typeOf(body), map.value, map.valueContainsNull),
    ({ keys, values }, apply, call) =>
      makeMap(
        keys.map((key, i) => apply(key, values[i]!)),
        values,
        call,
      ),
  ),
  overMap(
    "transform_values",
    "The map with each value replaced by what a lambda of (key, value) makes of the entry.",
    (map, body) => types.map(map.key, typeOf(body), nullableOf(body)),
    ({ keys, values }, apply) => ({ keys, values: keys.map((key, i) => apply(key, values[i]!)) }),
  ),
  mapZipWith,
];
