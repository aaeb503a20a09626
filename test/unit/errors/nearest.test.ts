import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearestName } from "../../../engine/errors/nearest.js";

/** The definition. */
function edits(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [x, ...left] = a;
  const [y, ...right] = b;
  return x === y ? edits(left, right) : 1 + Math.min(edits(left, right), edits(a, right), edits(left, b));
}

test("the edit distance is the least number of edits of code points, or above the limit when it is", () => {
  const word = fc.array(fc.constantFrom("a", "b", "é", "😀"), { maxLength: 6 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: -1, max: 7 }), (a, b, limit) => {
      const distance = edits(a, b);
      expect(editDistance(a.join(""), b.join(""))).toBe(distance);
      const limited = editDistance(a.join(""), b.join(""), limit);
      if (distance <= limit) expect(limited).toBe(distance);
      else expect(limited).toBeGreaterThan(limit);
    }),
  );
});

test("the nearest name is one that is near", () => {
  expect(nearestName("pth", ["path", "format"])).toBe("path");
  expect(nearestName("pth", ["header", "format"])).toBeUndefined();
});
