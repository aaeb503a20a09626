import { types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { hashValue, murmur, xxHash } from "../../values/sparkHash.js";
import type { Expression } from "../expression.js";
import { describeCall } from "../types/describe.js";
import { typeOf } from "../types/typeOf.js";
import type { FunctionEntry, Resolving } from "./entry.js";

/** Hashes of any values, the same as Spark's. */

/** @throws DATATYPE_MISMATCH.HASH_MAP_TYPE: equal maps may have their keys in other orders */
function checkHashable(args: readonly Expression[], { name }: Resolving): void {
  if (args.length === 0) {
    throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
      functionName: `\`${name}\``,
      expectedNum: "> 0",
      actualNum: "0",
      docroot: "https://spark.apache.org/docs/latest",
    });
  }
  if (!args.some((arg) => holdsMap(typeOf(arg)))) return;
  throw new StreamingError("DATATYPE_MISMATCH.HASH_MAP_TYPE", { sqlExpr: `"${describeCall(name, args)}"`, functionName: `\`${name}\`` });
}

function holdsMap(type: DataType): boolean {
  if (type.kind === "array") return holdsMap(type.element);
  return type.kind === "map" || (type.kind === "struct" && type.fields.some((field) => holdsMap(field.type)));
}

/** Gives of the values and their types what the hash of each makes of the one before. */
type Digest = (values: readonly Value[], types: readonly DataType[]) => Value;

function hashOf(name: string, bits: number, type: DataType, digest: Digest): FunctionEntry {
  return {
    name,
    doc: `A hash of ${bits} bits of all values, the same as Spark's.`,
    arity: [0, Infinity],
    nulls: "own",
    resolve: (args, resolving) => {
      checkHashable(args, resolving);
      return { args, type, nullable: false };
    },
    eval: (values, { args }) => digest(values, args.map(typeOf)),
  };
}

export const hashFunctions: readonly FunctionEntry[] = [
  hashOf("hash", 32, types.int, (values, of) => values.reduce<number>((seed, value, i) => hashValue(value, of[i]!, seed, murmur), 42)),
  hashOf("xxhash64", 64, types.long, (values, of) =>
    values.reduce<bigint>((seed, value, i) => hashValue(value, of[i]!, seed, xxHash), 42n),
  ),
];
