import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { tooLargeOr } from "../../../engine/values/limits.js";

const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return tooLargeOr(error);
  }
};

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
    ["array_join(array_repeat(s, 10000), ',')", "STRING_TOO_LONG"],
    ["array_repeat(s, 10000)", "STRING_TOO_LONG"],
    ["flatten(array_repeat(array_repeat(1, 10000), 10000))", "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION"],
    ["array_repeat(1, 200000000)", "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION"],
    ["array_repeat(n, n)", "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION"],
  ])("%s", async (text, condition) => {
    await expect(table.selectExpr(`length(CAST(${text} AS STRING)) AS e`).collect()).rejects.toMatchObject({ condition });
  });

  it("what JavaScript cannot hold, wherever it says so", () => {
    expect(refusal(() => "ab".repeat(2 ** 29))).toMatchObject({ condition: "STRING_TOO_LONG" });
    expect(refusal(() => Array.from({ length: 3 }, () => "a".repeat(2 ** 28)).join(""))).toMatchObject({ condition: "STRING_TOO_LONG" });
    expect(refusal(() => new TextDecoder().decode(new Uint8Array(2 ** 29)))).toMatchObject({ condition: "STRING_TOO_LONG" });
    expect(refusal(() => "a".at(0))).toBe("a");
    const other = new RangeError("Maximum call stack size exceeded");
    expect(tooLargeOr(other)).toBe(other);
  });

  it("what is below the limit is made", async () => {
    expect(
      await table
        .selectExpr("length(repeat(s, 10)) AS n", "length(lpad(s, 100001, 'xy')) AS p", "size(array_repeat(1, 1000)) AS a")
        .collect(),
    ).toEqual([{ n: 1_000_000, p: 100_001, a: 1000 }]);
  });
});
