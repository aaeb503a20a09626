import { partsOfText } from "../../values/textSearch.js";
import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import { checkedElements, checkedStringLength, joinedTexts } from "../../values/limits.js";
import { copyBytes } from "../compile/runtime/bytes.js";
import { rangeOf } from "../compile/snippets.js";
import { literal, type Expression } from "../expression.js";
import { sliceValue } from "./stringParts.js";
import { coerceAll } from "../types/coerce.js";
import { nullableOf, typeOf } from "../types/typeOf.js";
import {
  callOf,
  castArgs,
  differentTypes,
  fixed,
  ofStrings,
  unexpectedType,
  type FunctionEntry,
  type Resolution,
  type Resolving,
} from "./entry.js";

/** Strings put together, filled up and rewritten. */

const concat: FunctionEntry = {
  name: "concat",
  doc: "Strings, binaries or arrays one after the other.",
  arity: [0, Infinity],
  nulls: "strict",
  resolve: resolveConcat,
  eval: (values, call) => {
    const parts = values as readonly { readonly length: number }[];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (call.type.kind === "array") {
      checkedElements(length, "concat");
      return (values as readonly (readonly Value[])[]).flat();
    }
    checkedStringLength(length);
    if (call.type.kind === "string") return (values as readonly string[]).join("");
    return joinedBytes(values as readonly Uint8Array[], length);
  },
  generate: (g, args, call) => (call.type.kind === "array" ? null : concatCode(g, args)),
};

function joinedBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function resolveConcat(args: readonly Expression[], resolving: Resolving): Resolution | Expression {
  const kinds = args.map((arg) => typeOf(arg).kind);
  const wrong = kinds.findIndex((kind) => kind === "map" || kind === "struct");
  if (wrong >= 0) throw unexpectedType(args, wrong, '("STRING" or "BINARY" or "ARRAY")', resolving);
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
    at = g.local(`${at} + ${arg.length}`);
  }
  return { value: "arena.data", start, length: total };
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
    const texts = (values as (string | null | readonly (string | null)[])[]).flat().filter((value) => value !== null);
    return joinedTexts(texts, separator as string);
  },
};

/** lpad and rpad: filled up with the pad, or cut, to a length. */
function pad(name: "lpad" | "rpad", doc: string): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 3],
    nulls: "strict",
    resolve: ([s, length, filler], resolving) => {
      const isBinary = typeOf(s!).kind === "binary" && (filler === undefined || typeOf(filler).kind === "binary");
      const type = isBinary ? types.binary : types.string;
      const blank = literal(isBinary ? new Uint8Array(1) : " ", type);
      return { args: [...castArgs([s!, length!, filler ?? blank], [type, types.int, type], resolving)], type };
    },
    eval: ([s, length, filler]) => {
      const wanted = checkedStringLength(Math.max(0, length as number));
      if (typeof s !== "string") return paddedBytes(s as Uint8Array, wanted, filler as Uint8Array, name === "lpad");
      const units = Array.from(s);
      if (units.length >= wanted) return units.slice(0, wanted).join("");
      const fill = Array.from(filler as string);
      if (fill.length === 0) return s;
      const missing = wanted - units.length;
      const padding = (filler as string).repeat(Math.floor(missing / fill.length)) + fill.slice(0, missing % fill.length).join("");
      return name === "lpad" ? padding + s : s + padding;
    },
  };
}

function paddedBytes(bytes: Uint8Array, wanted: number, filler: Uint8Array, before: boolean): Uint8Array {
  if (bytes.length >= wanted || filler.length === 0) return bytes.slice(0, wanted);
  const padding = Uint8Array.from({ length: wanted - bytes.length }, (_, i) => filler[i % filler.length]!);
  return joinedBytes(before ? [padding, bytes] : [bytes, padding], wanted);
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

function repeated(s: string, count: number): string {
  checkedStringLength(s.length * count);
  return s.repeat(count);
}

function replaced(s: string, search: string, by: string): string {
  if (search === "") return s;
  const parts = partsOfText(s, search);
  checkedStringLength(s.length + (parts.length - 1) * (by.length - search.length));
  return parts.join(by);
}

const replace: FunctionEntry = {
  name: "replace",
  doc: "Every occurrence of the second argument replaced by the third (nothing).",
  arity: [2, 3],
  nulls: "strict",
  resolve: fixed([types.string], types.string),
  eval: ([s, search, by]) => replaced(s as string, search as string, (by as string | undefined) ?? ""),
};

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

const overlay: FunctionEntry = {
  name: "overlay",
  doc: "The string with a part (of the replacement's length, or as long as said) replaced from a position on.",
  arity: [3, 4],
  nulls: "strict",
  resolve: (args, resolving) => {
    const [s, by, from, length] = args;
    const binaries = [s!, by!].filter((arg) => typeOf(arg).kind === "binary").length;
    if (binaries === 1) throw differentTypes(args.slice(0, 2), resolving);
    const type = binaries === 2 ? types.binary : types.string;
    return { args: castArgs([s!, by!, from!, length ?? literal(-1, types.int)], [type, type, types.int], resolving), type };
  },
  eval: ([s, by, from, length]) => {
    const text = s as string | Uint8Array;
    const count = (length as number) >= 0 ? (length as number) : typeof by === "string" ? Array.from(by).length : (by as Uint8Array).length;
    // Positions are those of `substring`, which counts from the end where they are negative.
    const head = sliceValue(text, 1, (from as number) - 1);
    // Spark keeps all of a text that begins at the smallest position, where `substring` loses the last character.
    const tail = sliceValue(text, Math.max((from as number) + count, -2147483647), 2147483647);
    if (typeof s === "string") return (head as string) + (by as string) + (tail as string);
    const parts = [head, by!, tail] as readonly Uint8Array[];
    return joinedBytes(
      parts,
      parts.reduce((sum, part) => sum + part.length, 0),
    );
  },
};

export const stringBuildingFunctions: readonly FunctionEntry[] = [
  concat,
  concatWs,
  pad("lpad", "Filled up at the start, or cut, to a length."),
  pad("rpad", "Filled up at the end, or cut, to a length."),
  ofStrings("repeat", [], "The string as many times.", ["s", "n"], (s: string, n: number) => repeated(s, Math.max(0, n))),
  space,
  replace,
  overlay,
  ofStrings(
    "translate",
    [],
    "Each character of the second argument replaced by that at its place in the third, or removed.",
    ["s", "s", "s"],
    translate,
  ),
];
