import { StreamingError } from "../../errors/streamingError.js";
import { types } from "../../arrow/types.js";
import { castArgs, callOf, fixed, type FunctionEntry } from "./entry.js";
import { throwArrayIndex, throwIndexZero } from "../../values/evaluationErrors.js";
import { nullableOf, typeOf } from "../types/typeOf.js";

/** The rarer string functions: evaluated row by row on JavaScript strings. */

/** A strict function of strings (and ints) that gives a string. */
function text(
  name: string,
  aliases: string[],
  doc: string,
  parameters: readonly ("s" | "n")[],
  evaluate: (...args: never[]) => string,
): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [parameters.length, parameters.length],
    nulls: "strict",
    resolve: fixed(
      parameters.map((parameter) => (parameter === "s" ? types.string : types.int)),
      types.string,
    ),
    eval: (args) => evaluate(...(args as never[])),
  };
}

/** The count, unless so many pieces make a string that no batch can hold. @throws STRING_TOO_LONG */
function checkedLength(count: number, pieceLength: number): number {
  if (count * pieceLength > 2 ** 28)
    throw new StreamingError("STRING_TOO_LONG", { length: String(count * pieceLength), limit: String(2 ** 28) });
  return count;
}

const trimCharacters = text(
  "trim_characters",
  [],
  "Without the given characters at the ends.",
  ["s", "s", "s"],
  (s: string, characters: string, sides: string) => {
    const units = Array.from(s);
    const gone = new Set(characters);
    let [start, end] = [0, units.length];
    if (sides !== "right") while (start < end && gone.has(units[start]!)) start++;
    if (sides !== "left") while (end > start && gone.has(units[end - 1]!)) end--;
    return units.slice(start, end).join("");
  },
);

/** lpad and rpad: filled up with the pad, or cut, to a length. */
function pad(name: "lpad" | "rpad", doc: string): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 3],
    nulls: "strict",
    resolve: ([s, length, filler], resolving) => ({
      args: [
        ...castArgs([s!], [types.string], resolving),
        ...castArgs([length!], [types.int], resolving),
        filler === undefined ? { kind: "literal", value: " ", type: types.string } : castArgs([filler], [types.string], resolving)[0]!,
      ],
      type: types.string,
    }),
    eval: ([s, length, filler]) => {
      const units = Array.from(s as string);
      const wanted = checkedLength(Math.max(0, length as number), 1);
      if (units.length >= wanted) return units.slice(0, wanted).join("");
      const fill = Array.from(filler as string);
      if (fill.length === 0) return s!;
      const padding = Array.from({ length: wanted - units.length }, (_, i) => fill[i % fill.length]!).join("");
      return name === "lpad" ? padding + (s as string) : (s as string) + padding;
    },
  };
}

const concatWs: FunctionEntry = {
  name: "concat_ws",
  doc: "Strings and arrays of strings, nulls left out, with a separator between them.",
  arity: [1, Infinity],
  nulls: "own",
  resolve: (args, resolving) => ({
    args: args.map((arg) => castArgs([arg], [typeOf(arg).kind === "array" ? types.array(types.string) : types.string], resolving)[0]!),
    type: types.string,
    nullable: nullableOf(args[0]!),
  }),
  eval: ([separator, ...values]) => {
    if (separator === null) return null;
    return (values as (string | null | readonly (string | null)[])[])
      .flat()
      .filter((value) => value !== null)
      .join(separator as string);
  },
};

const replace: FunctionEntry = {
  name: "replace",
  doc: "Every occurrence of the second argument replaced by the third (nothing).",
  arity: [2, 3],
  nulls: "strict",
  resolve: fixed([types.string], types.string),
  eval: ([s, search, by]) =>
    (search as string) === "" ? s! : (s as string).replaceAll(search as string, () => (by as string | undefined) ?? ""),
};

const splitPart: FunctionEntry = {
  name: "split_part",
  doc: "The part with that number (from 1, negative from the end) of a string cut at a delimiter; empty when there is none.",
  arity: [3, 3],
  nulls: "strict",
  resolve: fixed([types.string, types.string, types.int], types.string),
  eval: ([s, delimiter, number]) => {
    if (number === 0) throwIndexZero();
    const parts = delimiter === "" ? [s as string] : (s as string).split(delimiter as string);
    return parts.at((number as number) > 0 ? (number as number) - 1 : (number as number)) ?? "";
  },
};

const elt: FunctionEntry = {
  name: "elt",
  doc: "The argument with that number.",
  arity: [2, Infinity],
  nulls: "own",
  resolve: ([n, ...values], resolving) => ({
    args: [castArgs([n!], [types.int], resolving)[0]!, ...castArgs(values, [types.string], resolving)],
    type: types.string,
    nullable: true,
  }),
  eval: ([n, ...values], call) => {
    if (n === null) return null;
    if ((n as number) >= 1 && (n as number) <= values.length) return values[(n as number) - 1]!;
    return call.evalMode === "ansi" ? throwArrayIndex(n as number, values.length) : null;
  },
};

const ascii: FunctionEntry = {
  name: "ascii",
  doc: "The code point of the first character; 0 of an empty string.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.string], types.int),
  eval: ([s]) => (s as string).codePointAt(0) ?? 0,
};

const chr: FunctionEntry = {
  name: "chr",
  aliases: ["char"],
  doc: "The character with that code (modulo 256); empty for negative codes.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.long], types.string),
  eval: ([code]) => ((code as bigint) < 0n ? "" : String.fromCharCode(Number((code as bigint) & 255n))),
};

const substringIndex = text(
  "substring_index",
  [],
  "What is before the n-th delimiter (from the end for negative n).",
  ["s", "s", "n"],
  (s: string, delimiter: string, n: number) => {
    if (n === 0 || delimiter === "") return "";
    const parts = s.split(delimiter);
    return n > 0 ? parts.slice(0, n).join(delimiter) : parts.slice(n).join(delimiter);
  },
);

const overlay: FunctionEntry = {
  name: "overlay",
  doc: "The string with a part (of the replacement's length, or as long as said) replaced from a position on.",
  arity: [3, 4],
  nulls: "strict",
  resolve: ([s, by, from, length], resolving) => ({
    args: [
      ...castArgs([s!, by!], [types.string], resolving),
      ...castArgs([from!, length ?? { kind: "literal", value: -1, type: types.int }], [types.int], resolving),
    ],
    type: types.string,
  }),
  eval: ([s, by, from, length]) => {
    const units = Array.from(s as string);
    const count = (length as number) >= 0 ? (length as number) : Array.from(by as string).length;
    const at = Math.max(0, (from as number) - 1);
    return units.slice(0, at).join("") + (by as string) + units.slice(at + count).join("");
  },
};

const findInSet: FunctionEntry = {
  name: "find_in_set",
  doc: "The place of a string in a list separated by commas, from 1; 0 when it is not there.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.string], types.int),
  eval: ([s, list]) => ((s as string).includes(",") ? 0 : (list as string).split(",").indexOf(s as string) + 1),
};

const levenshtein: FunctionEntry = {
  name: "levenshtein",
  doc: "The number of edits between two strings; -1 when it is above the third argument.",
  arity: [2, 3],
  nulls: "strict",
  resolve: fixed([types.string, types.string, types.int], types.int),
  eval: ([a, b, limit]) => {
    const distance = edits(Array.from(a as string), Array.from(b as string));
    return limit !== undefined && distance > (limit as number) ? -1 : distance;
  },
};

function edits(a: readonly string[], b: readonly string[]): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}

const space: FunctionEntry = {
  name: "space",
  doc: "As many spaces.",
  arity: [1, 1],
  nulls: "strict",
  resolve: ([n], resolving) => {
    const blank = { kind: "literal", value: " ", type: types.string } as const;
    const count = castArgs([n!], [types.int], resolving)[0]!;
    return callOf("repeat", [blank, count], types.string, nullableOf(count), "ansi");
  },
};

export const textFunctions: readonly FunctionEntry[] = [
  trimCharacters,
  pad("lpad", "Filled up at the start, or cut, to a length."),
  pad("rpad", "Filled up at the end, or cut, to a length."),
  concatWs,
  replace,
  splitPart,
  elt,
  ascii,
  chr,
  substringIndex,
  overlay,
  findInSet,
  levenshtein,
  space,
  text("repeat", [], "The string as many times.", ["s", "n"], (s: string, n: number) => s.repeat(checkedLength(Math.max(0, n), s.length))),
  text("initcap", [], "The first letter of each word in upper case, the others in lower case.", ["s"], (s: string) =>
    s.toLowerCase().replace(/(^| )(\S)/gu, (_whole, before: string, letter: string) => before + titleCase(letter)),
  ),
  text(
    "translate",
    [],
    "Each character of the second argument replaced by that at its place in the third, or removed.",
    ["s", "s", "s"],
    translate,
  ),
];

function titleCase(letter: string): string {
  const upper = letter.toUpperCase();
  // ß and its like give two letters, of which only the first is a capital.
  return upper.length > letter.length ? upper[0]! + upper.slice(1).toLowerCase() : upper;
}

function translate(s: string, from: string, to: string): string {
  const [sources, targets] = [Array.from(from), Array.from(to)];
  const map = new Map<string, string>();
  sources.forEach((character, i) => {
    if (!map.has(character)) map.set(character, targets[i] ?? "");
  });
  return Array.from(s)
    .map((character) => map.get(character) ?? character)
    .join("");
}
