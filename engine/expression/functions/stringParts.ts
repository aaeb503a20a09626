import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import { partsOfText, placeInText } from "../../values/textSearch.js";
import { bytesIndexOf, countCharacters, offsetOfCharacter } from "../compile/runtime/bytes.js";
import { rangeOf } from "../compile/snippets.js";
import { throwArrayIndex, throwIndexZero } from "../../values/evaluationErrors.js";
import { typeOf } from "../types/typeOf.js";
import { callOf, castArgs, fixed, ofStrings, type FunctionEntry } from "./entry.js";

/** Parts of strings, and where they are. */

const substring: FunctionEntry = {
  name: "substring",
  aliases: ["substr"],
  doc: "The part from a position (1 is the first character, negative counts from the end), of a length.",
  arity: [2, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [source, ...range] = args;
    const kept = typeOf(source!).kind === "binary" ? source! : castArgs([source!], [types.string], resolving)[0]!;
    return { args: [kept, ...castArgs(range, [types.int], resolving)], type: typeOf(kept) };
  },
  eval: ([s, position, count]) => sliceValue(s as string | Uint8Array, position as number, (count as number | undefined) ?? 2147483647),
  generate: (g, args, call) => (call.type.kind === "binary" ? null : substringCode(g, args)),
};

/** The part from a position on, as `substring` counts. */
export function sliceValue(s: string | Uint8Array, position: number, count: number): Value {
  const units = typeof s === "string" ? Array.from(s) : Array.from(s);
  const start = position > 0 ? position - 1 : position < 0 ? units.length + position : 0;
  const part = units.slice(Math.max(0, start), Math.max(0, start + count));
  return typeof s === "string" ? part.join("") : Uint8Array.from(part as number[]);
}

function substringCode(g: Generator, [s, position, count]: readonly Code[]): Made {
  const first = g.local(`${g.runtime(substringStart)}(${rangeOf(s!)}, ${position!.value})`);
  // Where the part would begin before the string, the missing characters count.
  const begin = g.local(`${first} < 0 ? 0 : ${g.runtime(offsetOfCharacter)}(${rangeOf(s!)}, ${first})`);
  const rest = g.local(`${s!.length} - ${begin}`);
  const start = g.local(`${s!.start} + ${begin}`);
  if (count === undefined) {
    const cut = `${g.runtime(offsetOfCharacter)}(${s!.value}, ${start}, ${rest}, 2147483647 + ${first})`;
    return { value: s!.value, start, length: `${first} >= 0 ? ${rest} : ${cut}` };
  }
  const wanted = g.local(`${first} < 0 ? ${count.value} + ${first} : ${count.value}`);
  return {
    value: s!.value,
    start,
    length: `${wanted} <= 0 ? 0 : ${g.runtime(offsetOfCharacter)}(${s!.value}, ${start}, ${rest}, ${wanted})`,
  };
}

function substringStart(data: Uint8Array, start: number, byteLength: number, position: number): number {
  if (position > 0) return position - 1;
  return position === 0 ? 0 : countCharacters(data, start, byteLength) + position;
}

const instr: FunctionEntry = {
  name: "instr",
  doc: "The place of the first occurrence of the second argument in the first, from 1; 0 when there is none.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.string], types.int),
  eval: ([s, part]) => characterIndex(s as string, part as string, 0),
  generate: (g, [s, part]) => `${g.runtime(characterPlace)}(${rangeOf(s!)}, ${rangeOf(part!)})`,
};

function characterIndex(s: string, part: string, from: number): number {
  const index = placeInText(s, part, from);
  return index < 0 ? 0 : Array.from(s.slice(0, index)).length + 1;
}

function characterPlace(a: Uint8Array, aStart: number, aLength: number, b: Uint8Array, bStart: number, bLength: number): number {
  const index = bytesIndexOf(a, aStart, aLength, b, bStart, bLength);
  return index < 0 ? 0 : countCharacters(a, aStart, index) + 1;
}

const locate: FunctionEntry = {
  name: "locate",
  aliases: ["position"],
  doc: "The place of the first argument in the second, at or after a position, from 1; 0 when it is not there.",
  arity: [2, 3],
  nulls: "own",
  resolve: ([part, s, from], resolving) => {
    const strings = castArgs([part!, s!], [types.string], resolving);
    if (from === undefined) return callOf("instr", [strings[1]!, strings[0]!], types.int, true, "ansi");
    return { args: [...strings, castArgs([from], [types.int], resolving)[0]!], type: types.int, nullable: true };
  },
  eval: ([part, s, from]) => {
    if (from === null) return 0;
    if (part === null || s === null) return null;
    if ((from as number) < 1) return 0;
    if (part === "") return 1;
    const units = Array.from(s as string);
    if ((from as number) - 1 > units.length) return 0;
    return characterIndex(s as string, part as string, units.slice(0, (from as number) - 1).join("").length);
  },
};

/** left(s, n), right(s, n). */
function end(name: "left" | "right", doc: string): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: ([s, n], resolving) => {
      const kept = name === "left" && typeOf(s!).kind === "binary" ? s! : castArgs([s!], [types.string], resolving)[0]!;
      return { args: [kept, castArgs([n!], [types.int], resolving)[0]!], type: typeOf(kept) };
    },
    eval: ([s, n]) => {
      const count = Math.max(0, n as number);
      if (name === "left") return sliceValue(s as string | Uint8Array, 1, count);
      const units = Array.from(s as string);
      return (count === 0 ? [] : units.slice(-count)).join("");
    },
  };
}

const splitPart: FunctionEntry = {
  name: "split_part",
  doc: "The part with that number (from 1, negative from the end) of a string cut at a delimiter; empty when there is none.",
  arity: [3, 3],
  nulls: "strict",
  resolve: fixed([types.string, types.string, types.int], types.string),
  eval: ([s, delimiter, number]) => {
    if (number === 0) throwIndexZero();
    const parts = delimiter === "" ? [s as string] : partsOfText(s as string, delimiter as string);
    return parts.at((number as number) > 0 ? (number as number) - 1 : (number as number)) ?? "";
  },
};

const substringIndex = ofStrings(
  "substring_index",
  [],
  "What is before the n-th delimiter (from the end for negative n).",
  ["s", "s", "n"],
  (s: string, delimiter: string, n: number) => {
    if (n === 0 || delimiter === "") return "";
    const parts = partsOfText(s, delimiter);
    return n > 0 ? parts.slice(0, n).join(delimiter) : parts.slice(n).join(delimiter);
  },
);

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

const findInSet: FunctionEntry = {
  name: "find_in_set",
  doc: "The place of a string in a list separated by commas, from 1; 0 when it is not there.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.string], types.int),
  eval: ([s, list]) => ((s as string).includes(",") ? 0 : (list as string).split(",").indexOf(s as string) + 1),
};

export const stringPartFunctions: readonly FunctionEntry[] = [
  substring,
  instr,
  locate,
  end("left", "The first characters, as many as the second argument says."),
  end("right", "The last characters, as many as the second argument says."),
  splitPart,
  substringIndex,
  elt,
  findInSet,
];
