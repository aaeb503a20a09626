import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ExpressionCase } from "./runner/case.js";
import { eachExpression, loadCases, runCase } from "./runner/runCases.js";

/** An expression of which Spark and we give different things, and why; `here` is how the golden runner tells ours from Spark's. */
interface Difference {
  readonly here: string;
  readonly why: string;
}

const cases = eachExpression(loadCases(join(import.meta.dirname, "differences"))) as readonly ExpressionCase[];

describe("expressions that Spark evaluates otherwise", () => {
  it.each(cases.map((golden) => [golden.expressions[0]!.sql, golden] as const))("%s", async (_sql, golden) => {
    const { here, why } = golden.expressions[0] as unknown as Difference;
    expect(why).not.toBe("");
    const [outcome] = await runCase(golden);
    // What begins to agree is taken out of here and put into own/.
    expect(outcome).toMatchObject({ status: "failed", diff: expect.stringContaining(here) });
  });
});
