import { RE2JS } from "re2js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Code, Generator, Made } from "../compile/code.js";
import { byteEqual, bytesEndWith, bytesIndexOf, bytesStartWith } from "../compile/runtime/bytes.js";
import { rangeOf } from "../compile/snippets.js";
import type { Call } from "../expression.js";
import { fixed, type FunctionEntry } from "./entry.js";

/** LIKE, regular expressions and what is built on them. */

/** One piece of a LIKE pattern. */
type LikePart = { readonly kind: "text"; readonly text: string } | { readonly kind: "one" } | { readonly kind: "any" };

/** @throws INVALID_FORMAT.ESC_AT_THE_END, INVALID_FORMAT.ESC_IN_THE_MIDDLE */
function likeParts(pattern: string, escape: string): readonly LikePart[] {
  const parts: LikePart[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
  };
  const units = Array.from(pattern);
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    if (unit === escape) {
      const next = units[++i];
      if (next === undefined) throw new StreamingError("INVALID_FORMAT.ESC_AT_THE_END", { format: `'${pattern}'` });
      if (next !== "_" && next !== "%" && next !== escape) {
        throw new StreamingError("INVALID_FORMAT.ESC_IN_THE_MIDDLE", { format: `'${pattern}'`, char: `'${next}'` });
      }
      text += next;
    } else if (unit === "_" || unit === "%") {
      flush();
      if (unit === "_") parts.push({ kind: "one" });
      else if (parts.at(-1)?.kind !== "any") parts.push({ kind: "any" });
    } else text += unit;
  }
  flush();
  return parts;
}

const likeCache = new Map<string, RegExp>();

function likeRegExp(pattern: string, escape: string, ignoreCase: boolean): RegExp {
  const key = `${ignoreCase}${escape}${pattern}`;
  let compiled = likeCache.get(key);
  if (compiled === undefined) {
    const source = likeParts(pattern, escape).map((part) =>
      part.kind === "text" ? part.text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&") : part.kind === "one" ? "[\\s\\S]" : "[\\s\\S]*",
    );
    compiled = new RegExp(`^${source.join("").replaceAll("\\-", "-")}$`, "u");
    if (likeCache.size > 1000) likeCache.clear();
    likeCache.set(key, compiled);
  }
  return compiled;
}

function likeEntry(name: "like" | "ilike", doc: string): FunctionEntry {
  const ignoreCase = name === "ilike";
  const adapt = (s: string): string => (ignoreCase ? s.toLowerCase() : s);
  return {
    name,
    doc,
    arity: [2, 3],
    nulls: "strict",
    resolve: fixed([types.string], types.boolean),
    eval: ([s, pattern, escape]) =>
      likeRegExp(adapt(pattern as string), (escape as string | undefined) ?? "\\", ignoreCase).test(adapt(s as string)),
    generate: (g, args, call) => (ignoreCase ? null : likeCode(g, args, call)),
  };
}

const encoder = new TextEncoder();

/** Code for the patterns that are a comparison at one or both ends, or a search. */
function likeCode(g: Generator, [s]: readonly Code[], call: Call): string | Made | null {
  const pattern = g.literalOf(call.args[1]!);
  const escape = call.args[2] === undefined ? "\\" : g.literalOf(call.args[2]);
  if (typeof pattern !== "string" || typeof escape !== "string") return null;
  const parts = likeParts(pattern, escape);
  const shape = parts.map((part) => (part.kind === "text" ? "t" : part.kind === "one" ? "_" : "%")).join("");
  const texts = parts.flatMap((part) => (part.kind === "text" ? [encoder.encode(part.text)] : []));
  const test = (helper: unknown, text: Uint8Array): string => `${g.runtime(helper)}(${rangeOf(s!)}, ${g.runtime(text)}, 0, ${text.length})`;
  switch (shape) {
    case "":
      return `${s!.length} === 0`;
    case "%":
      return "true";
    case "t":
      return test(byteEqual, texts[0]!);
    case "t%":
      return test(bytesStartWith, texts[0]!);
    case "%t":
      return test(bytesEndWith, texts[0]!);
    case "%t%":
      return `${test(bytesIndexOf, texts[0]!)} >= 0`;
    case "t%t":
      return `${s!.length} >= ${texts[0]!.length + texts[1]!.length} && ${test(bytesStartWith, texts[0]!)} && ${test(bytesEndWith, texts[1]!)}`;
    default:
      return null;
  }
}

const patternCache = new Map<string, RE2JS>();

/** A pattern with Java's meaning, in linear time. @throws NOT_YET_SUPPORTED for look-around, back-references and the like */
function compiledPattern(pattern: string): RE2JS {
  let compiled = patternCache.get(pattern);
  if (compiled === undefined) {
    // Possessive quantifiers, atomic groups, look-around and back-references need a matcher that backtracks; class operations RE2 reads otherwise.
    if (/\(\?(?:[=!>]|<[=!])|\\[1-9kGXRhHvVNZ]|[*+?}]\+|&&|\[[^\]]*\[(?!:)/.test(pattern))
      throw notYetSupported(`The regular expression '${pattern}'`);
    try {
      compiled = RE2JS.compile(pattern);
    } catch {
      throw notYetSupported(`The regular expression '${pattern}'`);
    }
    if (patternCache.size > 1000) patternCache.clear();
    patternCache.set(pattern, compiled);
  }
  return compiled;
}

const rlike: FunctionEntry = {
  name: "rlike",
  aliases: ["regexp", "regexp_like"],
  doc: "Whether the regular expression matches a part of the string.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.string], types.boolean),
  eval: ([s, pattern]) =>
    compiledPattern(pattern as string)
      .matcher(s as string)
      .find(),
};

const split: FunctionEntry = {
  name: "split",
  doc: "The parts of a string between the matches of a regular expression; with a positive limit at most that many.",
  arity: [2, 3],
  nulls: "strict",
  resolve: fixed([types.string, types.string, types.int], types.array(types.string, false)),
  eval: ([s, pattern, limit]) => splitText(s as string, pattern as string, (limit as number | undefined) ?? -1),
};

function splitText(s: string, pattern: string, limit: number): Value {
  if (s === "") return [""];
  if (pattern === "") {
    const units = Array.from(s);
    return limit > 0 && units.length > limit ? [...units.slice(0, limit - 1), units.slice(limit - 1).join("")] : units;
  }
  const parts: string[] = [];
  let from = 0;
  const matcher = compiledPattern(pattern).matcher(s);
  const most = limit > 0 ? limit - 1 : Infinity;
  while (parts.length < most && matcher.find()) {
    // An empty match at the start cuts nothing off.
    if (matcher.end() === 0) continue;
    if (matcher.start() === matcher.end() && matcher.start() === s.length) continue;
    parts.push(s.slice(from, matcher.start()));
    from = matcher.end();
  }
  parts.push(s.slice(from));
  return parts;
}

export const patternFunctions: readonly FunctionEntry[] = [
  likeEntry("like", "Whether the string matches a pattern: % is anything, _ one character."),
  likeEntry("ilike", "LIKE without regard to case."),
  rlike,
  split,
];
