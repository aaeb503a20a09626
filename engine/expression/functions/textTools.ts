import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { jaroWinkler } from "../../values/jaroWinkler.js";
import { sentencesOf } from "../../values/sentences.js";
import { literal, type Expression } from "../expression.js";
import { describe, describeCall } from "../types/describe.js";
import { castArgs, fixed, type FunctionEntry, type Resolving } from "./entry.js";

/** Masks, check digits, other number systems, quotes. */

/** What `mask` puts in the places of capital letters, small letters, digits and others. */
export const maskDefaults = [
  literal("X", types.string),
  literal("x", types.string),
  literal("n", types.string),
  literal(null, types.string),
];
const maskNames = ["upperChar", "lowerChar", "digitChar", "otherChar"];

/** @throws DATATYPE_MISMATCH.NON_FOLDABLE_INPUT, DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE */
function checkMaskCharacter(arg: Expression, args: readonly Expression[], index: number, { name }: Resolving): void {
  const sqlExpr = `"${describeCall(name, args)}"`;
  if (arg.kind !== "literal") {
    throw new StreamingError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
      sqlExpr,
      inputName: `\`${maskNames[index]!}\``,
      inputType: '"STRING"',
      inputExpr: `"${describe(arg)}"`,
    });
  }
  if (arg.value !== null && Array.from(arg.value as string).length !== 1) {
    throw new StreamingError("DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", { sqlExpr, exprName: maskNames[index]! });
  }
}

const mask: FunctionEntry = {
  name: "mask",
  doc: "A text with its capital letters, small letters, digits and other characters replaced by X, x, n and themselves, or by those given; null keeps them.",
  arity: [1, 5],
  nulls: "own",
  resolve: (args, resolving) => {
    const characters = [0, 1, 2, 3].map((i) => args[i + 1] ?? maskDefaults[i]!);
    const cast = castArgs([args[0]!, ...characters], [types.string], resolving);
    cast.slice(1).forEach((arg, i) => checkMaskCharacter(arg, args, i, resolving));
    return { args: cast, type: types.string };
  },
  eval: ([text, upper, lower, digit, other]) => {
    if (text === null) return null;
    const replace = (character: string): string => {
      const by = /\p{Lu}/u.test(character) ? upper : /\p{Ll}/u.test(character) ? lower : /\p{Nd}/u.test(character) ? digit : other;
      return (by as string | null) ?? character;
    };
    return Array.from(text as string, replace).join("");
  },
};

/** Luhn's sum over digits from the right. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

const luhnCheck: FunctionEntry = {
  name: "luhn_check",
  doc: "Whether a text of digits has a check digit by Luhn's algorithm.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.string], types.boolean),
  eval: ([text]) => /^\d+$/.test(text as string) && luhn(text as string),
};

const conv: FunctionEntry = {
  name: "conv",
  doc: "A number as a text from one base to another (2 to 36; a negative base writes a signed number).",
  arity: [3, 3],
  nulls: "strict",
  resolve: fixed([types.string, types.int, types.int], types.string, true),
  eval: ([text, from, to], call) => converted((text as string).trim(), from as number, to as number, call.evalMode === "ansi"),
};

const unsignedMax = (1n << 64n) - 1n;

function converted(text: string, from: number, to: number, ansi: boolean): Value {
  if (from < 2 || from > 36 || Math.abs(to) < 2 || Math.abs(to) > 36 || text === "") return null;
  const negative = text.startsWith("-");
  let value = 0n;
  for (const character of negative ? text.slice(1) : text) {
    const digit = parseInt(character, 36);
    if (!(digit < from)) break;
    value = value * BigInt(from) + BigInt(digit);
    if (value <= unsignedMax) continue;
    if (ansi) throwConvOverflow();
    value = unsignedMax;
    break;
  }
  // The sign turns into two's complement unless the result has signs.
  if (negative && to > 0) value = value > 1n << 63n ? unsignedMax : BigInt.asUintN(64, -value);
  const signed = to > 0 ? value : negative ? -value : BigInt.asIntN(64, value);
  return signed.toString(Math.abs(to)).toUpperCase();
}

function throwConvOverflow(): never {
  throw new StreamingError("ARITHMETIC_OVERFLOW", {
    message: "Overflow in function conv()",
    alternative: "",
    config: '"spark.sql.ansi.enabled"',
  });
}

const quote: FunctionEntry = {
  name: "quote",
  doc: "A text in single quotes, quotes in it behind a backslash.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.string], types.string),
  eval: ([text]) => `'${(text as string).replaceAll("'", "\\'")}'`,
};

const sentences: FunctionEntry = {
  name: "sentences",
  doc: "The sentences of a text, each an array of its words; a language and a country may be named.",
  arity: [1, 3],
  nulls: "own",
  resolve: (args, resolving) => ({
    args: castArgs(args, [types.string], resolving),
    type: types.array(types.array(types.string, false), false),
    nullable: true,
  }),
  eval: ([text]) => (text === null ? null : sentencesOf(text as string)),
};

export const textToolFunctions: readonly FunctionEntry[] = [
  {
    name: "jaro_winkler_similarity",
    doc: "How alike two texts are by Jaro and Winkler, between 0 and 1.",
    arity: [2, 2],
    nulls: "strict",
    resolve: fixed([types.string, types.string], types.double),
    eval: ([first, second]) => jaroWinkler(first as string, second as string),
  },
  mask,
  luhnCheck,
  conv,
  quote,
  sentences,
];
