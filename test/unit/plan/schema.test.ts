import { describe, expect, it } from "vitest";
import { typeName } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { optimize } from "../../../engine/plan/optimizer/optimize.js";
import { outputOf } from "../../../engine/plan/outputOf.js";
import { buildPlan } from "./build.js";
import { goldenCases, tablesOf, type Case } from "./cases.js";

interface Column {
  readonly name: string;
  readonly type: string;
}

/** The columns of a case's query, or why it cannot be built. */
function columnsOf(golden: Case, optimized: boolean): readonly Column[] | string {
  try {
    const plan = buildPlan(golden.query.plan!, tablesOf(golden), golden.query.pyspark);
    return outputOf(optimized ? optimize(plan) : plan).map(({ name, type }) => ({ name, type: typeName(type) }));
  } catch (error) {
    if (error instanceof StreamingError) return error.condition;
    throw error;
  }
}

const cases = goldenCases.filter(
  (golden) => golden.kind === "stream" && golden.query.plan !== undefined && golden.outputSchema !== undefined,
);
const built = cases.filter((golden) => columnsOf(golden, false) !== "NOT_YET_SUPPORTED");

describe("the columns of the golden streaming queries", () => {
  it.each(built)("$name", (golden) => {
    const expected = golden.outputSchema!.map(({ name, type }) => ({ name, type }));
    expect(columnsOf(golden, false)).toEqual(expected);
    expect(columnsOf(golden, true)).toEqual(expected);
  });

  it("can nearly all be told", () => {
    expect(built.length).toBeGreaterThan(cases.length * 0.8);
  });
});
