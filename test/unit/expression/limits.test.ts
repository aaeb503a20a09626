import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";

// What one value may hold is limited: a line of SQL ends in a condition, never in a RangeError or without memory.
describe("kind: allocation without a limit: values that would be too large", () => {
  const table = Session.create().createDataFrame([{ s: "a".repeat(100_000), n: 2_000_000_000 }], "s STRING, n INT");

  it.each([
    ["repeat(s, n)", "STRING_TOO_LONG"],
    ["space(n)", "STRING_TOO_LONG"],
    ["lpad(s, n, 'xy')", "STRING_TOO_LONG"],
    ["rpad(s, n, 'xy')", "STRING_TOO_LONG"],
    ["replace(s, 'a', s)", "STRING_TOO_LONG"],
    ["concat_ws(s, transform(array_repeat(1, 10000), x -> s))", "STRING_TOO_LONG"],
    ["array_repeat(1, 200000000)", "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION"],
    ["array_repeat(n, n)", "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION"],
  ])("%s", async (text, condition) => {
    await expect(table.selectExpr(`length(CAST(${text} AS STRING)) AS e`).collect()).rejects.toMatchObject({ condition });
  });

  it("what is below the limit is made", async () => {
    expect(
      await table
        .selectExpr("length(repeat(s, 10)) AS n", "length(lpad(s, 100001, 'xy')) AS p", "size(array_repeat(1, 1000)) AS a")
        .collect(),
    ).toEqual([{ n: 1_000_000, p: 100_001, a: 1000 }]);
  });
});
