import { placeInText } from "../../values/textSearch.js";
import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { editDistance } from "../../errors/nearest.js";
import type { Code, Generator } from "../compile/code.js";
import { bytesEndWith, bytesIndexOf, bytesStartWith, countCharacters } from "../compile/runtime/bytes.js";
import { lowerBytes, trimEnd, trimStart, upperBytes } from "../compile/runtime/letters.js";
import { arenaMade, rangeOf } from "../compile/snippets.js";
import { literal, type Expression } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import { callOf, castArgs, fixed, modeOf, ofStrings, type FunctionEntry, type Resolving } from "./entry.js";

/** Strings measured, searched, in upper and lower case, trimmed. The common ones run on bytes in generated code, on JavaScript strings in the interpreter. */

/** Strings, the common ones: on bytes in generated code, on JavaScript strings in the interpreter. */
const encoder = new TextEncoder();

/** The arguments as strings, or as the binaries that they all are. */
function stringOrBinary(args: readonly Expression[], resolving: Resolving): Expression[] {
  return args.every((arg) => typeOf(arg).kind === "binary") ? args.slice() : castArgs(args, [types.string], resolving);
}

const length: FunctionEntry = {
  name: "length",
  aliases: ["char_length", "character_length", "len"],
  doc: "The number of characters of a string, or of bytes of a binary.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => ({ args: stringOrBinary(args, resolving), type: types.int }),
  eval: ([value]) => (typeof value === "string" ? Array.from(value).length : (value as Uint8Array).length),
  generate: (g, [a], call) => (typeOf(call.args[0]!).kind === "binary" ? a!.length : `${g.runtime(countCharacters)}(${rangeOf(a!)})`),
};

function byteCount(name: string, doc: string, factor: number): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => ({ args: stringOrBinary(args, resolving), type: types.int }),
    eval: ([value]) => (typeof value === "string" ? encoder.encode(value) : (value as Uint8Array)).length * factor,
    generate: (_g, [a]) => (factor === 1 ? a!.length : `${a!.length} * ${factor}`),
  };
}

/** Upper or lower case: letter by letter for ASCII, by Unicode's tables else. */
function letterCase(name: string, aliases: string[], doc: string, convert: (s: string) => string, helper: unknown): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.string], types.string),
    eval: ([s]) => convert(s as string),
    generate: (g, [a]) => arenaMade(g, `${g.runtime(helper)}(arena, ${rangeOf(a!)})`),
  };
}

/** Letters of two, by their capitals: only the first of them is one in a title. */
const titleLetters: Readonly<Record<string, string>> = { Ǆ: "ǅ", Ǉ: "ǈ", Ǌ: "ǋ", Ǳ: "ǲ" };

function titleWord(word: string): string {
  const letter = String.fromCodePoint(word.codePointAt(0)!);
  // The rest beside its letter: a sigma at the end of a word is another.
  return titleCase(letter) + word.toLowerCase().slice(letter.toLowerCase().length);
}

function titleCase(letter: string): string {
  const upper = letter.toUpperCase();
  const title = titleLetters[upper];
  if (title !== undefined) return title;
  // ß and its like give two letters, of which only the first is a capital; what stands before a letter is none.
  if (upper.length > letter.length)
    return upper.replace(/^([^\p{Lu}\p{Ll}\p{Lt}]*.)(.*)$/su, (_whole, first: string, rest: string) => first + rest.toLowerCase());
  return upper;
}

/** trim, ltrim, rtrim of spaces; with characters to trim it is the slow entry of texts. */
function trimming(name: string, doc: string, sides: "both" | "left" | "right"): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 2],
    nulls: "strict",
    resolve: (args, resolving) => {
      const strings = castArgs(args, [types.string], resolving);
      if (strings.length === 1) return { args: strings, type: types.string };
      // Spark's two-argument forms take the characters first, but btrim.
      const [source, characters] = name === "btrim" ? [strings[0]!, strings[1]!] : [strings[1]!, strings[0]!];
      const nullable = true;
      const mode: Expression = { kind: "literal", value: sides, type: types.string };
      return callOf("trim_characters", [source, characters, mode], types.string, nullable, "ansi");
    },
    eval: ([s]) => {
      let text = s as string;
      if (sides !== "right") text = text.replace(/^ +/, "");
      return sides === "left" ? text : text.replace(/ +$/, "");
    },
    generate: (g, [a]) => {
      const start = sides === "right" ? a!.start : g.local(`${g.runtime(trimStart)}(${rangeOf(a!)})`);
      const remaining = sides === "right" ? a!.length : g.local(`${a!.length} - (${start} - ${a!.start})`);
      return {
        value: a!.value,
        start,
        length: sides === "left" ? remaining : `${g.runtime(trimEnd)}(${a!.value}, ${start}, ${remaining})`,
      };
    },
  };
}

function trimmedOf(s: string, characters: string, sides: string): string {
  const units = Array.from(s);
  const gone = new Set(characters);
  let [start, end] = [0, units.length];
  if (sides !== "right") while (start < end && gone.has(units[start]!)) start++;
  if (sides !== "left") while (end > start && gone.has(units[end - 1]!)) end--;
  return units.slice(start, end).join("");
}

const trimCharacters: FunctionEntry = {
  ...ofStrings("trim_characters", [], "Without the given characters at the ends.", ["s", "s", "s"], trimmedOf),
  internal: true,
};

/** contains, startswith, endswith. */
function search(
  name: string,
  doc: string,
  test: (s: string, part: string) => boolean,
  code: (g: Generator, a: Code, b: Code) => string,
): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: (args, resolving) => ({ args: stringOrBinary(args, resolving), type: types.boolean }),
    eval: ([s, part]) => test(latin(s!), latin(part!)),
    generate: (g, [a, b]) => code(g, a!, b!),
  };
}

/** Bytes as a string of one unit a byte, so that one test does for both. */
function latin(value: Value): string {
  return typeof value === "string" ? value : Array.from(value as Uint8Array, (byte) => String.fromCharCode(byte)).join("");
}

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

const levenshtein: FunctionEntry = {
  name: "levenshtein",
  doc: "The number of edits between two strings; -1 when it is above the third argument.",
  arity: [2, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [a, b, limit] = castArgs(args, [types.string, types.string, types.int], resolving);
    if (limit === undefined) return { args: [a!, b!], type: types.int };
    const constant = resolving.fold(limit);
    // A limit that is null in a row is 0, as in Spark; a constant that is null makes all null.
    const zero = literal(0, types.int);
    const known = constant.kind === "literal" ? constant : callOf("coalesce", [limit, zero], types.int, false, modeOf(resolving.context));
    return { args: [a!, b!, known], type: types.int };
  },
  eval: ([a, b, limit]) => {
    const distance = editDistance(a as string, b as string, (limit as number | undefined) ?? Infinity);
    return limit !== undefined && distance > (limit as number) ? -1 : distance;
  },
};

export const stringFunctions: readonly FunctionEntry[] = [
  length,
  byteCount("octet_length", "The number of bytes.", 1),
  byteCount("bit_length", "The number of bits.", 8),
  letterCase("upper", ["ucase"], "In upper case.", (s) => s.toUpperCase(), upperBytes),
  letterCase("lower", ["lcase"], "In lower case.", (s) => s.toLowerCase(), lowerBytes),
  trimming("trim", "Without spaces at both ends.", "both"),
  trimming("btrim", "Without spaces, or the given characters, at both ends.", "both"),
  trimming("ltrim", "Without spaces at the start.", "left"),
  trimming("rtrim", "Without spaces at the end.", "right"),
  search(
    "contains",
    "Whether the second argument occurs in the first.",
    (s, part) => placeInText(s, part) >= 0,
    (g, a, b) => `${g.runtime(bytesIndexOf)}(${rangeOf(a)}, ${rangeOf(b)}) >= 0`,
  ),
  search(
    "startswith",
    "Whether the first argument starts with the second.",
    (s, part) => s.startsWith(part),
    (g, a, b) => `${g.runtime(bytesStartWith)}(${rangeOf(a)}, ${rangeOf(b)})`,
  ),
  search(
    "endswith",
    "Whether the first argument ends with the second.",
    (s, part) => s.endsWith(part),
    (g, a, b) => `${g.runtime(bytesEndWith)}(${rangeOf(a)}, ${rangeOf(b)})`,
  ),
  ofStrings("initcap", [], "The first letter of each word in upper case, the others in lower case.", ["s"], (s: string) =>
    s.replace(/[^ ]+/gu, titleWord),
  ),
  trimCharacters,
  ascii,
  chr,
  levenshtein,
];
