import type { Value } from "../../arrow/value.js";
import { MersenneTwister } from "../../values/mersenneTwister.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Call, Expression } from "../expression.js";
import { describe } from "../types/describe.js";
import { typeOf } from "../types/typeOf.js";
import { castArgs, type EvalContext, type FunctionEntry } from "./entry.js";
import { randomSeed, seedOf } from "./random.js";

interface Sequence {
  readonly random: MersenneTwister;
  /** The row that was shuffled last. */
  row: number;
}

/** How far the calls with a seed have drawn. A call that is asked for an earlier row begins anew. */
const sequences = new WeakMap<Call, Sequence>();

function randomOf(call: Call, seed: bigint, row: number): MersenneTwister {
  let sequence = sequences.get(call);
  if (sequence === undefined || row <= sequence.row) {
    sequence = { random: new MersenneTwister(seed), row };
    sequences.set(call, sequence);
  }
  sequence.row = row;
  return sequence.random;
}

/** @throws INVALID_PARAMETER_VALUE.LONG */
function checkSeed(seed: Expression): void {
  if (seed.kind === "literal" && ["int", "long", "null"].includes(seed.type.kind)) return;
  throw new StreamingError("INVALID_PARAMETER_VALUE.LONG", {
    parameter: "`seed`",
    functionName: "`shuffle`",
    invalidValue: `"${describe(seed)}"`,
  });
}

/** With a seed, Spark's order: one after the other over the arrays of a batch. */
export const shuffle: FunctionEntry = {
  name: "shuffle",
  doc: "The elements of an array in a random order; the same as Spark's for a seed.",
  arity: [1, 2],
  nulls: "own",
  deterministic: false,
  resolve: (args, resolving) => {
    if (args[1] !== undefined) checkSeed(args[1]);
    const [array] = castArgs(args.slice(0, 1), ["array"], resolving) as [(typeof args)[number]];
    return { args: [array, ...args.slice(1)], type: typeOf(array) };
  },
  eval: ([array, seed], call, context: EvalContext): Value => {
    if (array === null) return null;
    const elements = array as readonly Value[];
    const given = seedOf(seed);
    const random = given === null ? new MersenneTwister(randomSeed(context, call)) : randomOf(call, given, context.row);
    return Array.from(random.order(elements.length), (i) => elements[i]!);
  },
};
