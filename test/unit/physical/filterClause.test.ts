import { describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";

// FILTER decides before the arguments of its aggregate are evaluated, however many aggregates share them. What Spark does is in test/golden/own (`own-filter-…`); where
// two aggregates share an argument it evaluates that for every row, and fails.
describe("FILTER guards the arguments", () => {
  const session = Session.create();
  const table = session.createDataFrame(
    [
      { g: "p", x: 2, s: "4" },
      { g: "p", x: 0, s: "no" },
      { g: "q", x: 5, s: "6" },
      { g: "q", x: null, s: null },
    ],
    "g STRING, x INT, s STRING",
  );
  const of = async (...aggregates: string[]): Promise<unknown[]> => {
    const rows = await table
      .groupBy("g")
      .agg(...(aggregates.map((text) => expr(text)) as [ReturnType<typeof expr>]))
      .sort("g")
      .collect();
    return rows.map((row) => Object.values(row).slice(1));
  };
  const where = "FILTER (WHERE x <> 0)";

  it.each([
    [
      "one FILTER",
      [`sum(10 div x) ${where}`, `max(10 div x) ${where}`, `avg(10 div x) ${where}`],
      [
        [5, 5, 5],
        [2, 2, 2],
      ],
    ],
    [
      "two",
      [`sum(10 div x) ${where}`, "count(10 div x) FILTER (WHERE x > 2)"],
      [
        [5, 0],
        [2, 1],
      ],
    ],
    [
      "parts of it",
      [`min(10 div x) ${where}`, `count_if(10 div x > 2) ${where}`, `max_by(10 div x, 20 div x) ${where}`],
      [
        [5, 1, 5],
        [2, 0, 2],
      ],
    ],
    [
      "lists",
      [`collect_list(10 div x) ${where}`, `first(10 div x) ${where}`, `last(10 div x) ${where}`],
      [
        [[5], 5, 5],
        [[2], 2, 2],
      ],
    ],
    [
      "moments",
      [`stddev_pop(10 div x) ${where}`, `bool_and(10 div x > 0) ${where}`, `bit_or(10 div x) ${where}`],
      [
        [0, true, 5],
        [0, true, 2],
      ],
    ],
    [
      "casts",
      ["sum(CAST(s AS INT)) FILTER (WHERE s RLIKE '^[0-9]+$')", "max(CAST(s AS INT)) FILTER (WHERE s <> 'no')"],
      [
        [4, 4],
        [6, 6],
      ],
    ],
  ])("shared by several aggregates: %s", async (_, aggregates, expected) => {
    expect(await of(...aggregates)).toEqual(expected);
  });

  it("not those of an aggregate without one", async () => {
    await expect(of(`sum(10 div x) ${where}`, "max(10 div x)")).rejects.toMatchObject({ condition: "DIVIDE_BY_ZERO" });
  });
});
