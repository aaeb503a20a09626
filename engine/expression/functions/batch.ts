import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Call } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import { unexpectedType, type EvalContext, type FunctionEntry } from "./entry.js";
import { timeZone } from "../../values/timeZone.js";

/** What depends on the batch: its time, and random numbers that are a function of its id and of the row's place in it. */

const now: FunctionEntry = {
  name: "current_timestamp",
  aliases: ["now"],
  doc: "The time of the batch.",
  arity: [0, 0],
  nulls: "own",
  deterministic: true,
  resolve: () => ({ args: [], type: types.timestamp, nullable: false }),
  eval: (_args, _call, context) => BigInt(context.batchTimeMs) * 1000n,
  generate: (g) => (g.exact ? `BigInt(${g.context}.batchTimeMs) * 1000n` : `${g.context}.batchTimeMs * 1000`),
};

const today: FunctionEntry = {
  name: "current_date",
  aliases: ["curdate"],
  doc: "The day of the batch's time in the session time zone.",
  arity: [0, 0],
  nulls: "own",
  deterministic: true,
  resolve: () => ({ args: [], type: types.date, nullable: false }),
  eval: (_args, call, context) => {
    const seconds = Math.floor(context.batchTimeMs / 1000);
    return Math.floor((seconds + timeZone(call.zone ?? "UTC").offsetAt(seconds)) / 86400);
  },
};

const currentTimezone: FunctionEntry = {
  name: "current_timezone",
  doc: "The name of the session time zone.",
  arity: [0, 0],
  nulls: "own",
  resolve: (_args, { context }) => ({ kind: "literal", value: context.zone, type: types.string }),
};

/** 32 well-mixed bits of a seed and a counter. */
function mix(seed: number, counter: number): number {
  let h = (seed ^ Math.imul(counter, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Calls without a seed have one each, by their number; as in Spark, calls that were given the same draw the same. */
function seedOf(given: Value | undefined, { draw = 0 }: Call): number {
  const seed = typeof given === "bigint" ? Number(BigInt.asIntN(32, given)) : given;
  return typeof seed === "number" ? mix(seed, 1) : mix(draw, 2);
}

/** Random words of one row, for a call of a seed: of its own, or one that was given. */
function words(context: EvalContext, callSeed: number, count: number): number[] {
  const seed = mix(mix(callSeed, context.batchId), 0x5bd1e995);
  return Array.from({ length: count }, (_, i) => mix(seed, context.row * 4 + i));
}

const rand: FunctionEntry = {
  name: "rand",
  aliases: ["random"],
  doc: "A number in [0, 1), drawn from the batch's id and the row's place.",
  arity: [0, 1],
  nulls: "own",
  deterministic: false,
  resolve: (args, resolving) => {
    // A seed is not converted, as in Spark.
    const wrong = args.findIndex((arg) => !["int", "long", "null"].includes(typeOf(arg).kind));
    if (wrong >= 0) throw unexpectedType(args, wrong, '("INT" or "BIGINT")', resolving);
    return { args, type: types.double, nullable: false };
  },
  eval: ([seed], call, context) => {
    const [high, low] = words(context, seedOf(seed, call), 2);
    return ((high! >>> 5) * 67108864 + (low! >>> 6)) / 9007199254740992;
  },
};

const uuid: FunctionEntry = {
  name: "uuid",
  doc: "A random UUID (version 4), drawn from the batch's id and the row's place.",
  arity: [0, 0],
  nulls: "own",
  deterministic: false,
  resolve: () => ({ args: [], type: types.string, nullable: false }),
  eval: (_args, call, context): Value => {
    const hex = words(context, seedOf(undefined, call), 4)
      .map((word) => word.toString(16).padStart(8, "0"))
      .join("");
    const variant = "89ab"[Number.parseInt(hex[16]!, 16) & 3]!;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  },
};

const increasingId: FunctionEntry = {
  name: "monotonically_increasing_id",
  doc: "The row's place in its batch.",
  arity: [0, 0],
  nulls: "own",
  deterministic: false,
  resolve: () => ({ args: [], type: types.long, nullable: false }),
  eval: (_args, _call, context) => BigInt(context.row),
  generate: (g) => (g.exact ? `BigInt(first + ${g.row})` : `first + ${g.row}`),
};

export const batchFunctions: readonly FunctionEntry[] = [now, today, currentTimezone, rand, uuid, increasingId];
