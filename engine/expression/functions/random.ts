import { types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { XorShift } from "../../values/xorShift.js";
import type { Call, Expression } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { commonType } from "../types/commonType.js";
import { describe, describeCall } from "../types/describe.js";
import { isIntegral, isNumeric, typeOf } from "../types/typeOf.js";
import { castArgs, unexpectedType, type EvalContext, type FunctionEntry, type Resolving } from "./entry.js";

/**
 * Random functions. A call with a seed draws Spark's numbers, one after the other over the rows of a batch. Calls without one draw from their own number, the
 * batch's id and the row's place, so that a batch that is run again draws the same.
 */

/** 32 well-mixed bits of a seed and a counter. */
function mix(seed: number, counter: number): number {
  let h = (seed ^ Math.imul(counter, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Random words of one row, for a call without a seed. */
function words(context: EvalContext, { draw = 0 }: Call, count: number): number[] {
  const seed = mix(mix(mix(draw, 2), context.batchId), 0x5bd1e995);
  return Array.from({ length: count }, (_, i) => mix(seed, context.row * 4 + i));
}

type Draw = (random: XorShift) => Value;

interface Sequence {
  random: XorShift;
  /** The row that `value` was drawn for; −1 before the first. */
  row: number;
  value: Value;
}

/** How far the calls with a seed have drawn. Rows come in their order; a call that is asked for an earlier row begins anew. */
const sequences = new WeakMap<Call, Sequence>();

/** What a call with a seed draws for the row: the value after those of the rows before it. */
function drawn(call: Call, seed: bigint, row: number, draw: Draw): Value {
  let sequence = sequences.get(call);
  if (sequence === undefined || row < sequence.row) {
    sequence = { random: new XorShift(seed), row: -1, value: null };
    sequences.set(call, sequence);
  }
  for (; sequence.row < row; sequence.row++) sequence.value = draw(sequence.random);
  return sequence.value;
}

/** The seed that was given, null being 0; null where none was. */
export function seedOf(given: Value | undefined): bigint | null {
  if (given === undefined) return null;
  return given === null ? 0n : BigInt(given as number | bigint);
}

/** A number in [0, 1). */
function fraction(seed: Value | undefined, call: Call, context: EvalContext): number {
  const given = seedOf(seed);
  if (given !== null) return drawn(call, given, context.row, (random) => random.double()) as number;
  const [high, low] = words(context, call, 2);
  return ((high! >>> 5) * 67108864 + (low! >>> 6)) / 9007199254740992;
}

/** A seed of its own for a row of a call that was given none. */
export function randomSeed(context: EvalContext, call: Call): bigint {
  const [high, low] = words(context, call, 2);
  return (BigInt(high!) << 32n) | BigInt(low!);
}

/** A seed is not converted, as in Spark. */
function checkSeed(args: readonly Expression[], index: number, resolving: Resolving): void {
  if (args[index] === undefined || ["int", "long", "null"].includes(typeOf(args[index]).kind)) return;
  throw unexpectedType(args, index, '("INT" or "BIGINT")', resolving);
}

/** What a random number of one row is, for a seed or without. */
type RowDraw = (seed: Value | undefined, call: Call, context: EvalContext) => number;

function randomNumber(names: Pick<FunctionEntry, "name" | "aliases" | "doc">, draw: RowDraw): FunctionEntry {
  return {
    ...names,
    arity: [0, 1],
    nulls: "own",
    deterministic: false,
    resolve: (args, resolving) => {
      checkSeed(args, 0, resolving);
      return { args, type: types.double, nullable: false };
    },
    eval: ([seed], call, context) => draw(seed, call, context),
  };
}

const rand = randomNumber({ name: "rand", aliases: ["random"], doc: "A number in [0, 1); the same as Spark's for a seed." }, fraction);

const randn = randomNumber(
  { name: "randn", doc: "A number of the standard normal distribution; the same as Spark's for a seed." },
  (seed, call, context) => {
    const given = seedOf(seed);
    if (given !== null) return drawn(call, given, context.row, (random) => random.normal()) as number;
    const [a, b] = words(context, call, 2);
    return Math.sqrt(-2 * Math.log((a! + 1) / 4294967297)) * Math.cos((2 * Math.PI * b!) / 4294967296);
  },
);

const uuid: FunctionEntry = {
  name: "uuid",
  doc: "A random UUID (version 4), drawn from the batch's id and the row's place.",
  arity: [0, 0],
  nulls: "own",
  deterministic: false,
  resolve: () => ({ args: [], type: types.string, nullable: false }),
  eval: (_args, call, context): Value => {
    const hex = words(context, call, 4)
      .map((word) => word.toString(16).padStart(8, "0"))
      .join("");
    const variant = "89ab"[Number.parseInt(hex[16]!, 16) & 3]!;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  },
};

/** @throws DATATYPE_MISMATCH.NON_FOLDABLE_INPUT for what is no constant */
function checkConstant(args: readonly Expression[], index: number, name: string, resolving: Resolving): void {
  const arg = args[index];
  if (arg === undefined || resolving.fold(arg).kind === "literal") return;
  throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
    sqlExpr: `"${describeCall(resolving.name, args)}"`,
    inputName: `\`${name}\``,
    inputType: index < 2 && resolving.name === "uniform" ? '"NUMERIC"' : '"INTEGRAL"',
    inputExpr: `"${describe(arg)}"`,
  });
}

/** The type of the numbers between two: a decimal where one is, else the wider. */
function rangeType(a: DataType, b: DataType): DataType {
  if (a.kind === "null" || b.kind === "null") return types.double;
  if (a.kind === "decimal" && isIntegral(b)) return a;
  return b.kind === "decimal" && isIntegral(a) ? b : (commonType(a, b) ?? types.double);
}

const uniform: FunctionEntry = {
  name: "uniform",
  doc: "A number between two constants, evenly distributed, of their type; the same as Spark's for a seed.",
  arity: [2, 3],
  nulls: "own",
  deterministic: false,
  resolve: (args, resolving) => {
    [0, 1].forEach((i) => {
      const type = typeOf(args[i]!);
      if (!isNumeric(type) && type.kind !== "null") throw unexpectedType(args, i, '"NUMERIC"', resolving);
    });
    if (args[2] !== undefined && !isIntegral(typeOf(args[2])) && typeOf(args[2]).kind !== "null")
      throw unexpectedType(args, 2, '"INTEGRAL"', resolving);
    ["min", "max", "seed"].forEach((name, i) => checkConstant(args, i, name, resolving));
    const type = rangeType(typeOf(args[0]!), typeOf(args[1]!));
    const bounds = args.slice(0, 2).map((arg) => coerceTo(arg, types.double, resolving.context));
    const call: Call = {
      kind: "call",
      name: "uniform",
      args: [...bounds, ...args.slice(2)],
      type: types.double,
      nullable: true,
      evalMode: "ansi",
    };
    return coerceTo(call, type, resolving.context);
  },
  eval: ([low, high, ...seed], call, context) => {
    if (low === null || high === null) return null;
    return (low as number) + ((high as number) - (low as number)) * fraction(seed[0], call, context);
  },
};

const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const randstr: FunctionEntry = {
  name: "randstr",
  doc: "A text of as many random digits and letters; the same as Spark's for a seed.",
  arity: [1, 2],
  nulls: "own",
  deterministic: false,
  resolve: (args, resolving) => {
    if (args[1] !== undefined && !isIntegral(typeOf(args[1])) && typeOf(args[1]).kind !== "null")
      throw unexpectedType(args, 1, '("INT" or "BIGINT")', resolving);
    ["length", "seed"].forEach((name, i) => checkConstant(args, i, name, resolving));
    return { args: [...castArgs(args.slice(0, 1), [types.int], resolving), ...args.slice(1)], type: types.string, nullable: false };
  },
  eval: ([given, ...seed], call, context) => {
    const length = (given as number | null) ?? 0;
    if (length < 0)
      throw new StreamingError("INVALID_PARAMETER_VALUE.LENGTH", {
        parameter: "`length`",
        length: String(length),
        functionName: "`randstr`",
      });
    const seeded = seedOf(seed[0]);
    const text = (int: () => number): string => Array.from({ length }, () => letters[Math.abs(int() % 62)]!).join("");
    if (seeded !== null) return drawn(call, seeded, context.row, (random) => text(() => random.int()));
    const [word] = words(context, call, 1);
    let place = 0;
    return text(() => mix(word!, ++place));
  },
};

export const randomFunctions: readonly FunctionEntry[] = [rand, randn, uuid, uniform, randstr];
