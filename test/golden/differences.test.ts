import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GoldenCase } from "./runner/case.js";
import { eachExpression, loadCases, runCase } from "./runner/runCases.js";

/** What Spark and we do otherwise, and why; `here` is how the golden runner tells ours from Spark's. */
interface Difference {
  readonly here: string;
  readonly why: string;
}

const cases = eachExpression(loadCases(join(import.meta.dirname, "differences"))).map((golden) => {
  const isExpression = golden.kind === "expression";
  const { here, why } = (isExpression ? golden.expressions[0] : golden) as unknown as Difference;
  return [isExpression ? golden.expressions[0]!.sql : golden.name, golden, here, why] as const;
});

describe("what Spark does otherwise", () => {
  it.each(cases)("%s", async (_name: string, golden: GoldenCase, here: string, why: string) => {
    expect(why).not.toBe("");
    const [outcome] = await runCase(golden);
    // What begins to agree is taken out of here and put into own/.
    expect(outcome).toMatchObject({ status: "failed", diff: expect.stringContaining(here) });
  });
});
