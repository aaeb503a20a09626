import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, type DataType, type MapType } from "../../arrow/types.js";
import type { MapValue, Value } from "../../arrow/value.js";
import type { Call, Expression } from "../expression.js";
import { coerceAll } from "../types/coerce.js";
import { describeCall } from "../types/describe.js";
import { holds, isOrderable, nullableOf, typeOf } from "../types/typeOf.js";
import { compareValues } from "../../values/compare.js";
import { ValueIndex } from "../../values/valueIndex.js";
import { valueText } from "../../values/valueText.js";
import { requireKeyOf, resolveMapItem } from "./items.js";
import { anyNullable, unexpectedType, type FunctionEntry, type Resolving } from "./entry.js";

/** Maps: keys are distinct and never null. */

/** @throws NULL_MAP_KEY, DUPLICATED_MAP_KEY */
export function makeMap(keys: readonly Value[], values: readonly Value[], call: Call): MapValue {
  const keyType = (call.type as MapType).key;
  const seen = new ValueIndex(keyType);
  let isRepeated = false;
  for (const key of keys) {
    if (key === null) throw new StreamingError("NULL_MAP_KEY");
    if (seen.add(key)) continue;
    if (call.options?.[lastKeyWins] === undefined) throw new StreamingError("DUPLICATED_MAP_KEY", { key: valueText(key, keyType, "UTC") });
    isRepeated = true;
  }
  return isRepeated ? lastValues(keys, values, keyType) : { keys, values };
}

/** The option of a call that makes maps: of a key that comes twice the last value stays, in the place of the first. */
export const lastKeyWins = "lastKeyWins";

function lastValues(keys: readonly Value[], values: readonly Value[], keyType: DataType): MapValue {
  const kept: Value[] = [];
  const last: Value[] = [];
  keys.forEach((key, i) => {
    const place = kept.findIndex((other) => compareValues(other, key, keyType) === 0);
    if (place < 0) kept.push(key);
    last[place < 0 ? kept.length - 1 : place] = values[i]!;
  });
  return { keys: kept, values: last };
}

/** Keys are compared. @throws DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE */
export function requireKey(type: DataType, args: readonly Expression[], { name }: Resolving): void {
  if (isOrderable(type)) return;
  // Spark has maps of calendar intervals.
  if (!holds(type, "map")) throw notYetSupported(`a map with keys of type ${sqlTypeName(type)}`);
  throw new StreamingError("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", {
    sqlExpr: `"${describeCall(name, args)}"`,
    keyType: `"${sqlTypeName(type)}"`,
  });
}

const map: FunctionEntry = {
  name: "map",
  doc: "A map of the arguments: key, value, key, value, ….",
  arity: [0, Infinity],
  nulls: "own",
  resolve: (args, resolving) => {
    const keys = coerceAll(
      args.filter((_, i) => i % 2 === 0),
      resolving.context,
    );
    const values = coerceAll(
      args.filter((_, i) => i % 2 === 1),
      resolving.context,
    );
    if (args.length % 2 === 1) {
      const parameters = {
        functionName: "`map`",
        expectedNum: "2n (n > 0)",
        actualNum: String(args.length),
        docroot: "https://spark.apache.org/docs/latest",
      };
      throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", parameters);
    }
    if (keys === null) throw mismatch("DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES", args, 0, resolving);
    if (values === null) throw mismatch("DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES", args, 1, resolving);
    requireKey(keys.type, args, resolving);
    return {
      args: args.map((_, i) => (i % 2 === 0 ? keys.args : values.args)[Math.floor(i / 2)]!),
      type: types.map(keys.type, values.type, values.args.some(nullableOf)),
      nullable: false,
    };
  },
  eval: (args, call) => {
    const even = args.filter((_, i) => i % 2 === 0);
    const odd = args.filter((_, i) => i % 2 === 1);
    return makeMap(even, odd, call);
  },
};

type MapMismatch = "DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES" | "DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES";

function mismatch(condition: MapMismatch, args: readonly Expression[], parity: number, { name }: Resolving): StreamingError {
  return new StreamingError(condition, {
    sqlExpr: `"${describeCall(name, args)}"`,
    functionName: "`map`",
    dataType: `[${args
      .filter((_, i) => i % 2 === parity)
      .map((arg) => `"${sqlTypeName(typeOf(arg))}"`)
      .join(", ")}]`,
  });
}

function mapType(args: readonly Expression[], resolving: Resolving): MapType {
  const type = typeOf(args[0]!);
  if (type.kind === "null") return types.map(types.null, types.null);
  if (type.kind !== "map") throw unexpectedType(args, 0, '"MAP"', resolving);
  return type;
}

/** A function of one map. */
function onMap(name: string, doc: string, result: (type: MapType) => DataType, evaluate: (value: MapValue) => Value): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => ({ args, type: result(mapType(args, resolving)) }),
    eval: ([value]) => evaluate(value as MapValue),
  };
}

const mapFromArrays: FunctionEntry = {
  name: "map_from_arrays",
  doc: "A map of an array of keys and an array of values.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [keys, values] = args.map((arg) => (typeOf(arg).kind === "null" ? types.array(types.null) : typeOf(arg))) as [DataType, DataType];
    if (keys.kind !== "array") throw unexpectedType(args, 0, '"ARRAY"', resolving);
    if (values.kind !== "array") throw unexpectedType(args, 1, '"ARRAY"', resolving);
    requireKey(keys.element, args, resolving);
    return { args, type: types.map(keys.element, values.element, values.containsNull), nullable: anyNullable(args) };
  },
  eval: (arrays, call) => {
    const [keys, values] = arrays as [readonly Value[], readonly Value[]];
    if (keys.length !== values.length) {
      throw new StreamingError("MAP_KEY_VALUE_DIFF_SIZES", { keys: String(keys.length), values: String(values.length) });
    }
    // Unlike `map`, it leaves keys of -0.0 as they are.
    const made = makeMap(keys, values, call);
    return made.keys.length < keys.length ? made : { ...made, keys };
  },
};

const mapContainsKey: FunctionEntry = {
  name: "map_contains_key",
  doc: "Whether the map has the key.",
  arity: [2, 2],
  nulls: "strict",
  resolve: (args, resolving) => {
    if (typeOf(args[1]!).kind === "null") {
      const parameters = { sqlExpr: `"${describeCall(resolving.name, args)}"`, functionName: `\`${resolving.name}\`` };
      throw new StreamingError("DATATYPE_MISMATCH.NULL_TYPE", parameters);
    }
    requireKeyOf([args[0]!, args[1]!], resolving);
    const { args: alike } = resolveMapItem(args[0]!, args[1]!, resolving);
    return { args: alike, type: types.boolean };
  },
  eval: ([value, key], call) => (value as MapValue).keys.some((candidate) => compareValues(candidate, key!, typeOf(call.args[1]!)) === 0),
};

export const mapFunctions: readonly FunctionEntry[] = [
  map,
  mapFromArrays,
  mapContainsKey,
  onMap(
    "map_keys",
    "The keys.",
    (type) => types.array(type.key, false),
    ({ keys }) => keys,
  ),
  onMap(
    "map_values",
    "The values.",
    (type) => types.array(type.value, type.valueContainsNull),
    ({ values }) => values,
  ),
  onMap(
    "map_entries",
    "The entries as structs of key and value.",
    (type) =>
      types.array(
        types.struct([
          { name: "key", type: type.key, nullable: false },
          { name: "value", type: type.value, nullable: type.valueContainsNull },
        ]),
        false,
      ),
    ({ keys, values }) => keys.map((key, i) => [key, values[i]!]),
  ),
];
