import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import { bytesEndWith, bytesIndexOf, bytesStartWith, copyBytes, countCharacters, offsetOfCharacter } from "../compile/runtime/bytes.js";
import { lowerBytes, trimEnd, trimStart, upperBytes } from "../compile/runtime/strings.js";
import { rangeOf } from "../compile/snippets.js";
import type { Expression } from "../expression.js";
import { coerceAll } from "../types/coerce.js";
import { typeOf } from "../types/typeOf.js";
import { callOf, castArgs, differentTypes, fixed, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";

/** Strings, the common ones: on bytes in generated code, on JavaScript strings in the interpreter. */

const encoder = new TextEncoder();

/** Appends to the arena; `put` is the call that returns the length. */
function arenaMade(g: Generator, put: string): Made {
  const length = g.local(put);
  return { value: "arena.data", start: `arena.used - ${length}`, length };
}

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

const concat: FunctionEntry = {
  name: "concat",
  aliases: ["||"],
  doc: "Strings, binaries or arrays one after the other.",
  arity: [0, Infinity],
  nulls: "strict",
  resolve: resolveConcat,
  eval: (values, call) => {
    if (call.type.kind === "array") return (values as readonly (readonly Value[])[]).flat();
    if (call.type.kind === "string") return (values as readonly string[]).join("");
    return Uint8Array.from((values as readonly Uint8Array[]).flatMap((bytes) => [...bytes]));
  },
  generate: (g, args, call) => (call.type.kind === "array" ? null : concatCode(g, args)),
};

function resolveConcat(args: readonly Expression[], resolving: Resolving): Resolution | Expression {
  const kinds = args.map((arg) => typeOf(arg).kind);
  if (kinds.includes("array")) {
    const coerced = coerceAll(args, resolving.context);
    if (coerced === null) throw differentTypes(args, resolving);
    return coerced;
  }
  if (kinds.length > 0 && kinds.every((kind) => kind === "binary")) return { args, type: types.binary };
  if (args.length === 0) return { kind: "literal", value: "", type: types.string };
  return { args: castArgs(args, [types.string], resolving), type: types.string };
}

function concatCode(g: Generator, args: readonly Code[]): Made {
  const total = g.local(args.map((arg) => arg.length).join(" + "));
  const start = g.local(`arena.claim(${total})`);
  let at = start;
  for (const arg of args) {
    g.emit(`${g.runtime(copyBytes)}(arena.data, ${at}, ${rangeOf(arg)});`);
    at = `${at} + ${arg.length}`;
  }
  return { value: "arena.data", start, length: total };
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

function sliceValue(s: string | Uint8Array, position: number, count: number): Value {
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
  return typeof value === "string" ? value : String.fromCharCode(...(value as Uint8Array));
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
  const index = s.indexOf(part, from);
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
    resolve: fixed([types.string, types.int], types.string),
    eval: ([s, n]) => {
      const units = Array.from(s as string);
      const count = Math.max(0, n as number);
      return (name === "left" ? units.slice(0, count) : count === 0 ? [] : units.slice(-count)).join("");
    },
  };
}

export const stringFunctions: readonly FunctionEntry[] = [
  length,
  byteCount("octet_length", "The number of bytes.", 1),
  byteCount("bit_length", "The number of bits.", 8),
  letterCase("upper", ["ucase"], "In upper case.", (s) => s.toUpperCase(), upperBytes),
  letterCase("lower", ["lcase"], "In lower case.", (s) => s.toLowerCase(), lowerBytes),
  concat,
  trimming("trim", "Without spaces at both ends.", "both"),
  trimming("btrim", "Without spaces, or the given characters, at both ends.", "both"),
  trimming("ltrim", "Without spaces at the start.", "left"),
  trimming("rtrim", "Without spaces at the end.", "right"),
  substring,
  search(
    "contains",
    "Whether the second argument occurs in the first.",
    (s, part) => s.includes(part),
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
  instr,
  locate,
  end("left", "The first characters, as many as the second argument says."),
  end("right", "The last characters, as many as the second argument says."),
];
