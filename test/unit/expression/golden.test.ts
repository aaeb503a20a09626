import { describe, expect, it } from "vitest";
import { checkExpression, expressionCases } from "./goldenCases.js";

describe("recorded expressions", () => {
  for (const { file, golden } of expressionCases()) {
    it(`${file}: nothing gives another answer than Spark`, () => {
      const verdicts = golden.expressions.map((recorded) => ({ sql: recorded.sql, ...checkExpression(golden, recorded) }));
      const failed = verdicts.filter((verdict) => verdict.status === "failed");
      expect(failed.map(({ sql, reason }) => `${sql}: ${reason}`)).toEqual([]);
      expect(verdicts.some((verdict) => verdict.status === "passed")).toBe(true);
    });
  }
});
