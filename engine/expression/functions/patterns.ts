import { Cache } from "../../codegen/cache.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { types } from "../../arrow/types.js";
import type { Code, Generator, Made } from "../compile/code.js";
import { byteEqual, bytesEndWith, bytesIndexOf, bytesStartWith } from "../compile/runtime/bytes.js";
import { rangeOf } from "../compile/snippets.js";
import type { Call, Expression } from "../expression.js";
import { fixed, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";
import { likeParts, LikePattern } from "./likePattern.js";
import { TextPattern } from "./textPattern.js";

/** LIKE, regular expressions and what is built on them. */

const likePatterns = new Cache<LikePattern>(1000);

function likePattern(pattern: string, escape: string): LikePattern {
  return likePatterns.get(`${escape}${pattern}`, () => new LikePattern(likeParts(pattern, escape)));
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
    eval: ([s, pattern, escape]) => {
      const bytes = encoder.encode(adapt(s as string));
      return likePattern(adapt(pattern as string), (escape as string | undefined) ?? "\\").matches(bytes, 0, bytes.length);
    },
    generate: (g, args, call) => (ignoreCase ? null : likeCode(g, args, call)),
  };
}

const encoder = new TextEncoder();

/** Code for a constant pattern: a comparison at one or both ends, a search, or the matcher. */
function likeCode(g: Generator, [s]: readonly Code[], call: Call): string | Made | null {
  const pattern = g.literalOf(call.args[1]!);
  const escape = call.args[2] === undefined ? "\\" : g.literalOf(call.args[2]);
  if (typeof pattern !== "string" || typeof escape !== "string") return null;
  const parts = likeParts(pattern, escape);
  const shape = parts.map((part) => (part.kind === "text" ? "t" : part.kind === "one" ? "_" : "%")).join("");
  const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
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
      return `${g.runtime(new LikePattern(parts))}.matches(${rangeOf(s!)})`;
  }
}

const compiledPatterns = new Cache<TextPattern>(1000);

/** A pattern with Java's meaning, in linear time. @throws NOT_YET_SUPPORTED for look-around, back-references and the like, INVALID_PARAMETER_VALUE.PATTERN */
export function compiledPattern(pattern: string, functionName = "rlike"): TextPattern {
  return compiledPatterns.get(pattern, () => {
    // Possessive quantifiers, atomic groups, look-around and back-references need a matcher that backtracks; class operations RE2 reads otherwise.
    const withoutClasses = pattern.replace(/\\[pP]\{\w+\}/g, "p");
    if (/\(\?(?:[=!>]|<[=!])|\\[1-9kGXRhHvVNZ]|[*+?}]\+|\[[^\]]*&&|\[[^\]]*\[(?!:)/.test(withoutClasses))
      throw notYetSupported(`The regular expression '${pattern}'`);
    try {
      return new TextPattern(pattern);
    } catch {
      throw isPattern(pattern) ? notYetSupported(`The regular expression '${pattern}'`) : invalidPattern(`'${pattern}'`, functionName);
    }
  });
}

export function invalidPattern(value: string, functionName: string): StreamingError {
  return new StreamingError("INVALID_PARAMETER_VALUE.PATTERN", { parameter: "`regexp`", functionName: `\`${functionName}\``, value });
}

/** Whether a matcher that backtracks reads it: what none reads is no pattern in Java either. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Strings of which the second is a regular expression: a constant one that is not built is refused before the first batch. */
function withPattern(resolve: FunctionEntry["resolve"]): FunctionEntry["resolve"] {
  return (args: readonly Expression[], resolving: Resolving): Resolution | Expression => {
    const pattern = args[1]!;
    if (pattern.kind === "literal" && typeof pattern.value === "string") compiledPattern(pattern.value);
    return resolve(args, resolving);
  };
}

const rlike: FunctionEntry = {
  name: "rlike",
  aliases: ["regexp", "regexp_like"],
  doc: "Whether the regular expression matches a part of the string.",
  arity: [2, 2],
  nulls: "strict",
  resolve: withPattern(fixed([types.string], types.boolean)),
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
  resolve: withPattern(fixed([types.string, types.string, types.int], types.array(types.string, false))),
  eval: ([s, pattern, limit]) => splitText(s as string, pattern as string, (limit as number | undefined) ?? -1),
};

/** The parts of a text between the matches of a pattern, as Java splits. */
export function splitText(s: string, pattern: string, limit: number): readonly string[] {
  if (s === "") return [""];
  if (pattern === "") {
    const units = Array.from(s);
    return limit > 0 && units.length > limit ? [...units.slice(0, limit - 1), units.slice(limit - 1).join("")] : units;
  }
  const compiled = compiledPattern(pattern);
  if (compiled.literal !== null && limit <= 0) return s.split(compiled.literal);
  const parts: string[] = [];
  let from = 0;
  const matcher = compiled.matcher(s);
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
