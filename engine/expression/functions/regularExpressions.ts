import { StreamingError } from "../../errors/streamingError.js";
import { types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { literal, type Expression } from "../expression.js";
import { castArgs, type FunctionEntry } from "./entry.js";
import { compiledPattern, invalidPattern } from "./patterns.js";
import type { TextMatcher } from "./textPattern.js";

/** What regular expressions find in texts, and put in its place. */

/** A function of a text and a pattern, then of a group or others: patterns that are constants are read at once. */
function ofPattern(
  name: string,
  doc: string,
  third: { readonly type: DataType; readonly value: Value } | null,
  type: DataType,
  evaluate: (matcher: TextMatcher, third: Value, name: string, text: string) => Value,
): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, third === null ? 2 : 3],
    nulls: "strict",
    resolve: (args: readonly Expression[], resolving) => {
      const rest = third === null ? [] : [args[2] ?? literal(third.value, third.type)];
      const cast = castArgs(
        [args[0]!, args[1]!, ...rest],
        [types.string, types.string, ...(third === null ? [] : [third.type])],
        resolving,
      );
      const pattern = cast[1]!;
      if (pattern.kind === "literal" && pattern.value !== null) compiledPattern(pattern.value as string, name);
      return { args: cast, type, nullable: true };
    },
    eval: ([text, pattern, extra]) =>
      evaluate(compiledPattern(pattern as string, name).matcher(text as string), extra ?? null, name, text as string),
  };
}

function groupOf(matcher: TextMatcher, group: number, name: string): string {
  groupCheck(matcher, group, name);
  return matcher.group(group) ?? "";
}

/** @throws INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX */
function groupCheck(matcher: TextMatcher, group: number, name: string): void {
  const count = matcher.groupCount();
  if (group >= 0 && group <= count) return;
  throw new StreamingError("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", {
    parameter: "`idx`",
    functionName: `\`${name}\``,
    groupCount: String(count),
    groupIndex: String(group),
  });
}

const firstGroup = { type: types.int, value: 1 } as const;

const regexpReplace: FunctionEntry = {
  name: "regexp_replace",
  doc: "A text with the matches of a regular expression replaced; `$1` in the replacement is what the first group matched. Matches before a place (from 1) are kept.",
  arity: [3, 4],
  nulls: "strict",
  resolve: (args, resolving) => {
    const cast = castArgs(
      [...args.slice(0, 3), args[3] ?? literal(1, types.int)],
      [types.string, types.string, types.string, types.int],
      resolving,
    );
    const pattern = cast[1]!;
    if (pattern.kind === "literal" && pattern.value !== null) compiledPattern(pattern.value as string, "regexp_replace");
    return { args: cast, type: types.string };
  },
  eval: ([text, pattern, replacement, place]) => {
    const [source, from] = [text as string, (place as number) - 1];
    if (from > source.length) return source;
    const matcher = compiledPattern(pattern as string, "regexp_replace").matcher(source);
    let [result, at] = ["", 0];
    while (matcher.find()) {
      if (matcher.start() < from) continue;
      result += source.slice(at, matcher.start()) + expanded(replacement as string, matcher);
      at = matcher.end();
    }
    return result + source.slice(at);
  },
};

/** The replacement of a match, as Java writes it: `$n` and `${name}` are groups, `\` takes the next character as it is. */
function expanded(replacement: string, matcher: TextMatcher): string {
  return replacement.replace(
    /\\([\s\S])|\$(\d)|\$\{(\w+)\}/g,
    (_all, escaped: string | undefined, group: string | undefined, name: string | undefined) => {
      if (escaped !== undefined) return escaped;
      return name === undefined ? groupOf(matcher, Number(group), "regexp_replace") : namedGroup(matcher, name);
    },
  );
}

/** @throws INVALID_PARAMETER_VALUE.PATTERN */
function namedGroup(matcher: TextMatcher, name: string): string {
  try {
    return matcher.group(name) ?? "";
  } catch {
    throw invalidPattern(`No group with name {${name}}`, "regexp_replace");
  }
}

function allMatches(matcher: TextMatcher, group: number, name: string): Value {
  const found: string[] = [];
  while (matcher.find()) found.push(groupOf(matcher, group, name));
  return found;
}

export const regularExpressionFunctions: readonly FunctionEntry[] = [
  ofPattern(
    "regexp_extract",
    "What a group (1 where none is named, 0 for the whole) of the first match holds; an empty text without a match.",
    firstGroup,
    types.string,
    (matcher, group, name) => (matcher.find() ? groupOf(matcher, group as number, name) : ""),
  ),
  ofPattern("regexp_extract_all", "What a group of every match holds.", firstGroup, types.array(types.string), (matcher, group, name) => {
    return allMatches(matcher, group as number, name);
  }),
  ofPattern("regexp_count", "How many matches a regular expression has in a text.", null, types.int, (matcher) => {
    let count = 0;
    while (matcher.find()) count++;
    return count;
  }),
  ofPattern("regexp_substr", "The first match of a regular expression; null without one.", null, types.string, (matcher) =>
    matcher.find() ? (matcher.group() ?? null) : null,
  ),
  ofPattern(
    "regexp_instr",
    "The place, from 1, of the first match of a regular expression; 0 without one.",
    { type: types.int, value: 0 },
    types.int,
    (matcher, _place, _name, text) => (matcher.find() ? Array.from(text.slice(0, matcher.start())).length + 1 : 0),
  ),
  regexpReplace,
];
