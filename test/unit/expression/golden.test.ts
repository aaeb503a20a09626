import { describe, expect, it } from "vitest";
import { checkExpression, expressionCases } from "./goldenCases.js";

/** How many recorded expressions give Spark's answer. It only grows. */
const LEAST_PASSED = 428;

describe("recorded expressions", () => {
  let passed = 0;
  for (const { file, golden } of expressionCases()) {
    it(`${file}: nothing gives another answer than Spark`, () => {
      const verdicts = golden.expressions.map((recorded) => ({ sql: recorded.sql, ...checkExpression(golden, recorded) }));
      passed += verdicts.filter(({ status }) => status === "passed").length;
      const failed = verdicts.filter(({ status }) => status === "failed");
      expect(failed.map(({ sql, reason }) => `${sql}: ${reason}`)).toEqual([]);
    });
  }

  it(`at least ${LEAST_PASSED} of them give it`, () => {
    expect(passed).toBeGreaterThanOrEqual(LEAST_PASSED);
  });
});
