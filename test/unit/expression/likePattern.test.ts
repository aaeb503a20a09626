import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, linearGrowth } from "../scaling.js";
import { likeParts, LikePattern } from "../../../engine/expression/functions/likePattern.js";

const encoder = new TextEncoder();

function matches(pattern: string, text: string): boolean {
  const bytes = encoder.encode(`..${text}.`);
  return new LikePattern(likeParts(pattern, "\\")).matches(bytes, 2, bytes.length - 3);
}

/** The same by a regular expression, which may take long. */
function byRegExp(pattern: string, text: string): boolean {
  const source = Array.from(pattern, (c) => (c === "%" ? "[^]*" : c === "_" ? "[^]" : c.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))).join("");
  return new RegExp(`^${source}$`, "u").test(text);
}

describe("kind: more than linear: LIKE", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "a"), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "%", "_", "%"), maxLength: 8 });

  it("means the same as a regular expression", () => {
    let matched = 0;
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matches(p, t)).toBe(byRegExp(p, t));
        if (matches(p, t)) matched++;
      }),
      { numRuns: 3000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it.each(["%a%a%a%b", "%a_%a_%a%b", "a%a%_a%b%a%a%a%a%a%b"])("takes time in proportion to the text: %s", async (p) => {
    const like = new LikePattern(likeParts(p, "\\"));
    const ratio = await growth(
      (size) => encoder.encode("a".repeat(size)),
      (bytes) => {
        for (let i = 0; i < 20; i++) expect(like.matches(bytes, 0, bytes.length)).toBe(false);
      },
      50_000,
    );
    expect(ratio).toBeLessThan(linearGrowth);
  });
});
