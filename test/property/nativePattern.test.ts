import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { nativePattern } from "../../engine/expression/functions/nativePattern.js";
import { compiledPattern, splitText } from "../../engine/expression/functions/patterns.js";
import { runs } from "./runs.js";

// Patterns that the machine's own engine takes find what the engine that works in linear time finds: the same places, the same groups.

const one = fc.constantFrom(
  "a",
  "b",
  "-",
  "/",
  "é",
  "😀",
  "[ab]",
  "[^a]",
  "[a-c]",
  "\\d",
  "[\\d-]",
  "\\.",
  "\\w",
  "[^&=]",
  "\\s",
  "=",
  "&",
  ".",
  "[.*]",
);
const sign = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,}", "{1,2}", "*?", "+?");
const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie("part"), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 })
    .map((all) => all.map((parts) => parts.join("")).join("|")),
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(one, sign).map((parts) => parts.join("")),
    fc.constant("^"),
    fc
      .tuple(fc.constantFrom("(", "(?:"), tie("pattern"), fc.constantFrom("", "", "?", "+", "{2}"))
      .map(([open, inner, end]) => `${open}${inner})${end}`),
  ),
}));
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", "-", "/", "é", "😀", ".", "&", "=", " "), maxLength: 14 });

interface Found {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
}

function linear(source: string, value: string): Found[] {
  const matcher = RE2JS.compile(source).matcher(value);
  const found: Found[] = [];
  while (matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? null);
    found.push({ start: matcher.start(), end: matcher.end(), groups });
  }
  return found;
}

function chosen(source: string, value: string): Found[] {
  const matcher = compiledPattern(source).matcher(value);
  const found: Found[] = [];
  while (matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
    found.push({ start: matcher.start(), end: matcher.end(), groups });
  }
  return found;
}

describe("a pattern of the machine's own engine", () => {
  it("finds what the one of linear time finds", () => {
    let taken = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 3, maxLength: 3 }), (source, texts) => {
        if (nativePattern(source) === null) return;
        taken++;
        for (const value of texts)
          expect({ source, value, found: chosen(source, value) }).toEqual({ source, value, found: linear(source, value) });
      }),
      { numRuns: runs(3000) },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it.each([
    "a$",
    "\\bx",
    "(?i)a",
    "(?<n>a)",
    "a*",
    "(a*)+",
    "(?:(a)|b)+",
    "(a+b)*",
    "a|",
    "[a",
    "(a",
    "a)",
    "[a&&b]",
    "[[:alpha:]]",
    "a++",
    "\\p{L}",
    "x*y*z*w",
    "^*a",
    "\\Qa\\E",
  ])("is not %s", (source) => expect(nativePattern(source)).toBeNull());

  it("is for texts in which stepping back stays cheap", () => {
    const steps = ["ab", "a+b", "a+b+"].map((source) => {
      const { longestText, regex } = nativePattern(source)!;
      expect("a".repeat(longestText)).not.toMatch(regex);
      return longestText;
    });
    expect(steps).toEqual([65_536, 4096, 256]);
    expect(chosen("a+b", `${"a".repeat(200_000)}c`)).toEqual([]);
  });

  it("splits by characters as by a pattern", () => {
    fc.assert(
      fc.property(text, fc.constantFrom("/", "a", "-/", "&", "é", "😀"), fc.constantFrom(-1, 0, 2, 3), (value, separator, limit) => {
        expect(splitText(value, separator, limit)).toEqual(splitText(value, `(?:${separator})(?:)`, limit));
      }),
    );
  });
});
